package dev.crossfade.it;

import static dev.crossfade.junit.app.Parity.assertParity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.crossfade.Crossfade;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.it.Notes.Note;
import dev.crossfade.it.Notes.NoteRepository;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.junit.app.OnlyIn;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** What the kit finds: each test in here fails, and says what must be done. */
@Tag("exhaustive")
class CrossfadeTestFindingsTest {
  private static final String WAY_OUT =
      "\nChange rows through the base class: its inherited methods, or write(…) inside a method that"
          + " is @Writes. A trigger of the schema must change no mapped row but the one written."
          + " What a test changes by itself belongs in CrossfadeKit.unrecorded(…).";
  private static final String NOT_RECORDED =
      "Expecting every change of a mapped row to be recorded, but these were not, so they do not"
          + " reach the other store:\n  ";

  /** The messages of the failed tests of a class, by method. */
  private static Map<String, String> failuresOf(Class<?> type) {
    Events all =
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(type)).execute().allEvents();
    Map<String, String> failures = new LinkedHashMap<>();
    all.failed().stream().forEach(event -> failures.put(name(event), message(event)));
    return failures;
  }

  private static String name(Event event) {
    return event
        .getTestDescriptor()
        .getSource()
        .map(
            source ->
                source instanceof MethodSource method ? method.getMethodName() : "(the class)")
        .orElse("(?)");
  }

  private static String message(Event event) {
    return event
        .getRequiredPayload(TestExecutionResult.class)
        .getThrowable()
        .map(Throwable::getMessage)
        .orElse("");
  }

  @Test
  void changesThatWereNotRecorded() {
    Map<String, String> failures = failuresOf(InPostgres.class);

    assertThat(failures)
        .containsOnlyKeys(
            "ownConnection", "aroundTheRecord", "recordedAndLost", "byTheTest", "emptiedByTheTest");
    assertThat(failures.get("ownConnection"))
        .isEqualTo(
            NOT_RECORDED
                + "postgres: note (table note), key 1 is not what was recorded of it\n  "
                + "postgres: update of note (table note), key 1"
                + WAY_OUT);
    assertThat(failures.get("aroundTheRecord")).isEqualTo(failures.get("ownConnection"));
    assertThat(failures.get("recordedAndLost"))
        .isEqualTo(
            NOT_RECORDED
                + "postgres: note (table note), key 2 is not what was recorded of it"
                + WAY_OUT);
    assertThat(failures.get("byTheTest"))
        .isEqualTo(NOT_RECORDED + "postgres: insert of note (table note), key 4711" + WAY_OUT);
    assertThat(failures.get("emptiedByTheTest"))
        .contains("postgres: truncate of all rows of note (table note)");
  }

  /** In complete: nothing is compared there, so nothing but the record can tell. */
  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.COMPLETE)
  static class InPostgres {
    @Test
    void fine(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      notes.rename(note.id(), "renamed");
      notes.delete(note.id());
    }

    @Test
    void ownConnection(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      notes.renameOnItsOwn(note.id(), "renamed");
    }

    @Test
    void aroundTheRecord(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      notes.renameAround(note.id(), "renamed");
    }

    @Test
    void recordedAndLost(NoteRepository notes) {
      notes.insert(new Note(null, "first", null));
      notes.insertAndLose(new Note(null, "lost", null));
    }

    @Test
    void byTheTest() {
      Notes.Connections.target("insert into note (id, title) values (4711, 'by hand')");
    }

    @Test
    void emptiedByTheTest() {
      Notes.Connections.target("truncate note");
    }
  }

  @Test
  void changesOfSqliteThatWereNotRecorded() {
    Map<String, String> failures = failuresOf(InSqlite.class);

    assertThat(failures).containsOnlyKeys("ownConnection", "trigger", "restoredByTheTest");
    assertThat(failures.get("ownConnection"))
        .isEqualTo(
            NOT_RECORDED
                + "legacy: note (table note), key 1 is not what was recorded of it\n  "
                + "legacy: update of note (table note), key 1"
                + WAY_OUT);
    assertThat(failures.get("trigger"))
        .isEqualTo(
            NOT_RECORDED
                + "legacy: note (table note), key 2 is not what was recorded of it\n  "
                + "legacy: update of note (table note), key 2"
                + WAY_OUT);
    assertThat(failures.get("restoredByTheTest"))
        .isEqualTo(NOT_RECORDED + "legacy: delete, insert of note (table note), key 1" + WAY_OUT);
  }

  @CrossfadeTest(value = Notes.TouchingSetup.class, stages = Stage.OFF)
  static class InSqlite {
    @Test
    void fine(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      notes.rename(note.id(), "renamed");
      notes.delete(note.id());
    }

    @Test
    void ownConnection(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      notes.renameOnItsOwn(note.id(), "renamed");
    }

    @Test
    void trigger(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      notes.insert(new Note(null, "other", null));
      notes.rename(note.id(), "renamed");
    }

    @Test
    void restoredByTheTest(NoteRepository notes) {
      notes.insert(new Note(null, "first", null));
      Notes.Connections.legacy("delete from note");
      Notes.Connections.legacy("insert into note (id, title) values (1, 'first')");
    }
  }

  /** What is excused is what the change names, if nobody learns whether it was made. */
  @Test
  void whatEscapesBesideAnUnknownOutcome() {
    Map<String, String> failures = failuresOf(OutcomesLost.class);

    assertThat(failures).containsOnlyKeys("carriedOver", "written");
    assertThat(failures.get("carriedOver"))
        .isEqualTo(NOT_RECORDED + "postgres: update of note (table note), key 2" + WAY_OUT);
    assertThat(failures.get("written")).contains("postgres: update of note (table note), key 2");
  }

  @CrossfadeTest(
      value = Notes.LosingSetup.class,
      stages = {Stage.DUAL_WRITE, Stage.COMPLETE})
  static class OutcomesLost {
    private static Note twoNotes(NoteRepository notes) {
      Note first = notes.insert(new Note(null, "first", null));
      notes.insert(new Note(null, "other", null));
      return first;
    }

    @Test
    @OnlyIn(Stage.DUAL_WRITE)
    void fine(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      Notes.LosingSetup.postgres().plan(Fault.REPLY_LOST, 1, Step.APPLY);
      notes.rename(note.id(), "renamed");
      assertThat(Notes.LosingSetup.postgres().wasHit()).isTrue();
    }

    @Test
    @OnlyIn(Stage.DUAL_WRITE)
    void carriedOver(NoteRepository notes, CrossfadeKit kit) {
      Note first = twoNotes(notes);
      Notes.LosingSetup.postgres().plan(Fault.REPLY_LOST, 1, Step.APPLY);
      notes.rename(first.id(), "renamed");
      kit.endsApart();
    }

    @Test
    @OnlyIn(Stage.COMPLETE)
    void fineInPostgres(NoteRepository notes) {
      Note note = notes.insert(new Note(null, "first", null));
      Notes.LosingSetup.postgres().plan(Fault.REPLY_LOST, 1, Step.MARK_AND_WRITE);
      assertThatThrownBy(() -> notes.rename(note.id(), "renamed"))
          .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    @OnlyIn(Stage.COMPLETE)
    void written(NoteRepository notes) {
      Note first = twoNotes(notes);
      Notes.LosingSetup.postgres().plan(Fault.REPLY_LOST, 1, Step.MARK_AND_WRITE);
      assertThatThrownBy(() -> notes.rename(first.id(), "renamed"))
          .isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void storesThatDiffer() {
    Map<String, String> failures = failuresOf(Apart.class);

    assertThat(failures).containsOnlyKeys("rows", "atTheEnd", "reads", "readThatFails", "noRead");
    assertThat(failures.get("rows"))
        .isEqualTo(
            """
            [migration 'notes' in live]
            Expecting both stores to hold the same rows, but 2 of 3 differ:
              note 1
                title
                  legacy:   'legacy'
                  postgres: 'first'
              note 3
                (row)
                  legacy:   absent
                  postgres: present""");
    assertThat(failures.get("atTheEnd")).isEqualTo(failures.get("rows"));
    assertThat(failures.get("reads"))
        .startsWith(
            """
            [migration 'notes' in live]
            Expecting reads to return the same from both stores, but 1 differs:
              note.sorted
                (result)
            """)
        .contains("legacy:   2 rows, keys [2, 1]", "postgres: 2 rows, keys [1, 2]");
    assertThat(failures.get("readThatFails")).startsWith("note.longest fails on sqlite");
    assertThat(failures.get("noRead"))
        .startsWith("The call has made no read that is compared: nothing is known about parity.");
  }

  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.LIVE)
  static class Apart {
    private static void makeDifferent(CrossfadeKit kit, NoteRepository notes) {
      Note first = notes.insert(new Note(null, "first", "secret"));
      notes.insert(new Note(null, "second", "secret"));
      Note third = notes.insert(new Note(null, "third", "secret"));
      kit.unrecorded(
          () ->
              Notes.Connections.legacy(
                  "update note set title = 'legacy' where id = " + first.id()));
      kit.unrecorded(() -> Notes.Connections.legacy("delete from note where id = " + third.id()));
    }

    @Test
    void rows(CrossfadeKit kit, NoteRepository notes, Crossfade crossfade) {
      makeDifferent(kit, notes);
      kit.endsApart();
      assertParity(crossfade);
    }

    @Test
    void atTheEnd(CrossfadeKit kit, NoteRepository notes) {
      makeDifferent(kit, notes);
    }

    @Test
    void reads(NoteRepository notes) {
      notes.insert(new Note(null, "a", null));
      notes.insert(new Note(null, "B", null));
      assertParity(notes, NoteRepository::sorted);
    }

    @Test
    void readThatFails(NoteRepository notes) {
      assertParity(notes, NoteRepository::longest);
    }

    @Test
    void noRead(NoteRepository notes) {
      assertParity(notes, NoteRepository::whoAnswers);
    }

    @Test
    void apartOnPurpose(CrossfadeKit kit, NoteRepository notes) {
      makeDifferent(kit, notes);
      kit.endsApart();
    }
  }

  @Test
  void whatTheSecondStoreRefuses() {
    assertThat(failuresOf(Refused.class).get("tooLong"))
        .startsWith(
            "[migration 'notes' in dual_write]\n"
                + "Expecting the journal to become empty within PT2M, but it has 1 entries, 1 of"
                + " them parked: the secondary has not got those rows.\n  note 1: ");
  }

  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.DUAL_WRITE)
  static class Refused {
    @Test
    void tooLong(NoteRepository notes) {
      notes.insert(new Note(null, "longer than PostgreSQL allows", null));
    }
  }

  @Test
  void whatIsLeftBehind() {
    Map<String, String> failures = failuresOf(Leaking.class);

    assertThat(failures).containsOnlyKeys("connectionToPostgres", "connectionToTheFile");
    assertThat(failures.get("connectionToPostgres"))
        .isEqualTo(
            "Expecting nothing of the application to be left after its close, but connections to"
                + " PostgreSQL are still open: 'PostgreSQL JDBC Driver'");
    assertThat(failures.get("connectionToTheFile"))
        .startsWith(
            "Expecting nothing of the application to be left after its close, but a connection to ")
        .endsWith("app.db is still open");
  }

  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.OFF)
  static class Leaking {
    private static final List<Connection> OPEN = new ArrayList<>();

    @Test
    void connectionToPostgres(CrossfadeKit kit) throws SQLException {
      OPEN.add(kit.database().open());
    }

    @Test
    void connectionToTheFile(CrossfadeKit kit) throws SQLException {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + kit.legacyFile());
      OPEN.add(connection);
      connection.createStatement().executeQuery("select count(*) from note").close();
    }

    @AfterAll
    static void close() throws SQLException {
      for (Connection connection : OPEN) {
        connection.close();
      }
    }
  }

  @Test
  void wrongUse() {
    assertThat(failuresOf(NoStage.class).get("(the class)"))
        .endsWith("NoStage names no stage; leave stages out for all of them");
    assertThat(failuresOf(NeverRuns.class).get("never"))
        .contains(
            "never is @OnlyIn[SHADOW] and would never run: its class runs in [OFF]; change one of"
                + " them");
    assertThat(failuresOf(ForAll.class).get("(the class)"))
        .contains("each test has an application of its own, so there is none for")
        .contains("take the NoteRepository as a parameter of @BeforeEach or of the test");
    assertThat(failuresOf(Unmapped.class).get("accounts"))
        .contains("no migration has an entity whose implementations have the interface")
        .contains("Domain$Accounts");
    assertThat(failuresOf(WithoutConstructor.class).get("any"))
        .contains("Demanding cannot be made: it must be a class (not an inner one) with a");
    assertThat(failuresOf(WithoutFile.class).get("any"))
        .contains("Fileless.createLegacy(…) has made no file");
    assertThat(failuresOf(WithOpenFile.class).get("any"))
        .contains("Careless.createLegacy(…) has left a connection to the file open; close it");
    assertThat(failuresOf(WithBrokenMigration.class).get("any"))
        .contains("Broken.createTarget(…) failed: ")
        .contains("syntax error");
    assertThat(failuresOf(WithOtherStores.class).get("any"))
        .contains("Stubborn.wire(…) gives the builder stores of its own");
  }

  @CrossfadeTest(
      value = Notes.Setup.class,
      stages = {})
  static class NoStage {
    @Test
    void any(NoteRepository notes) {
      assertThat(notes.count()).isZero();
    }
  }

  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.OFF)
  static class NeverRuns {
    @Test
    @OnlyIn(Stage.SHADOW)
    void never(NoteRepository notes) {
      assertThat(notes.count()).isZero();
    }
  }

  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.OFF)
  static class ForAll {
    @BeforeAll
    static void tooEarly(NoteRepository notes) {
      assertThat(notes.count()).isZero();
    }

    @Test
    void any() {}
  }

  @CrossfadeTest(value = Notes.Setup.class, stages = Stage.OFF)
  static class Unmapped {
    @Test
    void accounts(Domain.Accounts accounts) {
      assertThat(accounts.count()).isZero();
    }
  }

  static final class Demanding extends Notes.Setup {
    Demanding(String what) {
      assertThat(what).isNotEmpty();
    }
  }

  @CrossfadeTest(value = Demanding.class, stages = Stage.OFF)
  static class WithoutConstructor {
    @Test
    void any() {}
  }

  static final class Fileless extends Notes.Setup {
    @Override
    public void createLegacy(Path file) {}
  }

  @CrossfadeTest(value = Fileless.class, stages = Stage.OFF)
  static class WithoutFile {
    @Test
    void any() {}
  }

  static final class Careless extends Notes.Setup {
    @Override
    public void createLegacy(Path file) throws Exception {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
      Leaking.OPEN.add(connection);
      try (Statement statement = connection.createStatement()) {
        statement.execute("pragma journal_mode = wal");
        statement.execute("create table note (id integer primary key)");
      }
    }
  }

  @CrossfadeTest(value = Careless.class, stages = Stage.OFF)
  static class WithOpenFile {
    @Test
    void any() {}

    @AfterAll
    static void close() throws SQLException {
      Leaking.close();
    }
  }

  static final class Broken extends Notes.Setup {
    @Override
    public void createTarget(TestDatabase database) throws SQLException {
      try (Connection connection = database.open()) {
        connection.createStatement().execute("create tabel note");
      }
    }
  }

  @CrossfadeTest(value = Broken.class, stages = Stage.OFF)
  static class WithBrokenMigration {
    @Test
    void any() {}
  }

  static final class Stubborn extends Notes.Setup {
    private Path file;

    @Override
    public Store legacy(Path copy) {
      file = copy;
      return super.legacy(copy);
    }

    @Override
    public void wire(Crossfade.Builder builder) {
      super.wire(builder.legacy(super.legacy(file)));
    }
  }

  @CrossfadeTest(value = Stubborn.class, stages = Stage.OFF)
  static class WithOtherStores {
    @Test
    void any() {}
  }
}
