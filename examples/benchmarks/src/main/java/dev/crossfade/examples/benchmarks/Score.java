package dev.crossfade.examples.benchmarks;

import dev.crossfade.Entity;
import dev.crossfade.Repository;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.time.Instant;
import org.jooq.impl.DSL;

/**
 * A row of the largest table of a token monitor: half of it is JSON. In PostgreSQL the table is
 * partitioned by month.
 */
record Score(
    Long id,
    long tokenId,
    BigDecimal score,
    BigDecimal smoothedScore,
    String metrics,
    String rawComponents,
    String smoothedComponents,
    String spamMetrics,
    String scoringModel,
    Instant createdAt) {

  static final Entity<Score, Long> ENTITY =
      Entity.of(Score.class)
          .key("id", Long.class)
          .name("token_scores")
          .locator("createdAt")
          .decimal("score", 4)
          .decimal("smoothedScore", 4)
          .json("metrics", "rawComponents", "smoothedComponents", "spamMetrics")
          .build();

  /** Its rows in a store. */
  interface Scores extends Repository<Score, Long> {}

  /** In SQLite. */
  static final class OnSqlite extends SqliteRepository<Score, Long> implements Scores {
    OnSqlite(RepositoryContext<Score, Long> context) {
      super(context, DSL.table(DSL.name("token_scores")));
    }
  }

  /** In PostgreSQL. */
  static final class OnPostgres extends PostgresRepository<Score, Long> implements Scores {
    OnPostgres(RepositoryContext<Score, Long> context) {
      super(context, DSL.table(DSL.name("token_scores")));
    }
  }
}
