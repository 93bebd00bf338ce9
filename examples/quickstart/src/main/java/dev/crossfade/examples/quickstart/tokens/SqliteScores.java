package dev.crossfade.examples.quickstart.tokens;

import static dev.crossfade.examples.quickstart.tokens.LegacyTables.TIME;
import static dev.crossfade.examples.quickstart.tokens.LegacyTables.TOKENS;
import static dev.crossfade.examples.quickstart.tokens.LegacyTables.TOKEN_SCORES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.rowNumber;

import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;

final class SqliteScores extends SqliteRepository<TokenScore, Long>
    implements TokenScoreRepository {
  private final Field<Long> id = column("id", Long.class);
  private final Field<Long> tokenId = column("tokenId", Long.class);
  private final Field<BigDecimal> score = column("score", BigDecimal.class);
  private final Field<Instant> createdAt = column("createdAt", Instant.class);

  SqliteScores(RepositoryContext<TokenScore, Long> context) {
    super(context, TOKEN_SCORES, columns -> columns.convert("createdAt", TIME));
  }

  @Override
  public Optional<TokenScore> latestFor(long token) {
    return fetchOptional(
        dsl()
            .selectFrom(TOKEN_SCORES)
            .where(tokenId.eq(token))
            .orderBy(createdAt.desc(), id.desc())
            .limit(1));
  }

  /** The query that takes half a minute on a large file, and the reason to leave. */
  @Override
  public List<TokenScore> best(int limit) {
    Field<Long> newest = DSL.field(name("newest"), Long.class);
    Field<Integer> age = DSL.field(name("age"), Integer.class);
    Table<?> ranked =
        dsl()
            .select(
                id.as(newest),
                rowNumber()
                    .over()
                    .partitionBy(tokenId)
                    .orderBy(createdAt.desc(), id.desc())
                    .as(age))
            .from(TOKEN_SCORES)
            .where(
                tokenId.in(
                    dsl()
                        .select(DSL.field(name("id"), Long.class))
                        .from(TOKENS)
                        .where(
                            DSL.field(name("status"), String.class)
                                .eq(Token.Status.ACTIVE.label()))))
            .asTable("ranked");
    return fetch(
        dsl()
            .selectFrom(TOKEN_SCORES)
            .where(id.in(dsl().select(newest).from(ranked).where(age.eq(inline(1)))))
            .orderBy(score.desc(), id)
            .limit(limit));
  }
}
