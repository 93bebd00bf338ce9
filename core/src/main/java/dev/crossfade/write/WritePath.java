package dev.crossfade.write;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeListener.WriteEvent;
import dev.crossfade.JoinedUnit;
import dev.crossfade.SecondaryMissedException;
import dev.crossfade.Settings;
import dev.crossfade.Stage.Side;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Operation;
import dev.crossfade.journal.Ownership;
import dev.crossfade.rehearsal.Lane;
import dev.crossfade.rehearsal.Rehearsals;
import dev.crossfade.rehearsal.Script;
import dev.crossfade.rehearsal.Units;
import dev.crossfade.rehearsal.WriteMethod;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Backoff;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Store;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.sql.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A write on its way: mark and primary in one transaction, then the resulting rows to the
 * secondary.
 *
 * <p>A write is decided once, on the primary of the stage it was begun in. Where the store refuses
 * that stage as outdated, nothing has happened, and the write begins again in the stage that is.
 * Safe for use by many threads.
 */
public final class WritePath {
  private final Crossing crossing;
  private final Stages stages;
  private final Ownership ownership;
  private final Membership membership;
  private final SecondaryLane secondary;
  private final Rehearsals rehearsals;
  private final Units units;

  /** Made once per migration. */
  public WritePath(
      Crossing crossing,
      Stages stages,
      Ownership ownership,
      Membership membership,
      SecondaryLane secondary,
      Rehearsals rehearsals,
      Units units) {
    this.crossing = crossing;
    this.membership = membership;
    this.stages = stages;
    this.ownership = ownership;
    this.secondary = secondary;
    this.rehearsals = rehearsals;
    this.units = units;
  }

  /** The side on which this thread has a unit of work open; null if it has none. */
  public @Nullable Side unitSide() {
    Units.Open open = units.open();
    return open == null ? null : open.side();
  }

  /** A write of one row, as a unit of work of its own. The store repeats it by itself. */
  public <T, K> Object row(
      WriteMethod method, Object[] arguments, EntityPair<T, K> pair, RowWrite<T, K> write) {
    return run(
        method.operation(),
        0,
        (store, side, mark, script) -> {
          if (script != null) {
            script.only(method, arguments);
          }
          return store.writeRow(mark, pair.on(side), write);
        });
  }

  /** A unit of work; joins the one that this thread has open. */
  public <R extends @Nullable Object, X extends Exception> R unit(String name, UnitBody<R, X> body)
      throws X {
    return unit(name, 0, body);
  }

  /**
   * A unit of work whose body may be run again, if the store gave it up because of a concurrent
   * transaction; joins the one that this thread has open, which is then not repeated for it.
   */
  public <R extends @Nullable Object, X extends Exception> R repeatableUnit(
      String name, UnitBody<R, X> body) throws X {
    return unit(name, Backoff.RETRIES, body);
  }

  private <R extends @Nullable Object, X extends Exception> R unit(
      String name, int retries, UnitBody<R, X> body) throws X {
    if (units.open() != null) {
      return body.run();
    }
    return run(
        name,
        retries,
        (store, side, mark, script) ->
            store.write(mark, () -> units.within(Units.Open.on(side, script), body)));
  }

  /**
   * A unit of work in a transaction that the application manages on this connection, which must be
   * one to the primary.
   */
  public JoinedUnit join(Connection connection) {
    Side side = stages.current().primary();
    return new JoinedWrite(this, side, store(side).join(connection), ownership.begin());
  }

  // What joined units need.

  String name() {
    return crossing.name();
  }

  Settings settings() {
    return crossing.settings();
  }

  Store store(Side side) {
    return crossing.store(side);
  }

  Stages stages() {
    return stages;
  }

  Membership membership() {
    return membership;
  }

  SecondaryLane secondary() {
    return secondary;
  }

  Units units() {
    return units;
  }

  /** Refuses a unit of its own on a thread that has one open. */
  void refuseInsideUnit() {
    if (units.open() != null) {
      throw new IllegalStateException(
          "this thread has another unit of work of migration '"
              + crossing.name()
              + "' open; call the repositories there, or end it first");
    }
  }

