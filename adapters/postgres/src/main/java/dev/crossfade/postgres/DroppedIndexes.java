package dev.crossfade.postgres;

import dev.crossfade.jooq.Session;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Foreign keys and indexes that are dropped while empty tables are filled, and built again from
 * their definitions, which are written down in the transaction that drops them.
 *
 * <p>Only what PostgreSQL can define again exactly is dropped: no index with a tablespace or
 * statistics of its own, none that a cluster or a replica identity stands on, and no foreign key
 * with triggers that were switched. What a foreign key does on a delete comes as states of the rows
 * meanwhile, since entities declare it. Indexes of partitions come back under names of
 * PostgreSQL's.
 *
 * <p>Safe for use by many threads and processes. Those that bring indexes back at once each take
 * one that nobody else has taken, of a partitioned table partition by partition; the index of the
 * whole table, which then finds those of its partitions, and foreign keys come when nobody builds
 * anything, one after the other.
 */
final class DroppedIndexes {
  private static final Logger log = LoggerFactory.getLogger(DroppedIndexes.class);

  /** A build takes as long as it takes; a server that has vanished meanwhile is given up. */
  private static final Duration LONGEST_BUILD = Duration.ofHours(12);

  private static final String IS_EMPTY =
      "select format('%%I.%%I', n.nspname, c.relname) from pg_class c"
          + " join pg_namespace n on n.oid = c.relnamespace"
          + " where c.oid = '%1$s'::regclass and not exists (select from %2$s)";

  /** Names in definitions are qualified if nothing is visible. */
  private static final String NOTHING_VISIBLE = "set local search_path = pg_catalog";

  private static final String REMEMBER_INDEXES =
      """
      insert into crossfade.dropped (kind, name, of_table, own_name, definition)
      select 'index', format('%I.%I', n.nspname, c.relname), i.indrelid::regclass::text, c.relname,
        replace(pg_get_indexdef(c.oid), format('INDEX %I ON ONLY ', c.relname),
            format('INDEX %I ON ', c.relname))
          || coalesce(format('; comment on index %I.%I is %L', n.nspname, c.relname,
            obj_description(c.oid, 'pg_class')), '')
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
      where i.indrelid = ?::regclass and i.indisvalid
        and not (i.indisunique or i.indisexclusion or i.indisclustered or i.indisreplident)
        and not exists (select from pg_inherits where inhrelid = c.oid)
        and not exists (
          select from (select c.oid union select relid from pg_partition_tree(c.oid)) tree (oid)
          join pg_class each using (oid)
          where each.reltablespace <> 0 or exists (
            select from pg_attribute a
            where a.attrelid = each.oid and coalesce(a.attstattarget, -1) >= 0))
      order by c.relname
      """;

  private static final String REMEMBER_FOREIGN_KEYS =
      """
      insert into crossfade.dropped (kind, name, of_table, own_name, definition)
      select 'constraint', format('%s %I', k.conrelid::regclass, k.conname),
        k.conrelid::regclass::text, k.conname,
        format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname,
            pg_get_constraintdef(k.oid))
          || coalesce(format('; comment on constraint %I on %s is %L', k.conname,
            k.conrelid::regclass, obj_description(k.oid, 'pg_constraint')), '')
      from pg_constraint k
      where k.conrelid = ?::regclass and k.contype = 'f' and k.conparentid = 0
        and not exists (
          select from pg_trigger t where t.tgconstraint = k.oid and t.tgenabled <> 'O')
      order by k.conname
      """;

  /** What of them each partition is to have first. */
  private static final String REMEMBER_PARTS =
      """
      insert into crossfade.dropped (kind, name, of_table, own_name, definition)
      select 'part', d.name, d.of_table, leaf.name,
        replace(whole.definition, whole.head, format('INDEX ON %s ', leaf.name))
      from crossfade.dropped d
      cross join lateral (select pg_get_indexdef(to_regclass(d.name)),
          format('INDEX %I ON ONLY %s ', d.own_name, d.of_table)) whole (definition, head)
      cross join lateral (
        select format('%I.%I', n.nspname, c.relname)
        from pg_partition_tree(d.of_table::regclass) tree
        join pg_class c on c.oid = tree.relid
        join pg_namespace n on n.oid = c.relnamespace
        where tree.isleaf and tree.level > 0 and c.relkind = 'r') leaf (name)
      where d.position > ? and d.kind = 'index' and position(whole.head in whole.definition) > 0
      order by d.position, leaf.name
      """;

  private static final String DROPS =
      """
      select case kind when 'index' then 'drop index ' || name
        else format('alter table %s drop constraint %I', of_table, own_name) end, name
      from crossfade.dropped where position > ? and kind <> 'part' order by position desc
      """;

  private static final String NEXT =
      """
      select position, name, kind = 'part', definition, case
          when to_regclass(of_table) is null then true
          when kind = 'part' then to_regclass(name) is not null or to_regclass(own_name) is null
          when kind = 'index' then to_regclass(name) is not null
          else exists (select from pg_constraint
            where conrelid = to_regclass(of_table) and conname = own_name) end
      from crossfade.dropped d where %s
      order by case kind when 'part' then 1 when 'index' then 2 else 3 end, position limit 1
      """;

  private static final String NEXT_ALONE = NEXT.formatted("true");

