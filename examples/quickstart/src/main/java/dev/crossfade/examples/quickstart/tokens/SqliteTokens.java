package dev.crossfade.examples.quickstart.tokens;

import static dev.crossfade.examples.quickstart.tokens.LegacyTables.TIME;
import static dev.crossfade.examples.quickstart.tokens.LegacyTables.TOKENS;

import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jooq.Field;

final class SqliteTokens extends SqliteRepository<Token, Long> implements TokenRepository {
  private final Field<Long> id = column("id", Long.class);
  private final Field<Status> status = column("status", Status.class);
  private final Field<BigDecimal> liquidity = column("liquidityUsd", BigDecimal.class);

  SqliteTokens(RepositoryContext<Token, Long> context) {
    super(
        context,
        TOKENS,
        columns -> columns.convert("createdAt", TIME).convert("lastUpdatedAt", TIME));
  }

  @Override
  public Optional<Token> findByMintAddress(String mintAddress) {
    return fetchOptional(
        dsl().selectFrom(TOKENS).where(column("mintAddress", String.class).eq(mintAddress)));
  }

  @Override
  public List<Token> mostLiquid(int limit) {
    return fetch(
        dsl()
            .selectFrom(TOKENS)
            .where(status.eq(Status.ACTIVE), liquidity.isNotNull())
            .orderBy(liquidity.desc(), id)
            .limit(limit));
  }

  @Override
  public boolean activate(long token) {
    return !write(
            dsl()
                .update(TOKENS)
                .set(status, Status.ACTIVE)
                .where(id.eq(token), status.eq(Status.MONITORING)))
        .isEmpty();
  }
}