  /**
   * A method of a repository as a unit of work; joins the one that this thread has open. It may be
   * run again, so a transaction that the store gave up because of a concurrent one is.
   */
  public Object method(WriteMethod method, Object @Nullable [] arguments) throws Exception {
    Units.Open open = units.open();
    return open == null ? alone(method, arguments) : joined(open, method, arguments);
  }

  private Object joined(Units.Open open, WriteMethod method, Object @Nullable [] arguments)
      throws Exception {
    Script script = open.script();
    return script == null
        ? method.call(open.side(), arguments)
        : script.call(method, arguments, crossing.store(open.side()), open.side());
  }

  private Object alone(WriteMethod method, Object @Nullable [] arguments) throws Exception {
    return this.<Object, Exception>run(
        method.operation(),
        Backoff.RETRIES,
        (store, side, mark, script) -> {
          if (script != null) {
            script.only(method, arguments);
          }
          return store.write(
              mark,
              () -> units.within(Units.Open.on(side, null), () -> method.call(side, arguments)));
        });
  }

  /** Steps 1 and 2 on the primary, whichever that is. */
  private interface Attempt<R extends @Nullable Object, X extends Exception> {
    Written<R> on(Store store, Side side, Mark mark, @Nullable Script script) throws X;
  }

  private <R extends @Nullable Object, X extends Exception> R run(
      String name, int retries, Attempt<R, X> attempt) throws X {
    Lane.refuseWhileRehearsing(name);
    long begun = System.nanoTime();
    StageView view = stages.current();
    int retried = 0;
    for (long waiting = begun; ; ) {
      Operation operation = ownership.begin();
      Done<R> done;
      try {
        done = once(view, operation, attempt);
      } catch (StaleEpochException e) {
        operation.end();
        view = next(name, view, begun, waiting, retried);
        continue;
      } catch (ConflictException e) {
        operation.end();
        if (retried == retries || !Backoff.pause(retried + 1)) {
          tell(name, view, begun, retried, e);
          throw e;
        }
        retried++;
        view = stages.current();
        waiting = System.nanoTime(); // what the conflict took is no wait for a change of stage
        continue;
      } catch (Exception | Error e) {
        operation.end();
        tell(name, view, begun, retried, e);
        throw e;
      }
      tell(name, view, begun, retried, done.missed);
      if (done.missed != null) {
        throw done.missed;
      }
      return done.result;
    }
  }

  /**
   * A write that is in the primary.
   *
   * @param missed what its caller is told instead if it must be in the secondary, too
   */
  private record Done<R extends @Nullable Object>(
      R result, @Nullable SecondaryMissedException missed) {}

  private <R extends @Nullable Object, X extends Exception> Done<R> once(
      StageView view, Operation operation, Attempt<R, X> attempt) throws X {
    secondary.refuseIfRequiredInVain(view, operation);
    membership.ensureKnown(view.primary(), operation.owner());
    Script script = rehearsals.script(view);
    Written<R> written =
        attempt.on(
            crossing.store(view.primary()),
            view.primary(),
            operation.mark(crossing.name(), view),
            script);
    if (script != null) {
      script.came(written);
    }
    if (written.entries().length > 0) {
      return new Done<>(written.result(), secondary.carry(view, operation, written, script));
    }
    operation.end();
    secondary.rehearse(view, operation, written, script);
    return new Done<>(written.result(), null);
  }

  private StageView next(String name, StageView view, long begun, long waiting, int retried) {
    try {
      return stages.awaitAfter(view, waiting + crossing.settings().writeWait().toNanos());
    } catch (RuntimeException e) {
      tell(name, view, begun, retried, e);
      throw e;
    }
  }

  void tell(String name, StageView view, long begun, int retried, @Nullable Throwable failure) {
    if (crossing.events().wanted()) {
      WriteEvent event =
          new WriteEvent(
              crossing.name(),
              name,
              view.stage(),
              Duration.ofNanos(System.nanoTime() - begun),
              retried,
              failure);
      crossing.events().tell(listener -> listener.written(event));
    }
  }
}
