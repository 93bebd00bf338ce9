package dev.crossfade.cutover;

import dev.crossfade.AuditEntry.Action;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.ReconcileReport;
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
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a primary back that was given up and has returned: as the secondary, once everything that
 * only it may have is written down. Its journal names those keys. The legacy store's rows win, and
 * come there with the backfill that is needed anyway.
 */
public final class Reconciliation {
  private static final int ENTRIES = 500;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long LOOK_AGAIN_MILLIS = 100;

  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Membership membership;
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
      Audit audit,
      CountDownLatch closed) {
    this.crossing = crossing;
    this.stages = stages;
    this.ownership = ownership;
    this.membership = membership;
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
    fenceOthers(target);
    Drain drain = new Drain(target.journal(), new StageView(Side.TARGET, returned), file);
    drain.run();
    takeBack(now, target, returned);
    return new ReconcileReport(crossing.name(), drain.keys, drain.lost, file);
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
    int unused = target.journal().leaveForgotten(own, id -> ownership.knows(own, id));
    int retried = target.journal().retryParked(crossing.name());
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
      throw new MoveRefusedException(
          crossing.name(), now.stage(), now.stage(), List.of(Moves.SOMEBODY_ELSE));
    }
    stages.reconciled();
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
      try (BufferedWriter lines =
          Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW)) {
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

    private boolean batch(BufferedWriter lines) throws IOException {
      Operation operation = ownership.begin();
      try {
        Taken taken = journal.take(operation.copyMark(crossing.name(), returned), ENTRIES);
        if (taken.own().isEmpty()) {
          return false;
        }
        for (Entry entry : taken.own()) {
          writeDown(entry, lines);
        }
        lines.flush();
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

    private void writeDown(Entry entry, BufferedWriter lines) throws IOException {
      if (entry.span().isRange()) {
        return; // of a copy, which had nothing of its own
      }
      keys++;
      String line = lostRow(crossing.pair(entry.span().entity()), entry.span().from());
      if (line != null) {
        lost++;
        lines.write(line);
        lines.newLine();
      }
    }

    private <T, K> @Nullable String lostRow(EntityPair<T, K> pair, byte[] canonical) {
      K key = pair.entity().keys().decode(canonical);
      @Nullable T there = pair.on(Side.TARGET).find(key).orElse(null);
      @Nullable T here = pair.on(Side.LEGACY).find(key).orElse(null);
      boolean same =
          there == null || here == null
              ? there == here
              : pair.entity().differences(here, there).isEmpty();
      return same
          ? null
          : pair.entity().name()
              + ' '
              + pair.entity().keys().show(key)
              + ": "
              + (there == null ? "deleted" : there);
    }

    private void pause(long deadline) {
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
              + " keys; run it again with another file",
          null);
    }
  }
}
