package dev.crossfade.examples.bookmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/** docs/getting-started.md, followed; and a check that its code is the code here. */
@ExtendWith(PostgresExtension.class)
class GettingStartedTest {
  private static final Path PAGE = Path.of("../../docs/getting-started.md");
  private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path folder;
  private Path file;
  private BookmarkDao dao;

  /** Step 1: the application as it was. */
  @BeforeEach
  void theApplicationAsItWas() throws SQLException {
    file = folder.resolve("bookmarks.db");
    SQLiteDataSource dataSource = new SQLiteDataSource();
    dataSource.setUrl("jdbc:sqlite:" + file);
    dao = new BookmarkDao(dataSource);
    dao.createTable();
    dao.insert("https://jooq.org", "jOOQ", "2024-02-29 23:59:59");
    dao.visit(dao.insert("https://sqlite.org", "SQLite", "2025-03-30 02:30:00"));
  }

  @Test
  void nobodyConnectsToPostgresInOff() throws Exception {
    Path configuration = configuration("jdbc:postgresql://localhost:1/nobody", "app", "secret");
    try (Crossfade crossfade = BookmarksApplication.open(configuration)) {
      asBefore(crossfade);
    }
  }

  @Test
  void tenStepsLaterBothStoresHaveEverything(TestDatabase database) throws Exception {
    Path configuration = configuration(database.jdbcUrl(), database.user(), database.password());
    try (Crossfade crossfade = BookmarksApplication.open(configuration)) {
      asBefore(crossfade);
      migrate(database);
      Migration migration = crossfade.migration("bookmarks");
      Files.writeString(configuration, filledIn("crossfade-dual-write.yaml", database));
      await().atMost(Duration.ofSeconds(30)).until(() -> migration.stage() == Stage.DUAL_WRITE);
      assertThat(BookmarksApplication.copy(migration).isClean()).isTrue();

      Bookmarks bookmarks = crossfade.repository(Bookmarks.class);
      Bookmark added = bookmarks.insert(bookmark("https://postgresql.org", "PostgreSQL"));
      assertThat(bookmarks.visit(added.id())).isTrue();
      assertThat(migration.awaitSettled(Duration.ofSeconds(10))).isTrue();
      assertThat(migration.verify().isClean()).isTrue();
    }
    assertThat(inPostgres(database))
        .containsExactly(
            "jOOQ 0 2024-02-29 23:59:59",
            "SQLite 1 2025-03-30 02:30:00",
            "Crossfade 0 2026-01-01 00:00:00",
            "PostgreSQL 1 2026-01-01 00:00:00");
    assertThat(dao.mostVisited(2)).containsExactly("https://sqlite.org", "https://postgresql.org");
  }

  @Test
  void whatDiffersIsCopiedAgain(TestDatabase database) throws Exception {
    migrate(database);
    Path configuration = configuration(database.jdbcUrl(), database.user(), database.password());
    try (Crossfade crossfade = BookmarksApplication.open(configuration)) {
      Migration migration = crossfade.migration("bookmarks");
      migration.moveTo(Stage.DUAL_WRITE);
      migration.backfill();
      try (Connection connection = database.open();
          Statement statement = connection.createStatement()) {
        statement.execute("update bookmarks set title = 'changed around the library'");
      }
      assertThat(migration.verify().differences()).hasSize(2);

      assertThat(BookmarksApplication.check(migration).isClean()).isTrue();
    }
    assertThat(inPostgres(database))
        .containsExactly("jOOQ 0 2024-02-29 23:59:59", "SQLite 1 2025-03-30 02:30:00");
  }

  /** Step 9: nothing has changed for anybody. */
  private void asBefore(Crossfade crossfade) throws SQLException {
    Bookmarks bookmarks = crossfade.repository(Bookmarks.class);
    assertThat(crossfade.migration("bookmarks").stage()).isEqualTo(Stage.OFF);
    assertThat(bookmarks.mostVisited(1)).extracting(Bookmark::title).containsExactly("SQLite");
    bookmarks.insert(bookmark("https://crossfade.dev", "Crossfade"));
    assertThat(dao.mostVisited(3)).contains("https://crossfade.dev");
  }

  private static Bookmark bookmark(String url, String title) {
    return new Bookmark(null, url, title, 0, NEW_YEAR);
  }

  /** The page's own file, with what the environment would give filled in. */
  private Path configuration(String url, String user, String password) throws IOException {
    return Files.writeString(
        folder.resolve("crossfade.yaml"), filledIn("crossfade.yaml", url, user, password));
  }

  private String filledIn(String name, TestDatabase database) throws IOException {
    return filledIn(name, database.jdbcUrl(), database.user(), database.password());
  }

  private String filledIn(String name, String url, String user, String password)
      throws IOException {
    return Files.readString(Path.of("config", name))
        .replace("${BOOKMARKS_FILE}", file.toString())
        .replace("${BOOKMARKS_POSTGRES_URL}", url)
        .replace("${BOOKMARKS_POSTGRES_USER}", user)
        .replace("${BOOKMARKS_POSTGRES_PASSWORD}", password);
  }

  private static void migrate(TestDatabase database) {
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .locations("classpath:db/bookmarks")
        .load()
        .migrate();
  }

  private static List<String> inPostgres(TestDatabase database) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select array_agg(title || ' ' || visits || ' ' || to_char(added_at at time zone"
                    + " 'UTC', 'YYYY-MM-DD HH24:MI:SS') order by id) from bookmarks")) {
      rows.next();
      return List.of((String[]) rows.getArray(1).getArray());
    }
  }

  @Test
  void theCodeOfThePageIsTheCodeHere() throws IOException {
    List<MatchResult> snippets =
        Pattern.compile("\n`([\\w.-]+)`\n\n```\\w+\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(PAGE))
            .results()
            .toList();
    assertThat(snippets).hasSizeGreaterThan(9);
    for (MatchResult snippet : snippets) {
      assertThat(compact(Files.readString(source(snippet.group(1)))))
          .as("%s on the page:%n%s", snippet.group(1), snippet.group(2))
          .contains(compact(snippet.group(2)));
    }
  }

  @Test
  void thePageHasTenSteps() throws IOException {
    assertThat(Files.readAllLines(PAGE).stream().filter(line -> line.matches("## \\d+\\. .*")))
        .hasSize(10);
  }

  private static Path source(String name) throws IOException {
    if (name.equals("pom.xml")) {
      return Path.of(name);
    }
    try (Stream<Path> files = Files.walk(Path.of("."))) {
      return files
          .filter(path -> path.endsWith(name) && !path.startsWith("./target"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Without white space, so that the formatter may break lines elsewhere. */
  private static String compact(String code) {
    return code.replaceAll("\\s+", "");
  }
}
