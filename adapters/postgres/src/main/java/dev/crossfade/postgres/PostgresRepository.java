package dev.crossfade.postgres;

import dev.crossfade.jooq.Columns;
import dev.crossfade.jooq.JooqRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jooq.Table;

/**
 * The rows of one entity in PostgreSQL: what an application's implementation extends.
 *
 * <pre>{@code
 * final class PostgresTokens extends PostgresRepository<Token, Long> implements TokenRepository {
 *   PostgresTokens(RepositoryContext<Token, Long> context) {
 *     super(context, TOKENS);
 *   }
 *
 *   @Override
 *   public Optional<Token> findByMintAddress(String mintAddress) {
 *     return fetchOptional(
 *         dsl().select(columns()).from(TOKENS).where(TOKENS.MINT_ADDRESS.eq(mintAddress)));
 *   }
 * }
 * }</pre>
 *
 * <p>A component is held by the column of its name in snake case. Text reaches any type that has a
 * text form: jsonb, enums, inet, arrays. Text keys are paged through in the order of their bytes,
 * which a table's index helps with only if the column is declared {@code collate "C"}.
 *
 * <p>Safe for use by many threads; see {@link JooqRepository}.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public abstract class PostgresRepository<T, K> extends JooqRepository<T, K> {
  private final GeneratedKeys keys;

  /** On this table, its columns found by name. */
  protected PostgresRepository(RepositoryContext<T, K> context, Table<?> table) {
    this(context, table, columnsByName());
  }

  /** On this table, with what its columns have special. */
  protected PostgresRepository(
      RepositoryContext<T, K> context, Table<?> table, Consumer<? super Columns> columns) {
    super(context, table, columns, store(context).sessions());
    this.keys = new GeneratedKeys(store(context), mapped().mapping());
  }

  GeneratedKeys generatedKeys() {
    return keys;
  }

  private static PostgresStore store(RepositoryContext<?, ?> context) {
    return context.store().unwrap(PostgresStore.class);
  }

  @Override
  public final OptionalLong highestGenerated() {
    return keys.highest();
  }

  @Override
  public final void raiseGenerator(long highest) {
    keys.raise(highest);
  }
}
