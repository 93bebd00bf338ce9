package dev.crossfade.write;

import dev.crossfade.Crossfade.UnitWork;
import dev.crossfade.CrossfadeException;
import dev.crossfade.JoinedUnit;
import dev.crossfade.SecondaryMissedException;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage.Side;
import dev.crossfade.SwitchInProgressException;
import dev.crossfade.journal.Operation;
import dev.crossfade.rehearsal.Lane;
import dev.crossfade.rehearsal.Units;
import dev.crossfade.stage.StageView;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.JoinedTransaction.Marked;
import dev.crossfade.store.RowState;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A write in the application's own transaction. It is one operation; its ids are known as long as
 * it has not ended, so nobody takes its entries for forgotten between the commit and the word of
 * it.
 *
 * <p>What was committed the library does not know by itself: a savepoint may have undone any part
 * of it. A row that the primary does not have must not reach the secondary, where no entry would
 * tell. So the journal is asked which of the entries are there: each was left in the same breath as
 * its row.
 */
final class JoinedWrite implements JoinedUnit {
  private static final Logger log = LoggerFactory.getLogger(JoinedWrite.class);
  private static final String NAME = "joined";

  private final WritePath writes;
  private final Side side;
  private final JoinedTransaction transaction;
  private final Operation operation;
  private final long begun = System.nanoTime();

  /** Held by whoever uses it; never waited for. */
  private final ReentrantLock using = new ReentrantLock();

  // Guarded by using.
  private @Nullable StageView view;
  private boolean over;

  JoinedWrite(WritePath writes, Side side, JoinedTransaction transaction, Operation operation) {
    this.writes = writes;
    this.side = side;
    this.transaction = transaction;
    this.operation = operation;
  }

  @Override
  public <X extends Exception> void run(UnitWork<X> body) throws X {
    this.<Boolean, X>runOf(
        () -> {
          body.run();
          return true; // nobody looks at it
        });
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> R runOf(UnitBody<R, X> body) throws X {
    if (using.isHeldByCurrentThread()) {
      return body.run();
    }
    Lane.refuseWhileRehearsing(NAME);
    writes.refuseInsideUnit();
    take();
    try {
      refuseWhenOver();
      return inStage(body);
    } finally {
      using.unlock();
    }
  }

  /** In the stage that is, or, if the transaction can wait for it, in the next. */
  private <R extends @Nullable Object, X extends Exception> R inStage(UnitBody<R, X> body)
      throws X {
    long deadline = System.nanoTime() + writes.settings().writeWait().toNanos();
    StageView now = writes.stages().current();
    while (true) {
      if (now.primary() != side) {
        throw moved(now, null);
      }
      try {
        return in(now, body);
      } catch (StaleEpochException e) {
        if (!transaction.outlastsChange() || System.nanoTime() >= deadline) {
          throw moved(writes.stages().refresh(), e);
        }
        now = writes.stages().awaitAfter(now, deadline);
      }
    }
  }

  private <R extends @Nullable Object, X extends Exception> R in(StageView now, UnitBody<R, X> body)
      throws X {
    writes.secondary().refuseIfRequiredInVain(now, operation);
    writes.membership().ensureKnown(side, operation.owner());
    return transaction.run(
        operation.mark(writes.name(), now),
        () -> {
          view = now; // the epoch is held from here on
          return writes.units().within(Units.Open.on(side, null), body);
        });
  }

  private SwitchInProgressException moved(StageView now, @Nullable Throwable cause) {
    return new SwitchInProgressException(
        "the stage of migration '"
            + writes.name()
            + "' has changed since this transaction or its unit of work began, or is changing; it is "
            + now.stage().id()
            + ", and the primary is "
            + writes.store(now.primary()).name()
            + ". Nothing of this run was written: roll the connection back and begin again on one to"
            + " the side that Migration.primary() says",
        cause);
  }

  @Override
  public void committed() {
    take();
    try {
      if (!over) {
        over = true;
        carry();
      }
    } finally {
      using.unlock();
    }
  }

  private void carry() {
    StageView stage = view;
    if (stage == null) {
      operation.end(); // nothing has been run
      return;
    }
    SecondaryMissedException missed = carry(stage, transaction.marked());
    writes.tell(NAME, stage, begun, 0, missed);
    if (missed != null) {
      throw missed;
    }
  }

  /** What the journal says is in the primary is carried over; what cannot be asked for is left. */
  private @Nullable SecondaryMissedException carry(StageView stage, List<Marked> marked) {
    Written<?> written;
    try {
      written = written(marked, present(stage, marked));
    } catch (CrossfadeException e) {
      operation.end();
      return notRead(stage, e);
    }
    if (written.entries().length > 0) {
      return writes.secondary().carry(stage, operation, written, null);
    }
    operation.end();
    return null;
  }

  private Set<Integer> present(StageView stage, List<Marked> marked) {
    return marked.isEmpty()
        ? Set.of()
        : writes
            .store(stage.primary())
            .journal()
            .present(marked.stream().map(Marked::entry).toList());
  }

  private @Nullable SecondaryMissedException notRead(StageView stage, CrossfadeException e) {
    String what =
        "which rows a transaction of the application has committed to "
            + writes.store(stage.primary()).name()
            + " could not be read";
    log.info("{}; repair copies their keys: {}", what, e.getMessage());
    return writes.settings().secondary() == Secondary.REQUIRED
        ? new SecondaryMissedException(what, false, e)
        : null;
  }

  /**
   * The last entry of each key, with its state. An earlier one that a savepoint has brought back is
   * left to the sweep.
   */
  private static Written<?> written(List<Marked> marked, Set<Integer> present) {
    Map<RowState<?, ?>, Marked> last = new LinkedHashMap<>();
    for (int i = 0; i < marked.size(); i++) {
      if (present.contains(i)) {
        last.put(marked.get(i).state(), marked.get(i));
      }
    }
    List<RowState<?, ?>> states = new ArrayList<>(last.size());
    last.values().forEach(each -> states.add(each.state()));
    return new Written<>(
        true, last.values().stream().mapToLong(each -> each.entry().id()).toArray(), states);
  }

  @Override
  public void rolledBack() {
    end();
  }

  @Override
  public void outcomeUnknown() {
    end();
  }

  @Override
  public void close() {
    end();
  }

  /** Whatever entries there are then belong to nobody, and the sweep finds them. */
  private void end() {
    take();
    try {
      if (!over) {
        over = true;
        operation.end();
      }
    } finally {
      using.unlock();
    }
  }

  private void take() {
    if (using.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "a joined unit of work of migration '"
              + writes.name()
              + "' cannot end within one of its runs");
    }
    if (!using.tryLock()) {
      throw new IllegalStateException(
          "another thread is using this joined unit of work of migration '"
              + writes.name()
              + "'; it is for one thread at a time, as its connection is");
    }
  }

  private void refuseWhenOver() {
    if (over) {
      throw new IllegalStateException(
          "this joined unit of work of migration '"
              + writes.name()
              + "' has ended; join the next transaction with one of its own");
    }
  }
}
