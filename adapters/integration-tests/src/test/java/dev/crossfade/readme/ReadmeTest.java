package dev.crossfade.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.update;

import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Migration;
import dev.crossfade.MoveReport;
import dev.crossfade.OnDelete;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.Writes;
import dev.crossfade.config.CrossfadeConfig;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.RepositoryContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The code of the README, run; and a check that it is the code of the README. */
@ExtendWith(PostgresExtension.class)
class ReadmeTest {
  private static final Table<Record> TOKENS = table(name("tokens"));
  private static final Table<Record> SCORES = table(name("token_scores"));
  private static final Field<Long> ID = field(name("id"), Long.class);
  private static final Field<String> MINT_ADDRESS = field(name("mint_address"), String.class);
  private static final Field<String> STATUS = field(name("status"), String.class);

  record Token(
      Long id, String mintAddress, String symbol, Status status, BigDecimal liquidityUsd) {}

  record Score(Long id, Long tokenId, BigDecimal score, Instant createdAt) {}

  enum Status {
    MONITORING,
    ACTIVE
  }

  static final Entity<Token, Long> TOKEN =
      Entity.of(Token.class)
          .key("id", Long.class)
          .name("tokens")
          .generatedKey()
          .decimal("liquidityUsd", 2)
          .build();

  static final Entity<Score, Long> SCORE =
      Entity.of(Score.class)
          .key("id", Long.class)
          .name("token_scores")
          .generatedKey()
          .locator("createdAt") // PostgreSQL partitions by it
          .references("tokenId", TOKEN, OnDelete.CASCADE)
          .decimal("score", 4)
          .build();

  interface TokenRepository extends Repository<Token, Long> { // find, save, … inherited
    @Reads
    Optional<Token> findByMintAddress(String mintAddress);

    @Writes
    boolean activate(long id); // a conditional update: decided once, on the primary
  }

  interface ScoreRepository extends Repository<Score, Long> {}

  static final class PostgresTokens extends PostgresRepository<Token, Long>
      implements TokenRepository {
    PostgresTokens(RepositoryContext<Token, Long> context) {
      super(context, TOKENS);
    }

    @Override
    public Optional<Token> findByMintAddress(String mintAddress) {
      return fetchOptional(selectFrom(TOKENS).where(MINT_ADDRESS.eq(mintAddress)));
    }

    @Override
    public boolean activate(long id) {
      return !write(
              update(TOKENS).set(STATUS, "ACTIVE").where(ID.eq(id)).and(STATUS.eq("MONITORING")))
          .isEmpty();
    }
  }

  static final class SqliteTokens extends SqliteRepository<Token, Long> implements TokenRepository {
    SqliteTokens(RepositoryContext<Token, Long> context) {
      super(context, TOKENS);
    }

    @Override
    public Optional<Token> findByMintAddress(String mintAddress) {
      return fetchOptional(selectFrom(TOKENS).where(MINT_ADDRESS.eq(mintAddress)));
    }

    @Override
    public boolean activate(long id) {
      return !write(
              update(TOKENS).set(STATUS, "ACTIVE").where(ID.eq(id)).and(STATUS.eq("MONITORING")))
          .isEmpty();
    }
  }

  static final class PostgresScores extends PostgresRepository<Score, Long>
      implements ScoreRepository {
    PostgresScores(RepositoryContext<Score, Long> context) {
      super(context, SCORES);
    }
  }

  static final class SqliteScores extends SqliteRepository<Score, Long> implements ScoreRepository {
    SqliteScores(RepositoryContext<Score, Long> context) {
      super(context, SCORES);
    }
  }

  @Test
  void theCodeRuns(TestDatabase database, @TempDir Path folder) throws SQLException {
    Path file = folder.resolve("app.db");
    prepare(file, database);
    String jdbcUrl = database.jdbcUrl();
    String user = database.user();
    String password = database.password();
    Crossfade crossfade =
        Crossfade.builder()
            .legacy(SqliteStore.open(file))
            .target(
                PostgresStore.at(jdbcUrl)
                    .credentials(user, password)
                    .monthlyPartitions("token_scores", "created_at", 2)
                    .open())
            .migration(
                "tokens",
                m ->
                    m.entity(TOKEN, SqliteTokens::new, PostgresTokens::new)
                        .entity(SCORE, SqliteScores::new, PostgresScores::new))
            .build();
    try (crossfade) {
      cross(crossfade);
      use(crossfade);
      assertThat(crossfade.migration("tokens").awaitSettled(Duration.ofSeconds(10))).isTrue();
      assertThat(crossfade.migration("tokens").verify().differences()).isEmpty();
    }
  }

