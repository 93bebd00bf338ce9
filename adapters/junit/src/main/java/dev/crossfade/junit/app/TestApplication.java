package dev.crossfade.junit.app;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The application of one test, and what must be so when the test is over. */
final class TestApplication implements AutoCloseable {
  private final Path directory = Templates.temporaryDirectory();
  private final Leaks leaks;
  private final Path file;
  private final TestDatabase database;
  private final ChangeLog legacyLog;
  private final ChangeLog targetLog;
  private final Recording legacyRecording;
  private final Recording targetRecording;
  private final Crossfade crossfade;
  private final Faults faults;
  private final CrossfadeKit kit = new CrossfadeKit(this);
  private volatile boolean endsApart;
  private boolean ended;
  private boolean closed;

  private TestApplication(Templates templates, boolean alone) {
    leaks = new Leaks(alone);
    file = templates.copyLegacy(directory);
    database = templates.copyTarget();
    legacyLog = new SqliteChangeLog(this::openLegacy);
    targetLog = new PostgresChangeLog(database::open);
    legacyRecording = new Recording(legacyLog);
    targetRecording = new Recording(targetLog);
    Stores stores = stores(templates.setup());
    crossfade = build(templates.setup(), stores);
    faults = new Faults(crossfade, stores.legacy(), stores.target());
    if (!stores.recorded().wasAsked()) {
      close();
      throw new IllegalStateException(
          templates.setup().getClass().getName()
              + ".wire(…) gives the builder stores of its own, which the tests cannot watch; leave"
              + " those that legacy(…) and target(…) of the setup have made");
    }
  }

  /**
   * The application's stores, which record what they are told and fail when they are told to.
   *
   * @param recorded the legacy one, without faults
   */
  private record Stores(RecordedStore recorded, FaultyStore legacy, FaultyStore target) {}

  private Stores stores(CrossfadeSetup setup) {
    try {
      RecordedStore legacy = new RecordedStore(setup.legacy(file), legacyRecording);
      RecordedStore target = new RecordedStore(setup.target(database), targetRecording);
      return new Stores(legacy, FaultyStore.around(legacy), FaultyStore.around(target));
    } catch (RuntimeException | Error e) {
      discard();
      throw e;
    }
  }

  private Connection openLegacy() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 10000");
    }
    return connection;
  }

  private Crossfade build(CrossfadeSetup setup, Stores stores) {
    try {
      Crossfade.Builder builder =
          Crossfade.builder()
              .legacy(stores.legacy())
              .target(stores.target())
              .settings(CrossfadeKit.settings().build());
      setup.wire(builder);
      return builder.build();
    } catch (RuntimeException | Error e) {
      stores.legacy().close();
      stores.target().close();
      discard();
      throw e;
    }
  }

  /**
   * A new application.
   *
   * @param alone whether no other test runs at the same time
   */
  static TestApplication in(Stage stage, Templates templates, boolean alone) {
    TestApplication application = new TestApplication(templates, alone);
    try {
      application.kit.moveTo(stage);
      return application;
    } catch (RuntimeException | Error e) {
      application.close();
      throw e;
    }
  }

  Crossfade crossfade() {
    return crossfade;
  }

  Faults faults() {
    return faults;
  }

  CrossfadeKit kit() {
    return kit;
  }

  Path legacyFile() {
    return file;
  }

  TestDatabase database() {
    return database;
  }

  void endsApart() {
    endsApart = true;
  }

  <X extends Exception> void unrecorded(CrossfadeKit.Changes<X> changes) throws X {
    long legacyBegun = legacyRecording.begin();
    long targetBegun = targetRecording.begin();
    try {
      changes.make();
    } finally {
      legacyRecording.excuse(legacyBegun);
      targetRecording.excuse(targetBegun);
    }
  }

  /**
   * The test is over.
   *
   * @param passed whether it did not fail; of one that failed only its changes are looked at
   * @throws AssertionError with what is not as it must be
   */
  void end(boolean passed) {
    Findings findings = new Findings();
    faults.none();
    if (passed && !endsApart) {
      findings.attempt(this::assertEqual);
    }
    boolean equal = findings.isEmpty();
    List<String> changes = new ArrayList<>();
    if (passed && !endsApart && equal) {
      findings.attempt(() -> changes.addAll(contradicted()));
    }
    findings.attempt(crossfade::close);
    ended = true;
    findings.attempt(() -> changes.addAll(unexplained()));
    findings.attempt(() -> assertRecorded(changes));
    findings.attempt(this::closeLogs);
    if (passed) {
      findings.attempt(this::assertNothingLeaks);
    }
    findings.attempt(this::close);
    findings.throwIfAny();
  }

  private void assertEqual() {
    for (Migration migration : crossfade.migrations()) {
      if (migration.stage().writesBoth()) {
        Parity.assertSettled(migration, CrossfadeKit.PATIENCE);
        Parity.assertRows(migration);
      }
    }
  }

  private List<String> contradicted() {
    List<String> all = new ArrayList<>();
    legacyRecording.contradicted().forEach(each -> all.add("legacy: " + each));
    targetRecording.contradicted().forEach(each -> all.add("postgres: " + each));
    return all;
  }

  private List<String> unexplained() {
    List<String> all = new ArrayList<>();
    legacyRecording.unexplained().forEach(each -> all.add("legacy: " + each));
    targetRecording.unexplained().forEach(each -> all.add("postgres: " + each));
    return all;
  }

  private static void assertRecorded(List<String> changes) {
    if (!changes.isEmpty()) {
      throw new AssertionError(
          "Expecting every change of a mapped row to be recorded, but these were not, so they do"
              + " not reach the other store:\n  "
              + String.join("\n  ", changes)
              + "\nChange rows through the base class: its inherited methods, or write(…) inside a"
              + " method that is @Writes. A trigger of the schema must change no mapped row but the"
              + " one written. What a test changes by itself belongs in"
              + " CrossfadeKit.unrecorded(…).");
    }
  }

  private void assertNothingLeaks() {
    List<String> found = leaks.found(file, database);
    if (!found.isEmpty()) {
      throw new AssertionError(
          "Expecting nothing of the application to be left after its close, but "
              + String.join("; ", found));
    }
  }

  private void closeLogs() {
    legacyLog.close();
    targetLog.close();
  }

  /** Ends it without looking. Safe to repeat. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!ended) {
        faults.none();
        crossfade.close();
      }
    } finally {
      discard();
    }
  }

  private void discard() {
    closeLogs();
    database.close();
    Templates.delete(directory);
  }

  /** The first thing that was found, with the others beside it. */
  private static final class Findings {
    private final List<Throwable> found = new ArrayList<>();

    void attempt(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | AssertionError e) {
        found.add(e);
      }
    }

    boolean isEmpty() {
      return found.isEmpty();
    }

    void throwIfAny() {
      if (found.isEmpty()) {
        return;
      }
      Throwable first = found.get(0);
      found.stream().skip(1).forEach(first::addSuppressed);
      if (first instanceof AssertionError error) {
        throw error;
      }
      throw (RuntimeException) first;
    }
  }
}
