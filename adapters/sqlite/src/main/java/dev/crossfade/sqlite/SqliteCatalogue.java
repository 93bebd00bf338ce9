package dev.crossfade.sqlite;

import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.Session;
import dev.crossfade.jooq.TableFacts;
import dev.crossfade.jooq.TableMapping;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What SQLite's catalogue knows of a table. Names there are without case; they are given in the
 * spelling of the mapping.
 */
final class SqliteCatalogue {
  private static final String BINARY = "BINARY";

  private final Session session;
  private final TableMapping<?, ?> mapping;
  private final String table;

  private record Index(String name, boolean unique, boolean partial) {}

  private record Part(@Nullable String column, String collation) {}

  private record KeyColumn(long id, String parent, String from, String onDelete) {}

  private record ColumnRow(String name, boolean notNull, int primaryKey, boolean defaulted) {
    TableFacts.Column described() {
      return new TableFacts.Column(name, !notNull && primaryKey == 0, defaulted);
    }
  }

  SqliteCatalogue(Session session, TableMapping<?, ?> mapping) {
    this.session = session;
    this.mapping = mapping;
    this.table = SqliteDialect.literal(mapping.name());
  }

  TableFacts facts() throws SQLException {
    List<ColumnRow> columns = columns();
    return new TableFacts(
        columns.stream().map(ColumnRow::described).toList(),
        uniques(columns),
        foreignKeys(),
        triggers());
  }

  private List<ColumnRow> columns() throws SQLException {
    return list(
        "select name, \"notnull\", pk, dflt_value is not null from pragma_table_xinfo("
            + table
            + ")",
        rows ->
            new ColumnRow(
                spelled(rows.getString(1)),
                rows.getBoolean(2),
                rows.getInt(3),
                rows.getBoolean(4)));
  }

  private List<TableFacts.Unique> uniques(List<ColumnRow> columns) throws SQLException {
    List<TableFacts.Unique> uniques = new ArrayList<>();
    List<String> primaryKey =
        columns.stream().filter(row -> row.primaryKey() > 0).map(ColumnRow::name).toList();
    boolean indexed = false;
    for (Index index : indexes()) {
      if (index.unique()) {
        TableFacts.Unique unique = unique(index);
        uniques.add(unique);
        indexed |= unique.columns().equals(primaryKey);
      }
    }
    if (!primaryKey.isEmpty() && !indexed) {
      uniques.add(
          new TableFacts.Unique("primary key", primaryKey, true, collationFlaw(primaryKey)));
    }
    return uniques;
  }

  private List<Index> indexes() throws SQLException {
    return list(
        "select name, \"unique\", partial from pragma_index_list(" + table + ")",
        rows -> new Index(rows.getString(1), rows.getBoolean(2), rows.getBoolean(3)));
  }

  private TableFacts.Unique unique(Index index) throws SQLException {
    List<Part> parts =
        list(
            "select name, coll from pragma_index_xinfo("
                + SqliteDialect.literal(index.name())
                + ") where key = 1",
            rows -> new Part(rows.getString(1), rows.getString(2)));
    List<String> columns = new ArrayList<>();
    boolean whole = !index.partial();
    String flaw = null;
    for (Part part : parts) {
      if (part.column() == null) {
        whole = false;
      } else {
        columns.add(spelled(part.column()));
        flaw = part.collation().equalsIgnoreCase(BINARY) ? flaw : flaw(part);
      }
    }
    if (!whole) {
      columns.addAll(namedIn(definition("index", index.name()), columns));
    }
    return new TableFacts.Unique(
        index.name(), columns, whole, flaw == null ? collationFlaw(columns) : flaw);
  }

  private String flaw(Part part) {
    return flaw(String.valueOf(part.column()), part.collation());
  }

  private String flaw(String column, String collation) {
    return "column "
        + column
        + " of the key of table "
        + mapping.table()
        + " is compared by "
        + collation.toUpperCase(Locale.ROOT)
        + ", so keys that are one here are two in PostgreSQL; make the column (and its unique index)"
        + " collate binary, after checking that no two rows differ in that way only";
  }

  /** A column's own collation decides comparisons, whatever index it has. */
  private @Nullable String collationFlaw(List<String> columns) throws SQLException {
    String definition = definition("table", mapping.name());
    for (String column : columns) {
      Matcher found =
          Pattern.compile(
                  "[\\s(,\"`\\[]"
                      + Pattern.quote(column)
                      + "[\"`\\]]?\\s[^,]*?\\bcollate\\s+[\"`\\[]?(\\w+)",
                  Pattern.CASE_INSENSITIVE)
              .matcher(definition);
      if (found.find() && !found.group(1).equalsIgnoreCase(BINARY)) {
        return flaw(column, found.group(1));
      }
    }
    return null;
  }

  private List<String> namedIn(String definition, List<String> already) {
    return mapping.columns().stream()
        .flatMap(column -> column.parts().stream())
        .map(MappedColumn::name)
        .filter(name -> !already.contains(name))
        .filter(
            name ->
                Pattern.compile("\\b" + Pattern.quote(name) + "\\b", Pattern.CASE_INSENSITIVE)
                    .matcher(definition)
                    .find())
        .toList();
  }

  private String definition(String type, String name) throws SQLException {
    List<String> found =
        list(
            "select coalesce(sql, '') from sqlite_master where type = '"
                + type
                + "' and name = "
                + SqliteDialect.literal(name)
                + " collate nocase",
            rows -> rows.getString(1));
    return found.isEmpty() ? "" : found.get(0);
  }

  private List<TableFacts.ForeignKey> foreignKeys() throws SQLException {
    Map<Long, List<KeyColumn>> byId = new LinkedHashMap<>();
    List<KeyColumn> columns =
        list(
            "select id, \"table\", \"from\", on_delete from pragma_foreign_key_list("
                + table
                + ") order by id, seq",
            rows ->
                new KeyColumn(
                    rows.getLong(1),
                    rows.getString(2),
                    spelled(rows.getString(3)),
                    rows.getString(4)));
    for (KeyColumn column : columns) {
      byId.computeIfAbsent(column.id(), id -> new ArrayList<>()).add(column);
    }
    return byId.values().stream()
        .map(
            key ->
                new TableFacts.ForeignKey(
                    key.stream().map(KeyColumn::from).toList(),
                    key.get(0).parent(),
                    List.of(),
                    effect(key.get(0).onDelete())))
        .toList();
  }

  private static TableFacts.Effect effect(String onDelete) {
    return switch (onDelete.toUpperCase(Locale.ROOT)) {
      case "CASCADE" -> TableFacts.Effect.CASCADE;
      case "SET NULL" -> TableFacts.Effect.SET_NULL;
      case "SET DEFAULT" -> TableFacts.Effect.SET_DEFAULT;
      default -> TableFacts.Effect.NONE;
    };
  }

  private List<String> triggers() throws SQLException {
    return list(
        "select name from sqlite_master where type = 'trigger' and tbl_name = "
            + table
            + " collate nocase and name not like 'crossfade\\_%' escape '\\' order by name",
        rows -> rows.getString(1));
  }

  private String spelled(String name) {
    for (MappedColumn column : mapping.columns()) {
      for (MappedColumn part : column.parts()) {
        if (part.name().equalsIgnoreCase(name)) {
          return part.name();
        }
      }
    }
    return name;
  }

  private <X> List<X> list(String sql, Session.Reader<X> reader) throws SQLException {
    return session.query(
        sql,
        Session.Binder.NONE,
        rows -> {
          List<X> all = new ArrayList<>();
          while (rows.next()) {
            all.add(reader.read(rows));
          }
          return all;
        });
  }
}
