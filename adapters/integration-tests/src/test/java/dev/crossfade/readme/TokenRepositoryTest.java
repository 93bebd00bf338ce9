package dev.crossfade.readme;

import static dev.crossfade.junit.app.Parity.assertParity;
import static dev.crossfade.readme.ReadmeTest.SCORE;
import static dev.crossfade.readme.ReadmeTest.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Crossfade;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeSetup;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.junit.app.Faults;
import dev.crossfade.junit.app.OnlyIn;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.readme.ReadmeTest.PostgresScores;
import dev.crossfade.readme.ReadmeTest.PostgresTokens;
import dev.crossfade.readme.ReadmeTest.SqliteScores;
import dev.crossfade.readme.ReadmeTest.SqliteTokens;
import dev.crossfade.readme.ReadmeTest.Status;
import dev.crossfade.readme.ReadmeTest.Token;
import dev.crossfade.readme.ReadmeTest.TokenRepository;
import dev.crossfade.readme.TokenRepositoryTest.TokenSetup;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The code of docs/testing.md, run; and a check that it is the code of the page. */
@CrossfadeTest(TokenSetup.class)
class TokenRepositoryTest {
  static final class TokenSetup implements CrossfadeSetup {
    @Override
    public void createLegacy(Path file) throws SQLException {
      LegacySchema.create(file);
    }

    @Override
    public void createTarget(TestDatabase database) throws SQLException {
      migrate(database.jdbcUrl(), database.user(), database.password());
    }

    @Override
    public Store legacy(Path file) {
      return SqliteStore.open(file);
    }

    @Override
    public Store target(TestDatabase database) {
      return PostgresStore.at(database.jdbcUrl())
          .credentials(database.user(), database.password())
          .monthlyPartitions("token_scores", "created_at", 2)
          .open();
    }

    @Override
    public void wire(Crossfade.Builder builder) {
      builder.migration(
          "tokens",
          m ->
              m.entity(TOKEN, SqliteTokens::new, PostgresTokens::new)
                  .entity(SCORE, SqliteScores::new, PostgresScores::new));
    }
  }

  private static final class LegacySchema {
    static void create(Path file) throws SQLException {
      try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = sqlite.createStatement()) {
        for (String table : ReadmeTest.LEGACY_TABLES) {
          statement.execute(table);
        }
      }
    }
  }

  private static void migrate(String url, String user, String password) throws SQLException {
    try (Connection postgres = DriverManager.getConnection(url, user, password);
        Statement statement = postgres.createStatement()) {
      for (String table : ReadmeTest.TARGET_TABLES) {
        statement.execute(table);
      }
    }
  }

  private Token monitored;

  @BeforeEach
  void monitor(TokenRepository tokens) {
    monitored =
        tokens.insert(new Token(null, "So11", "SOL", Status.MONITORING, new BigDecimal("12.50")));
  }

  @Test
  void activatesOnce(TokenRepository tokens) {
    assertThat(tokens.activate(monitored.id())).isTrue();
    assertThat(tokens.activate(monitored.id())).isFalse();
  }

  @Test
  void theQueryMeansTheSameOnBothStores(TokenRepository tokens, Crossfade crossfade) {
    assertParity(tokens, repository -> repository.findByMintAddress("So11"));
    assertParity(crossfade);
  }

  @Test
  @OnlyIn({Stage.DUAL_WRITE, Stage.LIVE})
  void anOutageOfTheSecondStoreDisturbsNobody(TokenRepository tokens, Faults faults) {
    faults.secondaryDown(); // or secondarySlow(Duration.ofSeconds(2)), secondaryLosesReplies()
    assertThat(tokens.activate(monitored.id())).isTrue();

    faults.none(); // as at the end of the test, which then finds both stores equal
    assertThat(tokens.find(monitored.id()).orElseThrow().status()).isEqualTo(Status.ACTIVE);
  }

  @Test
  @OnlyIn(Stage.OFF)
  void rowsOfOldCross(CrossfadeKit kit, TokenRepository tokens) throws SQLException {
    kit.unrecorded(
        () -> {
          try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + kit.legacyFile());
              Statement statement = sqlite.createStatement()) {
            statement.execute("insert into tokens values (7, 'EPjF', 'USDC', 'ACTIVE', 1000.25)");
          }
        });
    kit.moveTo(Stage.LIVE);

    assertThat(tokens.find(7L)).isPresent();
  }

  @Test
  @OnlyIn(Stage.OFF)
  void theCodeIsThatOfThePage() throws IOException {
    String here =
        ReadmeTest.compact(
            Files.readString(
                Path.of(
                    "src/test/java",
                    TokenRepositoryTest.class.getName().replace('.', '/') + ".java")));
    List<String> snippets =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../../docs/testing.md")))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(snippets).hasSizeGreaterThan(4);
    for (String snippet : snippets) {
      // Imports stand among others here.
      List<String> pieces =
          snippet.startsWith("import ") ? snippet.lines().toList() : List.of(snippet);
      for (String piece : pieces) {
        assertThat(here)
            .as("code of docs/testing.md:%n%s", snippet)
            .contains(ReadmeTest.compact(piece));
      }
    }
  }
}
