package dev.crossfade.junit.app;

import dev.crossfade.store.Place;
import java.util.List;
import java.util.stream.Collectors;

/** The log of a SQLite file, in the file. */
final class SqliteChangeLog extends ChangeLog {
  SqliteChangeLog(Source source) {
    super(source);
  }

  @Override
  String table() {
    return "crossfade_kit_change";
  }

  @Override
  List<String> beginning() {
    return List.of(
        """
        create table crossfade_kit_change (
          number integer primary key, entity text not null, row_key text, operation text not null)
        """);
  }

  @Override
  List<String> triggers(String entity, Place place) {
    return List.of(
        trigger(entity, place, "insert", line(entity, place, "insert", "new", "")),
        trigger(entity, place, "delete", line(entity, place, "delete", "old", "")),
        trigger(
            entity,
            place,
            "update",
            line(entity, place, "update", "new", "")
                + line(
                    entity,
                    place,
                    "update",
                    "old",
                    " where " + key(place, "old") + " <> " + key(place, "new"))));
  }

  private static String trigger(String entity, Place place, String operation, String body) {
    return "create trigger "
        + quoted("crossfade_kit_" + operation + "_" + entity)
        + " after "
        + operation
        + " on "
        + place.table()
        + " begin "
        + body
        + " end";
  }

  private static String line(
      String entity, Place place, String operation, String row, String condition) {
    return "insert into crossfade_kit_change (entity, row_key, operation) select "
        + literal(entity)
        + ", "
        + key(place, row)
        + ", "
        + literal(operation)
        + condition
        + ";";
  }

  private static String key(Place place, String row) {
    return place.keyColumns().stream()
        .map(column -> row + "." + quoted(column))
        .map(
            value ->
                "case typeof(%1$s) when 'blob' then '\\x' || lower(hex(%1$s)) else cast(%1$s as text) end"
                    .formatted(value))
        .collect(Collectors.joining(" || char(31) || "));
  }
}
