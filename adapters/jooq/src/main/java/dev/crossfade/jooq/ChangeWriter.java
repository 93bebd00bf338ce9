package dev.crossfade.jooq;

import dev.crossfade.DuplicateKeyException;
import dev.crossfade.Entity;
import dev.crossfade.store.RowState;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Brings the rows of a change about in the secondary store: step 3 of the protocol without its
 * transaction and its checks of epoch and incarnation, which are the adapter's. For adapters.
 *
 * <p>Unique values may wander between rows of one change: A gives its value to B and takes B's.
 * Whichever row is written first collides then. Deleting one would cascade, so the rows stay: their
 * unique columns pass through placeholders, after which the rows can be written in any order. This
 * is done only once a write has collided, within a savepoint.
 *
 * <p>Safe for use by many threads; sessions are not.
 */
public final class ChangeWriter {
  private static final String SAVEPOINT = "crossfade_rows";

  private final Sessions sessions;

  /** For the store of these sessions. */
  public ChangeWriter(Sessions sessions) {
    this.sessions = sessions;
  }

  /**
   * Brings them about, in this order, in the transaction of the session; after an exception that
   * must be rolled back.
   *
   * @throws dev.crossfade.ForeignKeyException if rows outside the change refer to one to be deleted
   *     by a reference declared as cascading or nulling
   */
  public void apply(Session session, List<RowState<?, ?>> states) throws SQLException {
    int from = 0;
    while (from < states.size()) {
      int to = endOfRun(states, from);
      run(session, states.get(from).entity(), states.subList(from, to), states);
      from = to;
    }
  }

  private static int endOfRun(List<RowState<?, ?>> states, int from) {
    RowState<?, ?> first = states.get(from);
    int to = from + 1;
    while (to < states.size()
        && states.get(to).entity() == first.entity()
        && (states.get(to).row() == null) == (first.row() == null)) {
      to++;
    }
    return to;
  }

  private <T, K> void run(
      Session session, Entity<T, K> entity, List<RowState<?, ?>> run, List<RowState<?, ?>> all)
      throws SQLException {
    MappedTable<T, K> table = sessions.table(entity);
    List<RowState<T, K>> states = of(entity, run);
    if (run.get(0).row() == null) {
      table.deleteUnreferred(session, states.stream().map(RowState::key).toList());
      return;
    }
    List<T> rows = new ArrayList<>(states.size());
    for (RowState<T, K> state : states) {
      T row = state.row();
      if (row != null) {
        rows.add(row);
      }
    }
    upsert(session, table, rows, of(entity, all));
  }

  private <T, K> void upsert(
      Session session, MappedTable<T, K> table, List<T> rows, List<RowState<T, K>> change)
      throws SQLException {
    List<Placeholder> unique =
        change.size() == 1 ? List.of() : placeholders(table.mapping(), table.facts(session));
    if (unique.isEmpty()) {
      table.upsertAll(session, rows);
      return;
    }
    session.execute("savepoint " + SAVEPOINT);
    try {
      table.upsertAll(session, rows);
    } catch (SQLException e) {
      if (!(sessions.failure(e, "apply") instanceof DuplicateKeyException)) {
        throw e;
      }
      session.execute("rollback to savepoint " + SAVEPOINT);
      upsertThroughPlaceholders(session, table, rows, change, unique);
    }
    session.execute("release savepoint " + SAVEPOINT);
  }

  private <T, K> void upsertThroughPlaceholders(
      Session session,
      MappedTable<T, K> table,
      List<T> rows,
      List<RowState<T, K>> change,
      List<Placeholder> unique)
      throws SQLException {
    TableMapping<T, K> mapping = table.mapping();
    String set =
        unique.stream()
            .map(part -> part.column().quoted() + " = " + part.column().placeholder())
            .collect(Collectors.joining(", "));
    mapping.dialect().deferForeignKeys(session, true);
    session.<RowState<T, K>>batch(
        "update " + mapping.table() + " set " + set + " where " + mapping.keyIs(),
        change,
        (statement, state) -> mapping.bindKey(statement, bind(statement, unique), state.key()));
    table.upsertAll(session, rows);
    mapping.dialect().deferForeignKeys(session, false);
  }

  private static int bind(PreparedStatement statement, List<Placeholder> unique)
      throws SQLException {
    int index = 1;
    for (Placeholder part : unique) {
      part.column().bindStored(statement, index++, part.next());
    }
    return index;
  }

  /** One column of everything unique beside the key: nullable if there is one. */
  private static List<Placeholder> placeholders(TableMapping<?, ?> mapping, TableFacts facts) {
    Set<String> identity =
        mapping.identityColumns().stream().map(MappedColumn::name).collect(Collectors.toSet());
    Set<Placeholder> chosen = new LinkedHashSet<>();
    for (TableFacts.Unique unique : facts.uniques()) {
      mapping.tableColumns().stream()
          .filter(column -> unique.columns().contains(column.name()))
          .filter(column -> !identity.contains(column.name()))
          .map(column -> Placeholder.of(column, facts))
          .min(Placeholder.EASIEST)
          .filter(Placeholder::exists)
          .ifPresent(chosen::add);
    }
    return List.copyOf(chosen);
  }

  @SuppressWarnings("unchecked") // states are of the entity that was asked for
  private static <T, K> List<RowState<T, K>> of(Entity<T, K> entity, List<RowState<?, ?>> states) {
    List<RowState<T, K>> found = new ArrayList<>(states.size());
    for (RowState<?, ?> state : states) {
      if (state.entity() == entity) {
        found.add((RowState<T, K>) state);
      }
    }
    return found;
  }
}
