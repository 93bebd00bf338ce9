package dev.crossfade.jooq.codegen;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jooq.SQLDialect;
import org.jooq.exception.SQLDialectNotSupportedException;
import org.jooq.impl.DefaultDataType;

/**
 * What PostgreSQL's catalog says and jOOQ's reading of it misses.
 *
 * @param partitions tables that are a part of another one, as {@code schema.name}
 * @param textTypes types of columns that jOOQ does not know
 */
record SchemaFacts(List<String> partitions, List<TextType> textTypes) {

  /**
   * A type that is generated as text.
   *
   * @param name its name in the catalog
   * @param cast how SQL names it, quoted and qualified where it must be
   */
  record TextType(String name, String cast) {}

  private static final String SCHEMAS =
      """
      select nspname
      from pg_namespace
      where nspname not like 'pg\\_%' and nspname <> 'information_schema'
      order by 1
      """;

  private static final String TABLES =
      """
      select count(*)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and (n.nspname, c.relname) <> (?, ?)
      """;

  private static final String PARTITIONS =
      """
      select n.nspname || '.' || c.relname
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and c.relispartition and c.relkind in ('r', 'p', 'f')
      order by 1
      """;

  /** Statements that drop them; a partition's goes with its parent's. */
  private static final String MISLEADING_INDEXES =
      """
      select format('drop index %I.%I', n.nspname, c.relname)
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and i.indisunique and not c.relispartition
        and (i.indpred is not null or i.indexprs is not null)
      order by 1
      """;

  /** Base, range and multirange types of columns, looked at through domains. */
  private static final String COLUMN_TYPES =
      """
      with recursive used (oid) as (
        select a.atttypid
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any (?) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
          and a.attnum > 0 and not a.attisdropped
        union
        select t.typbasetype from used u join pg_type t on t.oid = u.oid where t.typtype = 'd'
      )
      select distinct t.typname, format_type(t.oid, null)
      from used u
      join pg_type t on t.oid = u.oid
      where t.typtype in ('b', 'r', 'm') and t.typcategory <> 'A'
      order by 1, 2
      """;

  SchemaFacts {
    partitions = List.copyOf(partitions);
    textTypes = List.copyOf(textTypes);
  }

  /**
   * Reads them from the migrated database. Unique indexes that hold for some rows only, or for
   * expressions, are dropped there: jOOQ would show them without the predicate, and so as a promise
   * that the schema does not make.
   *
   * @throws CodegenException if a schema is missing, or none of them holds a table
   */
  static SchemaFacts read(Connection connection, GeneratorSettings settings) throws SQLException {
    requireWorkingJooq();
    requireSchemas(connection, settings);
    requireTables(connection, settings);
    dropMisleadingIndexes(connection, settings);
    return new SchemaFacts(
        strings(connection, PARTITIONS, settings), textTypes(connection, settings));
  }

  /** Makes jOOQ see what it can describe truthfully. The database is a copy; nobody misses them. */
  private static void dropMisleadingIndexes(Connection connection, GeneratorSettings settings)
      throws SQLException {
    for (String drop : strings(connection, MISLEADING_INDEXES, settings)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(drop);
      }
    }
  }

  /** jOOQ fills its table of types by upper-casing in the language it is first used in. */
  private static void requireWorkingJooq() {
    if (!knownToJooq("uuid")) {
      throw new CodegenException(
          "jOOQ was used in this JVM before, in a language in which it does not find its own types;"
              + " start the JVM with -Duser.language=en");
    }
  }

  private static void requireSchemas(Connection connection, GeneratorSettings settings)
      throws SQLException {
    TreeSet<String> present = new TreeSet<>();
    try (PreparedStatement select = connection.prepareStatement(SCHEMAS);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        present.add(rows.getString(1));
      }
    }
    List<String> missing = settings.schemas().stream().filter(s -> !present.contains(s)).toList();
    if (!missing.isEmpty()) {
      throw new CodegenException(
          "schemas "
              + missing
              + " do not exist once the migrations have run; there are "
              + present
              + ". Name one of these, or let a migration create it.");
    }
  }

  private static void requireTables(Connection connection, GeneratorSettings settings)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TABLES)) {
      select.setArray(1, schemas(connection, settings));
      select.setString(2, settings.historySchema());
      select.setString(3, settings.historyTable());
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next() || rows.getLong(1) == 0) {
          throw new CodegenException(
              "schemas " + settings.schemas() + " hold no table once the migrations have run");
        }
      }
    }
  }

  private static List<String> strings(Connection connection, String sql, GeneratorSettings settings)
      throws SQLException {
    List<String> strings = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, schemas(connection, settings));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          strings.add(rows.getString(1));
        }
      }
    }
    return strings;
  }

  private static List<TextType> textTypes(Connection connection, GeneratorSettings settings)
      throws SQLException {
    List<TextType> types = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(COLUMN_TYPES)) {
      select.setArray(1, schemas(connection, settings));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          TextType type = new TextType(rows.getString(1), rows.getString(2));
          if (!knownToJooq(type.name())) {
            types.add(type);
          }
        }
      }
    }
    return types;
  }

  private static boolean knownToJooq(String type) {
    try {
      DefaultDataType.getDataType(SQLDialect.POSTGRES, type);
      return true;
    } catch (SQLDialectNotSupportedException unknown) {
      return false;
    }
  }

  private static Array schemas(Connection connection, GeneratorSettings settings)
      throws SQLException {
    return connection.createArrayOf("text", settings.schemas().toArray());
  }
}
