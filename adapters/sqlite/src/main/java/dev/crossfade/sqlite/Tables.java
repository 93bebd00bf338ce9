package dev.crossfade.sqlite;

import dev.crossfade.ConfigurationException;
import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import java.util.List;

/** The library's own tables in the file, and their version. */
final class Tables {
  private static final int VERSION = 1;
  private static final List<String> DEFINITIONS =
      List.of(
          // By autoincrement SQLite makes sqlite_sequence, which the statements that give keys
          // need.
          """
          create table crossfade_version (
            change integer primary key autoincrement, version integer not null)\
          """,
          """
          create table crossfade_control (
            migration text primary key, epoch integer not null, stage text not null,
            state text not null, attempt text, deadline text,
            obeyed text not null default '') without rowid\
          """,
          """
          create table crossfade_evidence (
            migration text not null, name text not null, detail text not null,
            recorded_at text not null, primary key (migration, name)) without rowid\
          """,
          """
          create table crossfade_audit (
            id text primary key, at integer not null, migration text not null,
            action text not null, from_stage text not null, to_stage text not null,
            epoch integer not null, actor text not null, instance text not null,
            gates text not null, reason text, pause_ms integer) without rowid\
          """,
          "create index crossfade_audit_latest on crossfade_audit (migration, at)",
          """
          create table crossfade_instance (
            incarnation text primary key, process text, instance text not null, version text,
            migration text, heard_at integer not null, wanted text,
            epoch integer not null default 0, compared integer not null default 0,
            mismatched integer not null default 0, rehearsed integer not null default 0,
            differed integer not null default 0, fenced integer not null default 0) without rowid\
          """,
          // The sequence number is the order of repair and nothing else; ids are no order.
          """
          create table crossfade_entry (
            seq integer primary key, owner text not null, id integer not null,
            migration text not null, entity text not null, key_from blob not null, key_to blob,
            is_range integer not null, state integer not null default 0,
            contested integer not null default 0, attempts integer not null default 0,
            parked integer not null default 0, reason text, made_at integer not null,
            rests_until integer not null default 0,
            chosen_owner text, chosen_id integer,
            unique (owner, id))\
          """,
          "create index crossfade_entry_key on crossfade_entry (entity, key_from)",
          """
          create index crossfade_entry_range on crossfade_entry (entity) where is_range = 1\
          """,
          "create index crossfade_entry_state on crossfade_entry (migration, state, parked, seq)",
          """
          create table crossfade_remembered (
            migration text not null, entity text not null, key blob not null,
            primary key (migration, entity, key)) without rowid\
          """,
          """
          create table crossfade_generator (
            table_name text primary key, highest integer not null) without rowid\
          """,
          // One row; none in a backup.
          "create table crossfade_identity (id text primary key) without rowid");

  private Tables() {}

  /** Creates them in one transaction, or checks that they are of this version. */
  static void install(Session session) throws SQLException {
    int version = version(session);
    if (version == 0) {
      for (String definition : DEFINITIONS) {
        session.execute(definition);
      }
      session.execute("insert into crossfade_version (version) values (" + VERSION + ")");
    } else if (version != VERSION) {
      throw new ConfigurationException(
          List.of(
              "the tables crossfade_* of the file are of version "
                  + version
                  + ", this library works with "
                  + VERSION
                  + "; run the version of the library that the other instances run"));
    }
  }

  private static int version(Session session) throws SQLException {
    return areInstalled(session)
        ? number(session, "select max(version) from crossfade_version")
        : 0;
  }

  /** Whether nothing is to be created. */
  static boolean areOfThisVersion(Session session) throws SQLException {
    return version(session) == VERSION;
  }

  /** Whether they are there, of whatever version. */
  static boolean areInstalled(Session session) throws SQLException {
    return number(
            session,
            "select count(*) from sqlite_master where type = 'table' and name ="
                + " 'crossfade_version'")
        > 0;
  }

  static int number(Session session, String sql) throws SQLException {
    return session.query(sql, Session.Binder.NONE, rows -> rows.next() ? rows.getInt(1) : 0);
  }
}
