package dev.crossfade.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener.RehearsalEvent.Result;
import dev.crossfade.Migration;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.readme.ReadmeTest.PostgresScores;
import dev.crossfade.readme.ReadmeTest.PostgresTokens;
import dev.crossfade.readme.ReadmeTest.Score;
import dev.crossfade.readme.ReadmeTest.ScoreRepository;
import dev.crossfade.readme.ReadmeTest.SqliteScores;
import dev.crossfade.readme.ReadmeTest.SqliteTokens;
import dev.crossfade.sqlite.SqliteStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A partitioned table does not hold its generated key unique: a rehearsed row may get the key of
 * one that was copied, and nobody is accused of changing that.
 */
@ExtendWith(PostgresExtension.class)
class PartitionedKeysTest {
  @Test
  void aSequenceBehindTheCopiedKeysAccusesNobody(TestDatabase database, @TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("app.db");
    ReadmeTest.prepare(file, database);
    try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = sqlite.createStatement()) {
      statement.executeUpdate(
          "with recursive n (i) as (select 1 union all select i + 1 from n where i < 60)"
              + " insert into token_scores select i, 7, i, '2024-05-01T10:00:00Z' from n");
    }
    try (Crossfade crossfade = open(file, database)) {
      Migration migration = crossfade.migration("tokens");
      migration.moveTo(Stage.DUAL_WRITE);
      migration.backfill();
      assertThat(migration.awaitSettled(Duration.ofSeconds(20))).isTrue();
      migration.moveTo(Stage.SHADOW);
      ScoreRepository scores = crossfade.repository(ScoreRepository.class);
      for (int i = 0; i < 150; i++) {
        scores.insert(new Score(null, 7L, BigDecimal.valueOf(i), Instant.now()));
      }
      assertThat(migration.awaitSettled(Duration.ofSeconds(20))).isTrue();
      assertThat(migration.rehearsals())
          .containsEntry(Result.MISMATCH, 0L)
          .containsEntry(Result.FAILED, 0L)
          .hasEntrySatisfying(Result.MATCH, matches -> assertThat(matches).isPositive());
      assertThat(migration.verify().differences()).isEmpty();
    }
  }

  private static Crossfade open(Path file, TestDatabase database) {
    return Crossfade.builder()
        .legacy(SqliteStore.open(file))
        .target(
            PostgresStore.at(database.jdbcUrl())
                .credentials(database.user(), database.password())
                .monthlyPartitions("token_scores", "created_at", 2)
                .open())
        .migration(
            "tokens",
            m ->
                m.entity(ReadmeTest.TOKEN, SqliteTokens::new, PostgresTokens::new)
                    .entity(ReadmeTest.SCORE, SqliteScores::new, PostgresScores::new))
        .settings(
            Settings.builder()
                .rehearsalSampling(1)
                .rehearsalLimit(Duration.ofSeconds(2))
                .shadowSampling(0)
                .build())
        .build();
  }
}
