package dev.crossfade.examples.quickstart.tokens;

import static dev.crossfade.examples.quickstart.generated.Tables.TOKENS;

import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import java.util.Optional;

final class PostgresTokens extends PostgresRepository<Token, Long> implements TokenRepository {
  PostgresTokens(RepositoryContext<Token, Long> context) {
    super(context, TOKENS);
  }

  @Override
  public Optional<Token> findByMintAddress(String mintAddress) {
    return fetchOptional(dsl().selectFrom(TOKENS).where(TOKENS.MINT_ADDRESS.eq(mintAddress)));
  }

  @Override
  public List<Token> mostLiquid(int limit) {
    return fetch(
        dsl()
            .selectFrom(TOKENS)
            .where(TOKENS.STATUS.eq(Status.ACTIVE.label()), TOKENS.LIQUIDITY_USD.isNotNull())
            .orderBy(TOKENS.LIQUIDITY_USD.desc(), TOKENS.ID)
            .limit(limit));
  }

  @Override
  public boolean activate(long id) {
    return !write(
            dsl()
                .update(TOKENS)
                .set(TOKENS.STATUS, Status.ACTIVE.label())
                .where(TOKENS.ID.eq(id), TOKENS.STATUS.eq(Status.MONITORING.label())))
        .isEmpty();
  }
}
