package dev.crossfade.examples.quickstart.tokens;

import static dev.crossfade.examples.quickstart.generated.Tables.LATEST_TOKEN_SCORES;
import static dev.crossfade.examples.quickstart.generated.Tables.TOKEN_SCORES;

import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import java.util.Optional;

final class PostgresScores extends PostgresRepository<TokenScore, Long>
    implements TokenScoreRepository {
  PostgresScores(RepositoryContext<TokenScore, Long> context) {
    super(context, TOKEN_SCORES);
  }

  @Override
  public Optional<TokenScore> latestFor(long tokenId) {
    return fetchOptional(
        dsl()
            .selectFrom(TOKEN_SCORES)
            .where(TOKEN_SCORES.TOKEN_ID.eq(tokenId))
            .orderBy(TOKEN_SCORES.CREATED_AT.desc(), TOKEN_SCORES.ID.desc())
            .limit(1));
  }

  @Override
  public List<TokenScore> best(int limit) {
    return fetch(
        dsl()
            .selectFrom(LATEST_TOKEN_SCORES)
            .orderBy(LATEST_TOKEN_SCORES.SCORE.desc(), LATEST_TOKEN_SCORES.ID)
            .limit(limit));
  }
}
