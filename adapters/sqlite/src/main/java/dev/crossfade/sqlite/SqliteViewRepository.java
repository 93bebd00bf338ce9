package dev.crossfade.sqlite;

import dev.crossfade.jooq.Columns;
import dev.crossfade.jooq.JooqViewRepository;
import dev.crossfade.store.ViewContext;
import java.util.function.Consumer;
import org.jooq.Table;

/**
 * The rows of one view in a SQLite file: what an application's implementation extends.
 *
 * <pre>{@code
 * final class SqliteLatestScores extends SqliteViewRepository<LatestScore> implements LatestScores {
 *   SqliteLatestScores(ViewContext<LatestScore> context) {
 *     super(context, LATEST_TOKEN_SCORES);
 *   }
 * }
 * }</pre>
 *
 * <p>Values are read as {@link SqliteRepository} reads them. Safe for use by many threads; see
 * {@link JooqViewRepository}.
 *
 * @param <T> the record that holds a row
 */
public abstract class SqliteViewRepository<T> extends JooqViewRepository<T> {
  /** On this view, table or query, its columns found by name. */
  protected SqliteViewRepository(ViewContext<T> context, Table<?> view) {
    this(context, view, columnsByName());
  }

  /**
   * On this view, table or query.
   *
   * @param columns names other columns and conversions
   */
  protected SqliteViewRepository(
      ViewContext<T> context, Table<?> view, Consumer<? super Columns> columns) {
    super(context, view, columns, context.store().unwrap(SqliteStore.class).sessions());
  }
}
