package dev.crossfade.postgres;

import dev.crossfade.jooq.ChildTable;
import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableFacts;
import dev.crossfade.jooq.TableFacts.Effect;
import dev.crossfade.jooq.TableMapping;
import dev.crossfade.store.Place;
import dev.crossfade.store.StoreRepository;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL's catalogue says about a mapped table. For one session. */
final class Catalogue {
  private static final String COLUMNS =
      """
      select a.attname, not a.attnotnull,
        a.atthasdef or a.attidentity <> '' or a.attgenerated <> ''
      from pg_attribute a
      where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """;
  private static final String UNIQUES =
      """
      select i.indexrelid::regclass::text,
        array(
          select a.attname::text from pg_attribute a
          where a.attrelid = i.indrelid and (
            a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1])
            or exists (
              select 1 from pg_depend d
              where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                and d.refobjid = i.indrelid and d.refobjsubid = a.attnum)
              and (i.indexprs is not null or i.indpred is not null))),
        i.indpred is null and i.indexprs is null,
        i.indimmediate
      from pg_index i
      where i.indrelid = to_regclass(?) and i.indisunique and i.indisvalid
      order by not i.indisprimary, 1
      """;
  private static final String FOREIGN_KEYS =
      """
      select array(
          select a.attname::text from unnest(c.conkey) with ordinality k (attnum, place)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum order by place),
        p.relname,
        array(
          select a.attname::text from unnest(c.confkey) with ordinality k (attnum, place)
          join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.attnum order by place),
        c.confdeltype
      from pg_constraint c join pg_class p on p.oid = c.confrelid
      where c.contype = 'f' and c.conrelid = to_regclass(?) and c.conparentid = 0
      order by c.conname
      """;
  private static final String TRIGGERS =
      """
      select t.tgname from pg_trigger t
      where t.tgrelid = to_regclass(?) and not t.tgisinternal and t.tgenabled <> 'D'
        and not starts_with(t.tgname, 'crossfade_')
      order by t.tgname
      """;
  private static final String KIND =
      """
      select c.relkind, c.relpersistence,
        array_remove(array[
          case when not has_table_privilege(c.oid, 'select') then 'select' end,
          case when not has_table_privilege(c.oid, 'insert') then 'insert' end,
          case when not has_table_privilege(c.oid, 'update') then 'update' end,
          case when not has_table_privilege(c.oid, 'delete') then 'delete' end], null),
        current_user
      from pg_class c where c.oid = to_regclass(?)
      """;
  private static final String COMPUTED =
      """
      select a.attname, a.attidentity, a.attgenerated
      from pg_attribute a
      where a.attrelid = to_regclass(?) and a.attnum > 0
        and (a.attidentity = 'a' or a.attgenerated <> '')
      """;

  private static final String TYPES =
      """
      select a.attname,
        case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod)
          else format_type(a.atttypid, a.atttypmod) end
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
      """;

  /** Where times of a key are held as they are, and in their order. */
  private static final Map<Class<?>, String> TIMES =
      Map.of(
          Instant.class, "timestamp with time zone",
          LocalDateTime.class, "timestamp without time zone",
          LocalDate.class, "date");

  /** What the place of an element in its list may be. */
  private static final Set<String> PLACES = Set.of("smallint", "integer", "bigint");

  private static final String BYTES =
      """
      with recursive parts (part) as (
        select to_regclass(?)::oid
        union all
        select i.inhrelid from parts join pg_inherits i on i.inhparent = part)
      select coalesce(sum(pg_total_relation_size(part)), 0) from parts where part is not null
      """;

  private static final String NOT_OWNED =
      """
      select current_user from pg_class c
      where c.oid = to_regclass(?) and not pg_has_role(c.relowner, 'usage')
      """;

  private static final String FIXED_SEQUENCE =
      "select s, current_user from ("
          + GeneratedKeys.SEQUENCE
          + """
            ) q (s)
            where s is not null
              and not (has_sequence_privilege(s, 'usage') and has_sequence_privilege(s, 'update'))
            """;

  private final Session session;

  Catalogue(Session session) {
    this.session = session;
  }

  /** What these tables take on the disk, with their partitions and indexes. */
  static long bytes(Session session, Collection<? extends StoreRepository<?, ?>> repositories)
      throws SQLException {
    long bytes = 0;
    for (StoreRepository<?, ?> repository : repositories) {
      bytes += bytes(session, repository.place());
      for (Place part : repository.parts()) {
        bytes += bytes(session, part);
      }
    }
    return bytes;
  }

