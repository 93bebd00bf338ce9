package dev.crossfade.postgres;

import dev.crossfade.jooq.Columns;
import dev.crossfade.jooq.JooqViewRepository;
import dev.crossfade.store.ViewContext;
import java.util.function.Consumer;
import org.jooq.Table;

/**
 * The rows of one view in PostgreSQL: what an application's implementation extends.
 *
 * <pre>{@code
 * final class PostgresLatestScores extends PostgresViewRepository<LatestScore> implements LatestScores {
 *   PostgresLatestScores(ViewContext<LatestScore> context) {
 *     super(context, LATEST_TOKEN_SCORES);
 *   }
 * }
 * }</pre>
 *
 * <p>Values are read as {@link PostgresRepository} reads them. Safe for use by many threads; see
 * {@link JooqViewRepository}.
 *
 * @param <T> the record that holds a row
 */
public abstract class PostgresViewRepository<T> extends JooqViewRepository<T> {
  /** On this view, table or query, its columns found by name. */
  protected PostgresViewRepository(ViewContext<T> context, Table<?> view) {
    this(context, view, columnsByName());
  }

  /**
   * On this view, table or query.
   *
   * @param columns names other columns and conversions
   */
  protected PostgresViewRepository(
      ViewContext<T> context, Table<?> view, Consumer<? super Columns> columns) {
    super(context, view, columns, context.store().unwrap(PostgresStore.class).sessions());
  }
}
