package dev.crossfade.cutover;

import dev.crossfade.AuditEntry.Action;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.ReconcileReport;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.stage.Audit;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Journal.Taken;
import dev.crossfade.store.Store;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a primary back that was given up and has returned: as the secondary, once everything that
 * only it may have is written down. Its journal names those keys, unless some were forgotten after
 * the rollback window; then all rows are looked at, and what was deleted there is not known. The
 * legacy store's rows win, and come there with the backfill that is needed anyway.
 */
public final class Reconciliation {
  private static final int ENTRIES = 500;
  private static final int ROWS = 500;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long LOOK_AGAIN_MILLIS = 100;

  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Membership membership;
  private final Findings findings;
  private final Audit audit;
  private final CountDownLatch closed;

  /**
   * Made once per migration.
   *
   * @param closed ends its waits
   */
  public Reconciliation(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      Membership membership,
      Findings findings,
      Audit audit,
      CountDownLatch closed) {
    this.crossing = crossing;
    this.stages = stages;
    this.ownership = ownership;
    this.membership = membership;
    this.findings = findings;
    this.audit = audit;
    this.closed = closed;
  }

  /**
   * Reconciles it. Safe to repeat with another file.
   *
   * @param file must not exist; gets a line for each row that is another in the legacy store
   * @throws IllegalStateException if there is no such primary
   * @throws UncheckedIOException if the file cannot be written; what was not written down stays in
   *     the journal
   */
  public ReconcileReport reconcile(Path file) {
    StageView now = stages.refresh();
    Store target = crossing.store(Side.TARGET);
    target.connect();
    ControlRow returned = target.control().read(crossing.name());
    if (now.primary() != Side.LEGACY
        || returned == null
        || returned.state() == ControlRow.State.MOVED
        || returned.epoch() >= now.epoch()) {
      throw new IllegalStateException(
          target.name()
              + " is no primary of migration '"
              + crossing.name()
              + "' that was given up; there is nothing to reconcile");
    }
    membership.introduce(Side.TARGET);
    ControlRow marking = marking(now, target, returned);
    fenceOthers(target);
    Drain drain = new Drain(target.journal(), new StageView(Side.TARGET, marking), file);
    drain.run();
    takeBack(now, target, marking);
    return new ReconcileReport(crossing.name(), drain.keys, drain.lost, file);
  }

  /**
   * The row, in a stage whose writes leave entries. What only remembers its keys would go on doing
   * so for whoever still writes there, and the journal, which is all that the end looks at, would
   * not show it.
   */
  private ControlRow marking(StageView now, Store target, ControlRow returned) {
    if (!returned.stage().remembersKeys()) {
      return returned;
    }
    ControlRow marking = returned.advanced(Stage.RAMP_DOWN);
    if (!target.control().replace(returned, marking)) {
      throw somebodyElse(now);
    }
    return marking;
  }

  /** Whoever wrote there under the old epoch does not go on. */
  private void fenceOthers(Store target) {
    UUID own = ownership.current();
    for (Member member : target.instances().members(crossing.name())) {
      if (!member.fenced() && !member.incarnation().equals(own)) {
        target.instances().fence(member.incarnation());
      }
    }
    target.instances().strangers(crossing.name()).forEach(target.instances()::fence);
  }

  private void takeBack(StageView now, Store target, ControlRow returned) {
    ControlRow moved =
        new ControlRow(
            crossing.name(),
            now.epoch(),
            now.stage(),
            ControlRow.State.MOVED,
            null,
            null,
            now.row().obeyed());
    boolean replaced =
        target
            .control()
            .replaceIfDrained(
                returned,
                moved,
                audit.entry(
                    Action.RECONCILED,
                    returned.stage(),
                    now.stage(),
                    now.epoch(),
                    target.control().now(),
                    crossing.settings().actor(),
                    List.of(),
                    null));
    if (!replaced) {
      throw somebodyElse(now);
    }
    stages.reconciled();
  }