  /** One that is being built by another is passed over, and one whose parts are. */
  private static final String NEXT_BESIDE_OTHERS =
      NEXT.formatted(
              "kind = 'part' or kind = 'index' and not exists ("
                  + "select from crossfade.dropped part"
                  + " where part.kind = 'part' and part.name = d.name)")
          + "for update of d skip locked";

  private final PostgresStore store;
  private final Pool pool;
  private final Duration lockWait;

  DroppedIndexes(PostgresStore store, Pool pool, Duration lockWait) {
    this.store = store;
    this.pool = pool;
    this.lockWait = lockWait;
  }

  /** Indexes first: a foreign key is checked with the help of them. */
  List<String> drop(Collection<String> tables) {
    return store.asOwner(
        session -> {
          session.execute("set local lock_timeout = " + lockWait.toMillis());
          List<String> empty = lockedEmpty(session, tables);
          session.execute(NOTHING_VISIBLE);
          long before = last(session);
          for (String remember : List.of(REMEMBER_INDEXES, REMEMBER_FOREIGN_KEYS)) {
            for (String table : empty) {
              session.update(remember, statement -> statement.setString(1, table));
            }
          }
          session.update(REMEMBER_PARTS, statement -> statement.setLong(1, before));
          return dropped(session, before);
        });
  }

  /** Those without rows, qualified; they stay so until the transaction ends. */
  private static List<String> lockedEmpty(Session session, Collection<String> tables)
      throws SQLException {
    List<String> empty = new ArrayList<>();
    for (String table : tables) {
      session.execute("lock table " + table + " in access exclusive mode");
      session.query(
          IS_EMPTY.formatted(table.replace("'", "''"), table),
          Session.Binder.NONE,
          rows -> rows.next() && empty.add(rows.getString(1)));
    }
    return empty;
  }

  private static long last(Session session) throws SQLException {
    return session.query(
        "select coalesce(max(position), 0) from crossfade.dropped",
        Session.Binder.NONE,
        rows -> rows.next() ? rows.getLong(1) : 0);
  }

  private static List<String> dropped(Session session, long before) throws SQLException {
    List<String> names = new ArrayList<>();
    List<String> drops =
        session.query(
            DROPS,
            statement -> statement.setLong(1, before),
            rows -> {
              List<String> found = new ArrayList<>();
              while (rows.next()) {
                found.add(rows.getString(1));
                names.add(0, rows.getString(2));
              }
              return found;
            });
    for (String drop : drops) {
      session.execute(drop);
    }
    return names;
  }

  /** Each in a transaction of its own. */
  List<String> rebuild() {
    List<String> built = new ArrayList<>();
    if (names().isEmpty()) {
      return built;
    }
    while (isBuilt(store.asOwner(DroppedIndexes::buildBesideOthers), built)) {}
    while (isBuilt(store.asOwner(DroppedIndexes::buildAlone), built)) {}
    return built;
  }

  private static boolean isBuilt(Optional<Next> one, List<String> built) {
    if (one.isPresent() && !one.get().isPart) {
      built.add(one.get().name);
      log.info("{} is back.", one.get().name);
    }
    return one.isPresent();
  }

  /** One that is to be built again. */
  private record Next(
      long position, String name, boolean isPart, String definition, boolean isThere) {}

  private static Optional<Next> buildBesideOthers(Session session) throws SQLException {
    return build(session, "row share", NEXT_BESIDE_OTHERS);
  }

  private static Optional<Next> buildAlone(Session session) throws SQLException {
    return build(session, "exclusive", NEXT_ALONE);
  }

  /** Returns what it was; empty if there is none. */
  private static Optional<Next> build(Session session, String lock, String which)
      throws SQLException {
    Connection connection = session.connection();
    int patience = connection.getNetworkTimeout();
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(LONGEST_BUILD.toMillis()));
    try {
      session.execute(
          NOTHING_VISIBLE
              + "; set local statement_timeout = 0; set local lock_timeout = 0;"
              + " set local maintenance_work_mem = '128MB'");
      session.execute("lock table crossfade.dropped in " + lock + " mode");
      Optional<Next> next = session.query(which, Session.Binder.NONE, DroppedIndexes::next);
      if (next.isPresent()) {
        build(session, next.get());
      }
      return next;
    } finally {
      connection.setNetworkTimeout(Runnable::run, patience);
    }
  }

  private static void build(Session session, Next next) throws SQLException {
    if (next.isPart) {
      session.execute("set local max_parallel_maintenance_workers = 0"); // others build as well
    }
    if (!next.isThere) {
      session.execute(next.definition);
    }
    session.update(
        "delete from crossfade.dropped where position = ?",
        statement -> statement.setLong(1, next.position));
  }

  private static Optional<Next> next(ResultSet rows) throws SQLException {
    return rows.next()
        ? Optional.of(
            new Next(
                rows.getLong(1),
                rows.getString(2),
                rows.getBoolean(3),
                rows.getString(4),
                rows.getBoolean(5)))
        : Optional.empty();
  }

  /** What is not back yet. */
  List<String> names() {
    return pool.read(
        session ->
            session.query(
                "select name from crossfade.dropped where kind <> 'part' order by position",
                Session.Binder.NONE,
                rows -> {
                  List<String> names = new ArrayList<>();
                  while (rows.next()) {
                    names.add(rows.getString(1));
                  }
                  return names;
                }));
  }
}
