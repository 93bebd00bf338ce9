package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.Migration;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.Settings;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The application: its repositories, wired to both stores. Its code calls them as before; the stage
 * of the migration decides where a call goes.
 */
public final class TokenMonitor implements AutoCloseable {
  private static final String MIGRATION = "tokens";

  private final Crossfade crossfade;
  private final TokenRepository tokens;
  private final TokenScoreRepository scores;
  private final SettingsRepository settings;

  private TokenMonitor(Crossfade crossfade) {
    this.crossfade = crossfade;
    this.tokens = crossfade.repository(TokenRepository.class);
    this.scores = crossfade.repository(TokenScoreRepository.class);
    this.settings = crossfade.repository(SettingsRepository.class);
  }

  /** The application on its file, ready to cross to that database, which need not exist yet. */
  public static TokenMonitor open(Path sqlite, String postgresUrl, CrossfadeListener listener) {
    return open(
        SqliteStore.open(sqlite),
        crossing ->
            crossing
                .entity(Token.ENTITY, SqliteTokens::new, PostgresTokens::new)
                .entity(TokenScore.ENTITY, SqliteScores::new, PostgresScores::new)
                .entity(Setting.ENTITY, SqliteSettings::new, PostgresSettings::new),
        postgresUrl,
        listener);
  }

  /** The same application, had it begun on MongoDB. */
  public static TokenMonitor openMongo(
      String mongodbUrl, String postgresUrl, CrossfadeListener listener) {
    return open(
        MongoStore.open(mongodbUrl),
        crossing ->
            crossing
                .entity(Token.IN_MILLIS, MongoTokens::new, PostgresTokens::new)
                .entity(TokenScore.IN_MILLIS, MongoScores::new, PostgresScores::new)
                .entity(Setting.IN_MILLIS, MongoSettings::new, PostgresSettings::new),
        postgresUrl,
        listener);
  }

  private static TokenMonitor open(
      Store legacy,
      Consumer<MigrationBuilder> entities,
      String postgresUrl,
      CrossfadeListener listener) {
    return new TokenMonitor(
        Crossfade.builder()
            .legacy(legacy)
            .target(
                PostgresStore.at(postgresUrl)
                    .poolSize(20)
                    .connectionWait(Duration.ofSeconds(2))
                    .monthlyPartitions("token_scores", "created_at", 2)
                    .refresh("latest_token_scores", Duration.ofSeconds(5), true)
                    .open())
            .migration(MIGRATION, entities)
            .settings(
                Settings.builder()
                    .secondaryWait(Duration.ofMillis(250))
                    .backfillChunk(2_000)
                    .build())
            .listener(listener)
            .build());
  }

  /** The tokens. */
  public TokenRepository tokens() {
    return tokens;
  }

  /** Their scores. */
  public TokenScoreRepository scores() {
    return scores;
  }

  /** The settings. */
  public SettingsRepository settings() {
    return settings;
  }

  /**
   * Saves a token together with a score of it: both or neither, in either store; but for a process
   * that dies between the two documents of MongoDB, which has no transaction here.
   */
  public Watched watch(Token token, LongFunction<TokenScore> score) {
    return crossfade.unitOf(
        MIGRATION,
        () -> {
          Token saved = tokens.save(token);
          return new Watched(saved, scores.insert(score.apply(Token.ENTITY.keyOf(saved))));
        });
  }

  /** A token and its latest score. */
  public record Watched(Token token, TokenScore score) {}

  /** What moves it from stage to stage. */
  public Migration migration() {
    return crossfade.migration(MIGRATION);
  }

  /** Ends the library's threads and closes both stores. */
  @Override
  public void close() {
    crossfade.close();
  }
}