  private MoveRefusedException somebodyElse(StageView now) {
    return new MoveRefusedException(
        crossing.name(), now.stage(), now.stage(), List.of(Moves.SOMEBODY_ELSE));
  }

  /** Empties the journal of the one that has returned, a batch at a time. */
  private final class Drain {
    private final Journal journal;
    private final StageView returned;
    private final Path file;
    private long keys;
    private long lost;

    Drain(Journal journal, StageView returned, Path file) {
      this.journal = journal;
      this.returned = returned;
      this.file = file;
    }

    void run() {
      try (LostRows lines = new LostRows(file)) {
        prepare();
        if (findings.lacksForgotten(Side.TARGET)) {
          for (EntityPair<?, ?> pair : crossing.pairs()) {
            writeAllDown(pair, lines);
          }
          lines.force();
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (journal.status(crossing.name()).entries() > 0) {
          if (batch(lines)) {
            deadline = System.nanoTime() + PATIENCE.toNanos();
          } else {
            pause(deadline);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the rows that are lost cannot be written to " + file, e);
      }
    }

    /** All that the journal is to show: it does not show what is only remembered. */
    private void prepare() {
      Operation operation = ownership.begin();
      try {
        long unused = journal.recall(operation.copyMark(crossing.name(), returned));
      } finally {
        operation.end();
      }
      int unused = journal.retryParked(crossing.name());
    }

    private boolean batch(LostRows lines) throws IOException {
      Operation operation = ownership.begin();
      try {
        Taken taken = journal.take(operation.copyMark(crossing.name(), returned), ENTRIES);
        if (taken.own().isEmpty()) {
          return false;
        }
        for (Entry entry : taken.own()) {
          writeDown(entry, lines);
        }
        lines.force();
        int unused =
            journal.finish(
                List.of(
                    new Finish(
                        crossing.name(),
                        operation.owner(),
                        taken.own(),
                        Outcome.DONE,
                        taken.taken())));
        return true;
      } finally {
        operation.end();
      }
    }

    private void writeDown(Entry entry, LostRows lines) throws IOException {
      if (!entry.span().isRange()) { // else of a copy, which had nothing of its own
        writeDown(crossing.pair(entry.span().entity()), entry.span().from(), lines);
      }
    }

    private <T, K> void writeDown(EntityPair<T, K> pair, byte[] canonical, LostRows lines)
        throws IOException {
      K key = pair.entity().keys().decode(canonical);
      writeDown(pair, key, pair.on(Side.TARGET).find(key).orElse(null), lines);
    }

    private <T, K> void writeDown(EntityPair<T, K> pair, K key, @Nullable T there, LostRows lines)
        throws IOException {
      @Nullable T here = pair.on(Side.LEGACY).find(key).orElse(null);
      keys++;
      if (!pair.entity().differences(here, there).isEmpty()) {
        lost++;
        lines.write(pair.entity(), key, there);
      }
    }

    /** Past the rollback window the journal does not name all that has changed. */
    private <T, K> void writeAllDown(EntityPair<T, K> pair, LostRows lines) throws IOException {
      List<T> rows = pair.on(Side.TARGET).scan(null, ROWS);
      while (!rows.isEmpty()) {
        K last = pair.entity().keyOf(rows.get(rows.size() - 1));
        for (T row : rows) {
          writeDown(pair, pair.entity().keyOf(row), row, lines);
        }
        rows = pair.on(Side.TARGET).scan(last, ROWS);
      }
    }

    /** Open entries of this process that it does not know of are nobody else's to leave. */
    private void pause(long deadline) {
      UUID own = ownership.current();
      int unused = journal.leaveForgotten(own, id -> ownership.knows(own, id));
      try {
        boolean ends = closed.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        if (!ends && System.nanoTime() - deadline < 0) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new StoreTimeoutException(
          "the journal of "
              + crossing.store(Side.TARGET).name()
              + " could not be emptied in time, but for "
              + keys
              + " keys; keep "
              + file
              + " and run it again with another file",
          null);
    }
  }
}
