package dev.crossfade.examples.music;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.examples.music.generated.AlbumRepository;
import dev.crossfade.examples.music.generated.Invoice;
import dev.crossfade.examples.music.generated.InvoiceRepository;
import dev.crossfade.examples.music.generated.MusicMigration;
import dev.crossfade.examples.music.generated.Track;
import dev.crossfade.examples.music.generated.TrackRepository;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import java.io.IOException;
import java.math.BigDecimal;
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
  private static final Path SAMPLE = Path.of("src/legacy/chinook.sqlite");

  @TempDir private Path folder;
  private Path file;
  private TrackDao dao;

  /** Step 1: the application as it was. */
  @BeforeEach
  void theApplicationAsItWas() throws IOException {
    file = Files.copy(SAMPLE, folder.resolve("chinook.sqlite"));
    SQLiteDataSource dataSource = new SQLiteDataSource();
    dataSource.setUrl("jdbc:sqlite:" + file);
    dao = new TrackDao(dataSource);
  }

  @Test
  void nobodyConnectsToPostgresInOff() throws Exception {
    Path configuration = configuration("jdbc:postgresql://localhost:1/nobody", "app", "secret");
    try (Crossfade crossfade = MusicApplication.open(configuration)) {
      asBefore(crossfade);
    }
  }

  @Test
  void theStepsLaterBothStoresHaveEverything(TestDatabase database) throws Exception {
    Path configuration = configuration(database.jdbcUrl(), database.user(), database.password());
    try (Crossfade crossfade = MusicApplication.open(configuration)) {
      asBefore(crossfade);
      migrate(database);
      Migration migration = crossfade.migration("music");
      Files.writeString(
          configuration,
          Files.readString(configuration).replace("stage: off", "stage: dual_write"));
      await().atMost(Duration.ofMinutes(2)).until(() -> migration.stage() == Stage.DUAL_WRITE);
      assertThat(MusicApplication.copy(migration).isClean()).isTrue();

      Tracks tracks = crossfade.repository(Tracks.class);
      Track added = tracks.insert(track("Wahn"));
      assertThat(tracks.reprice(added.trackId(), new BigDecimal("1.29"))).isTrue();
      assertThat(migration.awaitSettled(Duration.ofSeconds(10))).isTrue();
      assertThat(migration.verify().isClean()).isTrue();
      assertThat(value(database, "select unit_price from track where name = 'Wahn'"))
          .isEqualTo("1.29");
    }
    assertThat(value(database, "select count(*) from artist")).isEqualTo("60");
    assertThat(value(database, "select count(*) from album")).isEqualTo("95");
    assertThat(value(database, "select count(*) from track")).isEqualTo("1089");
    assertThat(value(database, "select count(*) from invoice_line")).isEqualTo("506");
    assertThat(
            value(
                database,
                "select invoice_date at time zone 'UTC' || ' ' || billing_city || ' ' || total"
                    + " from invoice where invoice_id = 1"))
        .isEqualTo("2021-01-01 00:00:00 Stuttgart 1.98");
    assertThat(dao.longest(1)).containsExactly("Dazed And Confused");
  }

  @Test
  void whatDiffersIsCopiedAgain(TestDatabase database) throws Exception {
    migrate(database);
    Path configuration = configuration(database.jdbcUrl(), database.user(), database.password());
    try (Crossfade crossfade = MusicApplication.open(configuration)) {
      Migration migration = crossfade.migration("music");
      migration.moveTo(Stage.DUAL_WRITE);
      migration.backfill();
      try (Connection connection = database.open();
          Statement statement = connection.createStatement()) {
        statement.execute("update artist set name = 'changed around' where artist_id <= 2");
      }
      assertThat(migration.verify().differences()).hasSize(2);

      assertThat(MusicApplication.check(migration).isClean()).isTrue();
    }
    assertThat(value(database, "select name from artist where artist_id = 1")).isEqualTo("AC/DC");
  }

  @Test
  void anApplicationThatAddsNothingTakesWhatWasGenerated(TestDatabase database) throws Exception {
    migrate(database);
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(SqliteStore.open(file))
            .target(
                PostgresStore.at(database.jdbcUrl())
                    .credentials(database.user(), database.password())
                    .open())
            .migration("music", MusicMigration::declare)
            .build()) {
      Migration migration = crossfade.migration("music");
      migration.moveTo(Stage.DUAL_WRITE);
      assertThat(MusicApplication.copy(migration).isClean()).isTrue();
      assertThat(crossfade.repository(TrackRepository.class).findByAlbumId(1L)).hasSize(10);
    }
  }

  /** In off: nothing has changed for anybody. */
  private void asBefore(Crossfade crossfade) throws SQLException {
    Tracks tracks = crossfade.repository(Tracks.class);
    assertThat(crossfade.migration("music").stage()).isEqualTo(Stage.OFF);
    assertThat(tracks.longest(1)).extracting(Track::name).isEqualTo(dao.longest(1));
    assertThat(crossfade.repository(AlbumRepository.class).findByArtistId(1L)).hasSize(2);
    Invoice invoice = crossfade.repository(InvoiceRepository.class).get(1L);
    assertThat(invoice.invoiceDate()).isEqualTo(Instant.parse("2021-01-01T00:00:00Z"));
    assertThat(invoice.total()).isEqualByComparingTo("1.98");
    long id = tracks.insert(track("Wish")).trackId();
    assertThat(dao.insert("Wall", 1, 2_000, 0.99)).isEqualTo(id + 1);
  }

  private static Track track(String name) {
    return new Track(null, name, null, 1, null, null, 1_000, null, new BigDecimal("0.99"));
  }

  /** The page's own file, with what the environment would give filled in. */
  private Path configuration(String url, String user, String password) throws IOException {
    return Files.writeString(
        folder.resolve("crossfade.yaml"),
        Files.readString(Path.of("config/crossfade.yaml"))
            .replace("${MUSIC_FILE}", file.toString())
            .replace("${MUSIC_POSTGRES_URL}", url)
            .replace("${MUSIC_POSTGRES_USER}", user)
            .replace("${MUSIC_POSTGRES_PASSWORD}", password));
  }

  private static void migrate(TestDatabase database) {
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .locations("classpath:db/music")
        .load()
        .migrate();
  }

  private static String value(TestDatabase database, String query) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void theCodeOfThePageIsTheCodeHere() throws IOException {
    List<MatchResult> snippets =
        Pattern.compile("\n`([\\w.-]+)`\n\n```\\w+\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(PAGE))
            .results()
            .toList();
    assertThat(snippets).hasSizeGreaterThan(8);
    for (MatchResult snippet : snippets) {
      assertThat(compact(Files.readString(source(snippet.group(1)))))
          .as("%s on the page:%n%s", snippet.group(1), snippet.group(2))
          .contains(compact(snippet.group(2)));
    }
  }

  @Test
  void thePageHasEightSteps() throws IOException {
    assertThat(Files.readAllLines(PAGE).stream().filter(line -> line.matches("## \\d+\\. .*")))
        .hasSize(8);
  }

  private static Path source(String name) throws IOException {
    if (name.equals("pom.xml")) {
      return Path.of(name);
    }
    try (Stream<Path> files = Files.walk(Path.of("."))) {
      return files
          .filter(path -> path.endsWith(name))
          .filter(path -> !path.startsWith("./target/classes"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Without white space, so that the formatter may break lines elsewhere. */
  private static String compact(String code) {
    return code.replaceAll("\\s+", "");
  }
}
