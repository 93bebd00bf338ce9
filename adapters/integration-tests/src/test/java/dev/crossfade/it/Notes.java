package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Writes;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeSetup;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * An application with all the mistakes that the test kit is to find. Its implementations reach for
 * connections of their own, which {@link Connections} gives them.
 */
final class Notes {
  private Notes() {}

  record Note(Long id, String title, String body) {}

  static final Entity<Note, Long> NOTE =
      Entity.of(Note.class)
          .key("id", Long.class)
          .generatedKey()
          .redacted("body")
          .triggers("note_touched")
          .build();

  static final Table<Record> NOTES = DSL.table(DSL.name("note"));
  static final Field<Long> ID = DSL.field(DSL.name("id"), SQLDataType.BIGINT);
  static final Field<String> TITLE = DSL.field(DSL.name("title"), SQLDataType.VARCHAR);

  interface NoteRepository extends Repository<Note, Long> {
    /** In the order of the titles: of their bytes in SQLite, in PostgreSQL as in a dictionary. */
    @Reads
    List<Note> sorted();

    @Reads(compared = false)
    String whoAnswers();

    @Reads
    long longest();

    @Writes
    boolean rename(long id, String title);

    /** Wrong: renames on a connection of its own. */
    @Reads
    void renameOnItsOwn(long id, String title);

    /** Wrong: renames on the base class's connection, but around its record. */
    @Writes
    void renameAround(long id, String title);

    /** Wrong: deletes what it has just recorded. */
    @Writes
    void insertAndLose(Note note);
  }

  static final class SqliteNotes extends SqliteRepository<Note, Long> implements NoteRepository {
    SqliteNotes(RepositoryContext<Note, Long> context) {
      super(context, NOTES);
    }

    @Override
    public List<Note> sorted() {
      return fetch(DSL.select(columns()).from(NOTES).orderBy(TITLE));
    }

    @Override
    public String whoAnswers() {
      return "sqlite";
    }

    @Override
    public long longest() {
      throw new IllegalStateException("not written yet");
    }

    @Override
    public boolean rename(long id, String title) {
      return !write(DSL.update(NOTES).set(TITLE, title).where(ID.eq(id))).isEmpty();
    }

    @Override
    public void renameOnItsOwn(long id, String title) {
      Connections.legacy(update(id, title));
    }

    @Override
    public void renameAround(long id, String title) {
      throw new UnsupportedOperationException("SQLite changes nothing in a select");
    }

    @Override
    public void insertAndLose(Note note) {
      throw new UnsupportedOperationException("SQLite changes nothing in a select");
    }
  }

  static final class PostgresNotes extends PostgresRepository<Note, Long>
      implements NoteRepository {
    PostgresNotes(RepositoryContext<Note, Long> context) {
      super(context, NOTES);
    }

    @Override
    public List<Note> sorted() {
      return fetch(DSL.select(columns()).from(NOTES).orderBy(DSL.lower(TITLE), TITLE));
    }

    @Override
    public String whoAnswers() {
      return "postgres";
    }

    @Override
    public long longest() {
      return count();
    }

    @Override
    public boolean rename(long id, String title) {
      return !write(DSL.update(NOTES).set(TITLE, title).where(ID.eq(id))).isEmpty();
    }

    @Override
    public void renameOnItsOwn(long id, String title) {
      Connections.target(update(id, title));
    }

    @Override
    public void renameAround(long id, String title) {
      changeInASelect("update note set title = {0} where id = {1} returning id", title, id);
    }

    @Override
    public void insertAndLose(Note note) {
      Note inserted = insert(note);
      changeInASelect(
          "delete from note where title = {0} and id = {1} returning id",
          note.title(), inserted.id());
    }

    private void changeInASelect(String change, String title, long id) {
      fetch(
          DSL.with("changed")
              .as(DSL.resultQuery(change, DSL.val(title), DSL.val(id)))
              .select(DSL.count())
              .from(DSL.name("changed")),
          row -> row.value1());
    }
  }

  private static String update(long id, String title) {
    return "update note set title = '" + title + "' where id = " + id;
  }

  /** Where the application's other connections go: set by the setup, one test at a time. */
  static final class Connections {
    private static volatile Path file;
    private static volatile TestDatabase database;

    private Connections() {}

    static void legacy(String sql) {
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
        execute(connection, sql);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    static void target(String sql) {
      try (Connection connection = database.open()) {
        execute(connection, sql);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }
  }

  /** Its wiring, with nothing wrong in it. */
  static class Setup implements CrossfadeSetup {
    @Override
    public void createLegacy(Path file) throws Exception {
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
        Connections.execute(
            connection,
            "create table note (id integer primary key autoincrement, title text not null unique,"
                + " body text)");
      }
    }

    @Override
    public void createTarget(TestDatabase database) throws Exception {
      try (Connection connection = database.open()) {
        Connections.execute(
            connection,
            "create table note (id bigint generated by default as identity primary key, title text"
                + " not null unique check (length(title) < 20), body text)");
      }
    }

    @Override
    public Store legacy(Path file) {
      Connections.file = file;
      return Scenario.sqliteAt(file).open();
    }

    @Override
    public Store target(TestDatabase database) {
      Connections.database = database;
      return PostgresStore.at(database.jdbcUrl())
          .credentials(database.user(), database.password())
          .poolSize(Scenario.POOL)
          .connectionWait(Duration.ofSeconds(30))
          .open();
    }

    @Override
    public void wire(Crossfade.Builder builder) {
      builder.migration("notes", m -> m.entity(NOTE, SqliteNotes::new, PostgresNotes::new));
    }
  }

  /** With a trigger that changes other rows than the one written, declared as if it did not. */
  static final class TouchingSetup extends Setup {
    @Override
    public void createLegacy(Path file) throws Exception {
      super.createLegacy(file);
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
        Connections.execute(
            connection,
            "create trigger note_touched after update of title on note begin"
                + " update note set body = 'touched' where id <> new.id; end");
      }
    }
  }

  /**
   * With such a trigger in PostgreSQL, whose answers are lost when a test wants it. The fault lies
   * below what the kit records, as one of a driver would.
   */
  static final class LosingSetup extends Setup {
    private static volatile FaultyStore target;

    static FaultyStore postgres() {
      return target;
    }

    @Override
    public void createTarget(TestDatabase database) throws Exception {
      super.createTarget(database);
      try (Connection connection = database.open()) {
        Connections.execute(
            connection,
            "create function touch() returns trigger language plpgsql as $$ begin"
                + " update note set body = 'touched' where id <> new.id; return null; end $$;"
                + " create trigger note_touched after update of title on note for each row"
                + " when (old.title <> new.title) execute function touch()");
      }
    }

    @Override
    public Store target(TestDatabase database) {
      target = FaultyStore.around(super.target(database));
      return target;
    }
  }
}
