package dev.crossfade.jooq;

import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.View;
import dev.crossfade.store.StoreView;
import dev.crossfade.store.ViewContext;
import java.sql.ResultSetMetaData;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jooq.Cursor;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * The rows of one view in a relational store. Applications extend the base class of their store
 * ({@code SqliteViewRepository}, {@code PostgresViewRepository}), which extends this one, and add
 * their finders:
 *
 * <pre>{@code
 * @Override
 * public List<LatestScore> best(int limit) {
 *   return fetch(selectFrom(LATEST).orderBy(LATEST.SCORE.desc(), LATEST.TOKEN_ID).limit(limit));
 * }
 * }</pre>
 *
 * <p>What is read may be a view, a materialized view, a table, or, where a store has none of these,
 * a query: {@code select(…).asTable("latest")}.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> the record that holds a row
 */
public abstract class JooqViewRepository<T> extends JooqReads<T, RowMapping<T>>
    implements StoreView<T> {
  private final View<T> view;

  /** For the base classes of adapters. */
  protected JooqViewRepository(
      ViewContext<T> context,
      Table<?> table,
      Consumer<? super Columns> columns,
      Sessions sessions) {
    super(
        sessions,
        owner ->
            new RowMapping<>(
                context.view(), table, Columns.of(columns), sessions.dialect(), owner));
    this.view = context.view();
  }

  /** No column bears another name than its component's in snake case. */
  protected static Consumer<Columns> columnsByName() {
    return Columns.BY_NAME;
  }

  @Override
  public final View<T> view() {
    return view;
  }

  @Override
  public List<T> all() {
    return fetch(dsl().select(columns()).from(jooqTable()));
  }

  @Override
  public long count() {
    return Objects.requireNonNull(
        fetchValue(dsl().select(DSL.field("count(*)", SQLDataType.BIGINT)).from(jooqTable())));
  }

  @Override
  public final List<String> problems() {
    List<String> problems = mapping().problems();
    try {
      return problems.isEmpty() ? missing(existing()) : problems;
    } catch (StoreUnavailableException | StoreTimeoutException e) {
      throw e;
    } catch (CrossfadeException | DataAccessException e) {
      return List.of(
          mapping().owner()
              + ": view "
              + view
              + " cannot be read from "
              + mapping().table()
              + "; create it, with a refresh if it is materialized, grant select on it, or map"
              + " another: "
              + e.getMessage());
    }
  }

  /**
   * Asked of a result without rows, because of a query no catalogue knows anything. By a limit:
   * with a condition that is never met PostgreSQL would not open the view, and not see that it was
   * never refreshed.
   */
  private Set<String> existing() {
    return reading(
        "problems",
        session -> {
          Set<String> names = new TreeSet<>();
          try (Cursor<?> none =
              sessions()
                  .dialect()
                  .on(session)
                  .fetchLazy(dsl().select(DSL.asterisk()).from(jooqTable()).limit(DSL.inline(0)))) {
            ResultSetMetaData columns = none.resultSet().getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
              names.add(columns.getColumnLabel(i));
            }
          }
          return names;
        });
  }

  private List<String> missing(Set<String> existing) {
    List<String> problems = new ArrayList<>();
    for (MappedColumn column : mapping().columns()) {
      for (String name : column.names()) {
        if (existing.stream().noneMatch(name::equalsIgnoreCase)) {
          problems.add(missing(column, name, existing));
        }
      }
    }
    return problems;
  }

  private String missing(MappedColumn column, String name, Set<String> existing) {
    return mapping().owner()
        + ": "
        + mapping().table()
        + " has no column "
        + name
        + " for component "
        + column.component()
        + " of view "
        + view
        + "; it has "
        + existing
        + ". Name the right one with "
        + (column.width() == 1 ? "column" : "pair")
        + "(\""
        + column.component()
        + "\", …)";
  }
}
