package dev.crossfade.junit.app;

import dev.crossfade.store.Place;
import java.util.List;
import java.util.stream.Collectors;

/** The log of a PostgreSQL database, in a schema of its own. */
final class PostgresChangeLog extends ChangeLog {
  PostgresChangeLog(Source source) {
    super(source);
  }

  @Override
  String table() {
    return "crossfade_kit.change";
  }

  /** Whoever changes a row need have no right to the log: the function is its owner's. */
  @Override
  List<String> beginning() {
    return List.of(
        "create schema crossfade_kit",
        """
        create table crossfade_kit.change (
          number bigint generated always as identity primary key,
          entity text not null, row_key text, operation text not null)
        """,
        """
        create function crossfade_kit.key_of(changed jsonb, columns text[]) returns text
        language sql immutable as $$
          select string_agg(changed ->> c.name, chr(31) order by c.place)
          from unnest(columns) with ordinality c (name, place)
        $$
        """,
        """
        create function crossfade_kit.log() returns trigger
        language plpgsql security definer set search_path = pg_catalog as $$
        declare
          columns text[] := tg_argv[2:];
          earlier text;
          later text;
        begin
          if tg_op in ('UPDATE', 'DELETE') then
            earlier := crossfade_kit.key_of(to_jsonb(old), columns);
          end if;
          if tg_op in ('INSERT', 'UPDATE') then
            later := crossfade_kit.key_of(to_jsonb(new), columns);
          end if;
          insert into crossfade_kit.change (entity, row_key, operation)
          select distinct tg_argv[0], k, lower(tg_op) || tg_argv[1]
          from unnest(array[earlier, later]) k
          where k is not null or tg_op = 'TRUNCATE';
          return null;
        end
        $$
        """);
  }

  @Override
  List<String> triggers(String entity, Place place) {
    return triggers(entity, place, "");
  }

  @Override
  List<String> partTriggers(String entity, Place part) {
    return triggers(entity, part, " in " + part.table().replace("\"", ""));
  }

  /** With what is said of a change beside what it was. */
  private static List<String> triggers(String entity, Place place, String where) {
    String log =
        " execute function crossfade_kit.log("
            + literal(entity)
            + ", "
            + literal(where)
            + place.keyColumns().stream()
                .map(column -> ", " + literal(column))
                .collect(Collectors.joining())
            + ")";
    return List.of(
        "create trigger "
            + quoted("crossfade_kit_rows_" + entity)
            + " after insert or update or delete on "
            + place.table()
            + " for each row"
            + log,
        "create trigger "
            + quoted("crossfade_kit_truncate_" + entity)
            + " after truncate on "
            + place.table()
            + " for each statement"
            + log);
  }
}
