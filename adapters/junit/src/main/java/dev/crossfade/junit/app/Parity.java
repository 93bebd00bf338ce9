package dev.crossfade.junit.app;

import dev.crossfade.ComparedReads;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.Difference;
import dev.crossfade.Migration;
import dev.crossfade.ParkedKey;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.ViewRepository;
import dev.crossfade.store.JournalStatus;
import java.time.Duration;
import java.util.List;

/**
 * Asserts that both stores hold, and return, the same: by the comparisons that the entities
 * declare, as verification and shadow reads do. Migrations in {@code off} and {@code complete} are
 * left out: there the stores differ by design.
 *
 * <pre>{@code
 * assertParity(crossfade);
 * assertParity(tokens, repository -> repository.best(50));
 * }</pre>
 */
public final class Parity {
  private static final int MOST_SHOWN = 10;

  private Parity() {}

  /**
   * All rows of all entities are the same in both stores, once the journal has settled; it is
   * waited for up to 20 s. What is compared is a verification, also for the gate to {@code live}.
   *
   * @throws AssertionError with the first ten rows that differ and how many there are; or if the
   *     journal does not settle, with what is parked in it
   */
  public static void assertParity(Crossfade crossfade) {
    assertParity(crossfade, CrossfadeKit.PATIENCE);
  }

  /** As {@link #assertParity(Crossfade)}, waiting for the journal so long at most. */
  public static void assertParity(Crossfade crossfade, Duration limit) {
    for (Migration migration : crossfade.migrations()) {
      if (migration.stage().writesBoth()) {
        assertSettled(migration, limit);
        assertRows(migration);
      }
    }
  }

  /**
   * The reads of a call return the same on both stores. Each is made on the primary, whose result
   * the call goes on with, and on the other store, and compared as a shadow read is. Where rows are
   * under way the call is made again, up to 20 s, or until the thread is interrupted.
   *
   * @param repository what {@link Crossfade#repository} returned
   * @param call reads, once or several times
   * @throws AssertionError with what differs; or if no read of the call is compared
   * @throws X what the call throws
   */
  public static <R extends Repository<?, ?>, X extends Exception> void assertParity(
      R repository, ComparedReads.Call<? super R, X> call) throws X {
    assertSame(() -> ComparedReads.of(repository, call));
  }

  /**
   * As {@link #assertParity(Repository, ComparedReads.Call)}, for a view. One that is materialized
   * must be refreshed before.
   *
   * @param view what {@link Crossfade#view} returned
   * @throws X what the call throws
   */
  public static <R extends ViewRepository<?>, X extends Exception> void assertParity(
      R view, ComparedReads.Call<? super R, X> call) throws X {
    assertSame(() -> ComparedReads.of(view, call));
  }

  private interface Reading<X extends Exception> {
    ComparedReads compare() throws X;
  }

  private static <X extends Exception> void assertSame(Reading<X> reading) throws X {
    long begun = System.nanoTime();
    ComparedReads compared = reading.compare();
    while (compared.excused() > 0
        && compared.mismatches().isEmpty()
        && !Thread.currentThread().isInterrupted()
        && System.nanoTime() - begun < CrossfadeKit.PATIENCE.toNanos()) {
      compared = reading.compare();
    }
    if (compared.stage().writesBoth()) {
      assertSame(compared);
    }
  }

  private static void assertSame(ComparedReads compared) {
    if (!compared.mismatches().isEmpty()) {
      throw new AssertionError(message(compared));
    } else if (compared.reads() == 0) {
      throw new AssertionError(
          "The call has made no read that is compared: nothing is known about parity. Call a"
              + " method of the repository it is given, one that is not @Reads(compared = false).");
    } else if (compared.excused() > 0 && Thread.currentThread().isInterrupted()) {
      throw new AssertionError(
          shareOf(compared)
              + " could not be compared, because the thread was interrupted: nothing is waited for."
              + " Look at what interrupts it.");
    } else if (compared.excused() > 0) {
      throw new AssertionError(
          shareOf(compared)
              + " could not be compared within "
              + CrossfadeKit.PATIENCE
              + ", because rows were under way all the time. Stop writing before, and look at what"
              + " keeps the secondary behind.");
    }
  }

  private static String shareOf(ComparedReads compared) {
    return compared.excused() + " of " + compared.reads() + " reads";
  }

  private static String message(ComparedReads compared) {
    List<Mismatch> mismatches = compared.mismatches();
    StringBuilder message =
        begun(compared.migration(), compared.stage())
            .append("Expecting reads to return the same from both stores, but ")
            .append(mismatches.size() == 1 ? "1 differs:" : mismatches.size() + " differ:");
    for (Mismatch each : mismatches.subList(0, Math.min(MOST_SHOWN, mismatches.size()))) {
      message.append("\n  ").append(each.entity()).append('.').append(each.method());
      if (each.key() != null) {
        message.append(" at key ").append(each.key());
      }
      append(message, each.differences(), compared.stage());
    }
    return more(message, mismatches.size()).toString();
  }

  static void assertSettled(Migration migration, Duration limit) {
    boolean settled = migration.awaitSettled(limit);
    JournalStatus journal = migration.journal();
    if (settled && journal.entries() == 0) {
      return;
    }
    StringBuilder message =
        begun(migration.name(), migration.stage())
            .append("Expecting the journal to become empty within ")
            .append(limit)
            .append(", but it has ")
            .append(journal.entries())
            .append(" entries, ")
            .append(journal.parked())
            .append(" of them parked: the secondary has not got those rows.");
    migration.parked().stream()
        .limit(MOST_SHOWN)
        .forEach(parked -> message.append("\n  ").append(shown(parked)));
    throw new AssertionError(message.toString());
  }

  private static String shown(ParkedKey parked) {
    return parked.entity() + " " + parked.key() + ": " + parked.reason();
  }

  static void assertRows(Migration migration) {
    VerificationReport report = migration.verify();
    if (report.isClean() && report.unsettled() == 0) {
      return;
    }
    StringBuilder message =
        begun(migration.name(), migration.stage())
            .append("Expecting both stores to hold the same rows, but ")
            .append(report.differing())
            .append(" of ")
            .append(report.totalRows())
            .append(" differ");
    if (report.unsettled() > 0) {
      message.append(", and ").append(report.unsettled()).append(" kept changing");
    }
    message.append(':');
    report.differences().stream()
        .limit(MOST_SHOWN)
        .forEach(row -> append(message, row, migration.stage()));
    throw new AssertionError(more(message, report.differing()).toString());
  }

  private static void append(StringBuilder message, RowDifference row, Stage stage) {
    message.append("\n  ").append(row.entity()).append(' ').append(row.key());
    append(message, row.differences(), stage);
  }

  private static void append(StringBuilder message, List<Difference> differences, Stage stage) {
    boolean fromLegacy = stage.primary() == Side.LEGACY;
    for (Difference difference : differences) {
      message
          .append("\n    ")
          .append(difference.component())
          .append("\n      legacy:   ")
          .append(fromLegacy ? difference.primary() : difference.secondary())
          .append("\n      postgres: ")
          .append(fromLegacy ? difference.secondary() : difference.primary());
    }
  }

  private static StringBuilder begun(String migration, Stage stage) {
    return new StringBuilder("[migration '")
        .append(migration)
        .append("' in ")
        .append(stage.id())
        .append("]\n");
  }

  private static StringBuilder more(StringBuilder message, long all) {
    return all > MOST_SHOWN
        ? message.append("\n  … and ").append(all - MOST_SHOWN).append(" more")
        : message;
  }
}
