package dev.crossfade.mapping.schema;

import dev.crossfade.OnDelete;
import dev.crossfade.mapping.schema.TargetTable.Column;
import dev.crossfade.mapping.schema.TargetTable.ForeignKey;
import dev.crossfade.mapping.schema.TargetTable.Generation;
import dev.crossfade.mapping.schema.TargetTable.Kind;
import dev.crossfade.mapping.schema.TargetTable.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables from PostgreSQL's own catalogue: jOOQ's reading of it knows neither partition
 * columns nor what an index is of, nor how an identity is made. Used once, by one thread.
 */
public final class TargetCatalogue {
  private static final String TABLES =
      """
      select n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class'),
        array(
          select a.attname::text
          from pg_partitioned_table p
          cross join unnest(p.partattrs::int2[]) with ordinality k (attnum, place)
          join pg_attribute a on a.attrelid = p.partrelid and a.attnum = k.attnum
          where p.partrelid = c.oid order by place),
        array(
          select t.tgname::text from pg_trigger t
          where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
          order by 1)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
      order by array_position(?, n.nspname::text), c.relname collate "C"
      """;

  private static final String COLUMNS =
      """
      with recursive resolved as (
        select a.attrelid, a.attnum, a.atttypid as type, a.atttypmod as modifier,
          a.attnotnull as required, null::text as fallback
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any (?) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
          and a.attnum > 0 and not a.attisdropped
        union all
        select r.attrelid, r.attnum, t.typbasetype, t.typtypmod,
          r.required or t.typnotnull, coalesce(r.fallback, t.typdefault collate "default")
        from resolved r
        join pg_type t on t.oid = r.type
        where t.typtype = 'd'
      )
      select n.nspname, c.relname, a.attname, not r.required,
        coalesce(pg_get_expr(d.adbin, d.adrelid), r.fallback), a.attidentity, a.attgenerated,
        col_description(c.oid, a.attnum), r.modifier, format_type(t.oid, null),
        t.typcategory = 'A' and t.typelem <> 0, en.nspname, e.typname,
        array(
          select l.enumlabel::text from pg_enum l
          where l.enumtypid = e.oid order by l.enumsortorder)
      from resolved r
      join pg_attribute a on a.attrelid = r.attrelid and a.attnum = r.attnum
      join pg_class c on c.oid = r.attrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_type t on t.oid = r.type and t.typtype <> 'd'
      join pg_type e on e.oid = case
        when t.typcategory = 'A' and t.typelem <> 0 then t.typelem else t.oid end
      join pg_namespace en on en.oid = e.typnamespace
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      order by c.oid, a.attnum
      """;

  private static final String INDEXES =
      """
      select n.nspname, c.relname, i.indisprimary, i.indisunique and i.indimmediate,
        array(
          select a.attname::text
          from unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) with ordinality k (attnum, place)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
          order by place)
      from pg_index i
      join pg_class c on c.oid = i.indrelid
      join pg_class x on x.oid = i.indexrelid
      join pg_am m on m.oid = x.relam
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and not c.relispartition and i.indisvalid
        and i.indpred is null and i.indexprs is null and m.amname in ('btree', 'hash')
      order by x.relname collate "C"
      """;

  private static final String FOREIGN_KEYS =
      """
      select n.nspname, c.relname, f.conname, pn.nspname, p.relname, f.confdeltype,
        array(
          select a.attname::text from unnest(f.conkey) with ordinality k (attnum, place)
          join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum order by place),
        array(
          select a.attname::text from unnest(f.confkey) with ordinality k (attnum, place)
          join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum order by place)
      from pg_constraint f
      join pg_class c on c.oid = f.conrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_class p on p.oid = f.confrelid
      join pg_namespace pn on pn.oid = p.relnamespace
      where n.nspname = any (?) and f.contype = 'f' and f.conparentid = 0
      order by f.conname collate "C"
      """;

  /** What PostgreSQL adds to the precision of a numeric to make a type's modifier of it. */
  private static final int MODIFIER_OFFSET = 4;

  private final Connection connection;
  private final String[] schemas;

  private record Index(boolean primary, boolean unique, List<String> columns) {}

  private TargetCatalogue(Connection connection, List<String> schemas) {
    this.connection = connection;
    this.schemas = schemas.toArray(String[]::new);
  }

  /**
   * The tables and views of these schemas, in their order and then by name. Only reads.
   *
   * @throws SQLException if the catalogue cannot be read
   */
  public static List<TargetTable> read(Connection connection, List<String> schemas)
      throws SQLException {
    return new TargetCatalogue(connection, schemas).tables();
  }