  private static long bytes(Session session, Place place) throws SQLException {
    return session.query(
        BYTES,
        statement -> statement.setString(1, place.table()),
        rows -> rows.next() ? rows.getLong(1) : 0L);
  }

  /** Which of these tables the session's role may not alter. */
  static List<String> notOwned(
      Session session, Collection<? extends StoreRepository<?, ?>> repositories)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    for (StoreRepository<?, ?> repository : repositories) {
      String table = repository.place().table();
      new Catalogue(session)
          .list(NOT_OWNED, table, rows -> rows.getString(1))
          .forEach(
              role ->
                  problems.add(
                      "role "
                          + role
                          + " does not own "
                          + table
                          + ", as dropping and building its indexes takes; give the owner of the"
                          + " tables with owner(…), or leave backfillIndexesLast off"));
    }
    return problems;
  }

  /**
   * What there is to know of a table.
   *
   * @param table as statements have it
   */
  TableFacts facts(String table) throws SQLException {
    return new TableFacts(
        list(
            COLUMNS,
            table,
            rows ->
                new TableFacts.Column(rows.getString(1), rows.getBoolean(2), rows.getBoolean(3))),
        list(UNIQUES, table, Catalogue::unique),
        list(
            FOREIGN_KEYS,
            table,
            rows ->
                new TableFacts.ForeignKey(
                    strings(rows.getArray(1)),
                    rows.getString(2),
                    strings(rows.getArray(3)),
                    effect(rows.getString(4)))),
        list(TRIGGERS, table, rows -> rows.getString(1)));
  }

  private static TableFacts.Unique unique(ResultSet rows) throws SQLException {
    String name = rows.getString(1);
    String flaw =
        rows.getBoolean(4)
            ? null
            : name
                + " is deferrable, so an upsert cannot rely on it; make it not deferrable or"
                + " create a unique index beside it";
    return new TableFacts.Unique(name, strings(rows.getArray(2)), rows.getBoolean(3), flaw);
  }

  private static Effect effect(String action) {
    return switch (action) {
      case "c" -> Effect.CASCADE;
      case "n" -> Effect.SET_NULL;
      case "d" -> Effect.SET_DEFAULT;
      default -> Effect.NONE;
    };
  }

  /** What only PostgreSQL can have wrong. */
  List<String> problems(TableMapping<?, ?> mapping, TableFacts facts, boolean hasOwner)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    if (!hasOwner) {
      problems.addAll(sequenceProblems(mapping, facts));
    }
    list(KIND, mapping.table(), rows -> kind(mapping.owner(), mapping.table(), rows))
        .forEach(problems::addAll);
    for (ChildTable child : mapping.childTables()) {
      list(KIND, child.table(), rows -> kind(mapping.owner(), child.table(), rows))
          .forEach(problems::addAll);
      list(TYPES, child.table(), rows -> element(mapping, child, rows)).forEach(problems::addAll);
      list(COMPUTED, child.table(), rows -> computed(mapping, child, rows.getString(1)))
          .forEach(problems::addAll);
    }
    for (String problem : list(COMPUTED, mapping.table(), rows -> computed(mapping, rows))) {
      if (!problem.isEmpty()) {
        problems.add(problem);
      }
    }
    list(TYPES, mapping.table(), rows -> time(mapping, rows.getString(1), rows.getString(2)))
        .forEach(problems::addAll);
    return problems;
  }

  /** A type that rounds a time, or moves it to the session's zone, makes another key of it. */
  private static List<String> time(TableMapping<?, ?> mapping, String name, String type) {
    List<String> problems = new ArrayList<>();
    for (MappedColumn column : mapping.keyColumns()) {
      String wanted = TIMES.get(column.stored());
      if (column.name().equals(name) && wanted != null && !wanted.equals(type)) {
        problems.add(
            mapping.owner()
                + ": column "
                + name
                + " of the key of "
                + mapping.table()
                + " is "
                + type
                + ", which does not hold each "
                + column.stored().getSimpleName()
                + " as it is; make it "
                + wanted);
      }
    }
    return problems;
  }

  private List<String> sequenceProblems(TableMapping<?, ?> mapping, TableFacts facts)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    for (MappedColumn column : mapping.keyColumns()) {
      boolean exists =
          facts.columns().stream().anyMatch(known -> known.name().equals(column.name()));
      if (exists && column.component().isGenerated()) {
        session.query(
            FIXED_SEQUENCE,
            statement -> {
              statement.setString(1, mapping.table());
              statement.setString(2, column.name());
              statement.setString(3, mapping.table());
              statement.setString(4, column.name());
            },
            rows -> {
              while (rows.next()) {
                problems.add(
                    mapping.owner()
                        + ": role "
                        + rows.getString(2)
                        + " may not use or move the sequence "
                        + rows.getString(1)
                        + ", as the change of primary must; grant usage, update on sequence "
                        + rows.getString(1)
                        + " to "
                        + rows.getString(2)
                        + ", or give a role with owner(…)");
              }
              return problems;
            });
      }
    }
    return problems;
  }

  /** A column in which the text of a value would be another one, or none. */
  private static List<String> element(TableMapping<?, ?> mapping, ChildTable child, ResultSet rows)
      throws SQLException {
    String name = rows.getString(1);
    String type = rows.getString(2);
    List<String> problems = new ArrayList<>();
    if (name.equals(child.position()) && !PLACES.contains(type)) {
      problems.add(
          mapping.owner()
              + ": column "
              + name
              + " of "
              + child.table()
              + ", which has the place of an element, is "
              + type
              + "; make it integer");
    }
    for (MappedColumn column : child.columns()) {
      String wanted = type.endsWith("[]") ? "jsonb or text" : ChildValue.of(column).type();
      if (column.name().equals(name) && !type.startsWith(wanted)) {
        problems.add(
            mapping.owner()
                + ": column "
                + name
                + " of "
                + child.table()
                + " is "
                + type
                + ", which holds no "
                + column.stored().getSimpleName()
                + " of an element; make it "
                + wanted);
      }
    }
    return problems;
  }

  private static List<String> kind(String owner, String table, ResultSet rows) throws SQLException {
    List<String> problems = new ArrayList<>();
    if (!List.of("r", "p").contains(rows.getString(1))) {
      problems.add(owner + ": " + table + " is no table; map the table itself");
    }
    if (rows.getString(2).equals("u")) {
      problems.add(
          owner
              + ": table "
              + table
              + " is unlogged and would be empty after a crash; alter table … set logged");
    }
    List<String> missing = strings(rows.getArray(3));
    if (!missing.isEmpty()) {
      String rights = String.join(", ", missing);
      problems.add(
          owner
              + ": role "
              + rows.getString(4)
              + " lacks the right to "
              + rights
              + " on "
              + table
              + "; grant "
              + rights
              + " on "
              + table
              + " to "
              + rows.getString(4));
    }
    return problems;
  }

  private static List<String> computed(
      TableMapping<?, ?> mapping, ChildTable child, String column) {
    return child.columnNames().contains(column)
        ? List.of(
            mapping.owner()
                + ": column "
                + column
                + " of "
                + child.table()
                + " is always generated and cannot be written; leave it out of the element, or"
                + " make it an ordinary column")
        : List.of();
  }

  private static String computed(TableMapping<?, ?> mapping, ResultSet rows) throws SQLException {
    String column = rows.getString(1);
    if (mapping.tableColumns().stream().map(MappedColumn::name).noneMatch(column::equals)) {
      return "";
    }
    String where = mapping.owner() + ": column " + column + " of " + mapping.table();
    return rows.getString(2).equals("a")
        ? where
            + " is generated always as identity, which refuses the keys that are carried over;"
            + " alter table … alter column "
            + column
            + " set generated by default"
        : where
            + " is a generated column and cannot be written; leave it out of the record, or make it"
            + " an ordinary column with a trigger and declare computedByTarget";
  }

  private <X> List<X> list(String sql, String table, Row<X> row) throws SQLException {
    return session.query(
        sql,
        statement -> statement.setString(1, table),
        rows -> {
          List<X> found = new ArrayList<>();
          while (rows.next()) {
            found.add(row.read(rows));
          }
          return found;
        });
  }

  private static List<String> strings(@Nullable Array array) throws SQLException {
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  @FunctionalInterface
  private interface Row<X> {
    X read(ResultSet rows) throws SQLException;
  }
}