  @Test
  void theConfigurationFileIsRead(TestDatabase database, @TempDir Path folder) throws Exception {
    prepare(folder.resolve("app.db"), database);
    Path password = Files.writeString(folder.resolve("app"), database.password());
    Path file = folder.resolve("crossfade.yaml");
    Matcher yaml =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../../README.md")));
    assertThat(yaml.find()).isTrue();
    Files.writeString(
        file,
        yaml.group(1)
            .replace("app.db", folder.resolve("app.db").toString())
            .replace("jdbc:postgresql://${DB_HOST:localhost}/app", database.jdbcUrl())
            .replace("user: app", "user: " + database.user())
            .replace("/run/secrets/app", password.toString())
            .replace("verify-full", "prefer") // the server of the tests has no certificate
            .replace("stage: dual_write", "stage: off"));
    CrossfadeConfig config = CrossfadeConfig.load(file); // crossfade.yaml
    Crossfade crossfade =
        Crossfade.builder()
            .legacy(config.legacy())
            .target(config.target())
            .settings(config) // watched: what changes in the file is taken over
            .migration("tokens", m -> m.entity(TOKEN, SqliteTokens::new, PostgresTokens::new))
            .build();
    try (crossfade) {
      assertThat(crossfade.repository(TokenRepository.class).findByMintAddress("EPjF")).isPresent();
      assertThat(config.settings().secondaryWait()).isEqualTo(Duration.ofMillis(500));
    }
  }

  private static void cross(Crossfade crossfade) {
    Migration migration = crossfade.migration("tokens");
    migration.moveTo(Stage.DUAL_WRITE);
    migration.backfill();
    VerificationReport report = migration.verify();
    if (!report.isClean()) {
      migration.repair(report.differences());
    }
    migration.moveTo(Stage.SHADOW);
    MoveReport cutover =
        migration.moveTo(Stage.LIVE); // cutover.pause(): how long writes had to wait
    assertThat(report.totalRows()).isEqualTo(2);
    assertThat(cutover.pause()).isPositive();
  }

  private static void use(Crossfade crossfade) {
    ScoreRepository scores = crossfade.repository(ScoreRepository.class);
    TokenRepository tokens = crossfade.repository(TokenRepository.class);
    Token token =
        tokens.save(new Token(null, "So11…112", "SOL", Status.MONITORING, new BigDecimal("12.50")));
    crossfade.unit(
        "tokens",
        () -> { // one transaction on each store
          tokens.activate(token.id());
          scores.insert(new Score(null, token.id(), new BigDecimal("0.8123"), Instant.now()));
        });
    crossfade
        .migration("tokens")
        .moveTo(Stage.LIVE); // the cutover; moveTo(Stage.SHADOW) is the rollback
    assertThat(tokens.findByMintAddress("So11…112").orElseThrow().status())
        .isEqualTo(Status.ACTIVE);
    assertThat(scores.count()).isEqualTo(2);
    assertThat(tokens.activate(token.id())).isFalse();
  }

  @Test
  void theCodeIsThatOfTheReadme() throws IOException {
    String here =
        compact(
            Files.readString(
                Path.of("src/test/java", ReadmeTest.class.getName().replace('.', '/') + ".java")));
    List<String> snippets =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../../README.md")))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(snippets).hasSizeGreaterThan(3);
    for (String snippet : snippets) {
      assertThat(here).as("code of the README:%n%s", snippet).contains(compact(snippet));
    }
  }

  @Test
  void whatTheReadmePointsToIsThere() throws IOException {
    Path root = Path.of("../..");
    List<String> targets =
        Pattern.compile("\\]\\(([^)#]+)\\)")
            .matcher(Files.readString(root.resolve("README.md")))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(targets).hasSizeGreaterThan(10);
    assertThat(targets).allSatisfy(target -> assertThat(root.resolve(target)).exists());
  }

  /** Without comments and white space, so that the formatter may break lines elsewhere. */
  private static String compact(String code) {
    return code.replaceAll("//.*", "").replaceAll("\\s+", "");
  }

  private static void prepare(Path file, TestDatabase database) throws SQLException {
    try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = sqlite.createStatement()) {
      statement.executeUpdate(
          "create table tokens (id integer primary key autoincrement, mint_address text not null"
              + " unique, symbol text, status text not null, liquidity_usd real)");
      statement.executeUpdate(
          "create table token_scores (id integer primary key autoincrement, token_id integer not"
              + " null references tokens on delete cascade, score real, created_at text not null)");
      statement.executeUpdate("insert into tokens values (7, 'EPjF', 'USDC', 'ACTIVE', 1000.25)");
      statement.executeUpdate(
          "insert into token_scores values (70, 7, 0.5, '2024-05-01T10:00:00Z')");
    }
    try (Connection postgres = database.open();
        Statement statement = postgres.createStatement()) {
      statement.execute(
          "create table tokens (id bigint generated by default as identity primary key,"
              + " mint_address text not null unique, symbol text, status text not null,"
              + " liquidity_usd numeric(20,2))");
      statement.execute(
          "create table token_scores (id bigint generated by default as identity, token_id bigint"
              + " not null references tokens on delete cascade, score numeric(10,4),"
              + " created_at timestamptz not null, primary key (id, created_at))"
              + " partition by range (created_at)");
    }
  }
}