  private List<TargetTable> tables() throws SQLException {
    Map<QualifiedName, List<Column>> columns = byTable(COLUMNS, TargetCatalogue::column);
    Map<QualifiedName, List<Index>> indexes =
        byTable(
            INDEXES,
            rows -> new Index(rows.getBoolean(3), rows.getBoolean(4), strings(rows.getArray(5))));
    Map<QualifiedName, List<ForeignKey>> foreignKeys =
        byTable(FOREIGN_KEYS, TargetCatalogue::foreignKey);
    List<TargetTable> tables = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(TABLES)) {
      select.setArray(1, schemas());
      select.setArray(2, schemas());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          QualifiedName name = new QualifiedName(rows.getString(1), rows.getString(2));
          tables.add(
              table(
                  name,
                  rows,
                  columns.getOrDefault(name, List.of()),
                  indexes.getOrDefault(name, List.of()),
                  foreignKeys.getOrDefault(name, List.of())));
        }
      }
    }
    return List.copyOf(tables);
  }

  private static TargetTable table(
      QualifiedName name,
      ResultSet rows,
      List<Column> columns,
      List<Index> indexes,
      List<ForeignKey> foreignKeys)
      throws SQLException {
    return new TargetTable(
        name,
        switch (rows.getString(3)) {
          case "v" -> Kind.VIEW;
          case "m" -> Kind.MATERIALIZED_VIEW;
          default -> Kind.TABLE;
        },
        rows.getString(4),
        columns,
        indexes.stream().filter(Index::primary).map(Index::columns).findFirst().orElse(List.of()),
        columnsOf(indexes, index -> index.unique() && !index.primary()),
        columnsOf(indexes, index -> true),
        foreignKeys,
        strings(rows.getArray(5)),
        strings(rows.getArray(6)));
  }

  private static List<List<String>> columnsOf(List<Index> indexes, Predicate<Index> which) {
    return indexes.stream().filter(which).map(Index::columns).toList();
  }

  private static Column column(ResultSet rows) throws SQLException {
    String expression = rows.getString(5);
    Generation generation = generation(rows.getString(6), rows.getString(7), expression);
    int modifier = rows.getInt(9);
    QualifiedName type = new QualifiedName(rows.getString(12), rows.getString(13));
    boolean numeric = type.name().equals("numeric") && modifier >= MODIFIER_OFFSET;
    return new Column(
        rows.getString(3),
        new TargetTable.Type(
            type,
            rows.getString(10),
            rows.getBoolean(11),
            numeric ? (modifier - MODIFIER_OFFSET) >> 16 & 0xFFFF : isTime(type) ? modifier : -1,
            numeric ? scale(modifier) : -1,
            strings(rows.getArray(14))),
        rows.getBoolean(4),
        generation == Generation.COMPUTED ? null : expression,
        generation,
        rows.getString(8));
  }

  /** Eleven bits with a sign; one below zero rounds before the point. */
  private static int scale(int modifier) {
    int scale = ((modifier - MODIFIER_OFFSET & 2047) ^ 1024) - 1024;
    return Math.max(scale, 0);
  }

  private static boolean isTime(QualifiedName type) {
    return List.of("timestamptz", "timestamp", "time", "timetz").contains(type.name());
  }

  private static Generation generation(
      String identity, String generated, @Nullable String expression) {
    if (!generated.isEmpty()) {
      return Generation.COMPUTED;
    }
    return switch (identity) {
      case "a" -> Generation.KEY_ALWAYS;
      case "d" -> Generation.KEY;
      default ->
          expression != null && expression.startsWith("nextval(")
              ? Generation.KEY
              : Generation.NONE;
    };
  }

  private static ForeignKey foreignKey(ResultSet rows) throws SQLException {
    return new ForeignKey(
        rows.getString(3),
        strings(rows.getArray(7)),
        new QualifiedName(rows.getString(4), rows.getString(5)),
        strings(rows.getArray(8)),
        switch (rows.getString(6)) {
          case "c" -> OnDelete.CASCADE;
          case "n" -> OnDelete.SET_NULL;
          case "d" -> null;
          default -> OnDelete.REFUSE;
        });
  }

  private <X> Map<QualifiedName, List<X>> byTable(String sql, Row<X> row) throws SQLException {
    Map<QualifiedName, List<X>> found = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, schemas());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          QualifiedName table = new QualifiedName(rows.getString(1), rows.getString(2));
          found.computeIfAbsent(table, t -> new ArrayList<>()).add(row.read(rows));
        }
      }
    }
    return found;
  }

  private Array schemas() throws SQLException {
    return connection.createArrayOf("text", schemas);
  }

  private static List<String> strings(@Nullable Array array) throws SQLException {
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  @FunctionalInterface
  private interface Row<X> {
    X read(ResultSet rows) throws SQLException;
  }
}
