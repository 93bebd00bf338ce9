package dev.crossfade.examples.torture.app;

import dev.crossfade.BackfillReport;
import dev.crossfade.CrossfadeException;
import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.Migration;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.store.JournalStatus;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the driver may ask of a child. Safe for use by many threads. */
final class Commands {
  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private final Migration migration;
  private final Recording recording;
  private final Workers workers;

  /** Held by whoever runs a backfill, of which a process has one at a time. */
  private final ReentrantLock backfilling = new ReentrantLock();

  Commands(Application application, Recording recording, Workers workers) {
    this.migration = application.migration;
    this.recording = recording;
    this.workers = workers;
  }

  /** Does it, whatever becomes of it. */
  String answer(String[] words) {
    try {
      return "ok " + run(words[1], words.length > 2 ? words[2] : "");
    } catch (MoveRefusedException e) {
      log.info("{}", e.getMessage());
      return "refused " + inALine(e);
    } catch (CrossfadeException | Recording.Overtaken e) {
      log.info("{} failed.", words[1], e);
      return "failed " + inALine(e);
    } catch (RuntimeException e) {
      log.error("{} failed as it never should.", words[1], e);
      return "failed " + e;
    }
  }

  private static String inALine(RuntimeException e) {
    return String.valueOf(e.getMessage()).replace('\n', ' ');
  }

  private String run(String command, String argument) {
    switch (command) {
      case "work" -> workers.start();
      case "ease" -> workers.ease();
      case "rest" -> workers.close();
      case "move" -> travel(Stage.ofId(argument));
      case "step" -> step(argument.equals("up") ? Stage.COMPLETE : Stage.DUAL_WRITE);
      case "copy" -> copy();
      case "retry" -> migration.retryParked();
      case "settle" -> {
        return String.valueOf(migration.awaitSettled(Duration.ofMillis(Long.parseLong(argument))));
      }
      case "stage" -> {
        return migration.epoch() + " " + migration.stage().id();
      }
      case "journal" -> {
        JournalStatus journal = migration.journal();
        return journal.entries() + " " + journal.left() + " " + journal.parked();
      }
      case "parked" -> {
        return migration.parked().toString();
      }
      case "differences" -> {
        return shown(whileBothAreWritten(migration::verify));
      }
      case "measure" -> {
        return measured();
      }
      default -> throw new IllegalArgumentException(command);
    }
    return migration.stage().id();
  }

  /**
   * Step by step, with the evidence that the gates ask for; stops at the first refusal. Where it
   * seems to be there already it looks at the stage that is.
   */
  private void travel(Stage wanted) {
    do {
      Stage from = migration.stage();
      Stage next = from.stepTowards(wanted);
      if (from == Stage.DUAL_WRITE && next == Stage.SHADOW) {
        backfill();
      } else if (from == Stage.SHADOW && next == Stage.LIVE) {
        verify();
      }
      step(wanted);
    } while (migration.stage() != wanted);
  }

  /** One step; where it is refused for want of something that can be had, once more with that. */
  private void step(Stage wanted) {
    Stage from = migration.stage();
    Stage next = from.stepTowards(wanted);
    try {
      recordMove(from, next);
    } catch (MoveRefusedException e) {
      if (!heeds(e, next) || migration.stage() != from) {
        throw e;
      }
      recordMove(from, next);
    }
  }

  /**
   * Does what the gates say is to be done, as an operator would; false if that is only to wait. A
   * rehearsal that a fault has hit may count as one that came out differently, and then all are to
   * be counted anew.
   */
  private boolean heeds(MoveRefusedException refusal, Stage next) {
    log.info("{}", refusal.getMessage());
    Set<Gate> gates =
        refusal.answers().stream()
            .filter(GateAnswer::refuses)
            .map(GateAnswer::gate)
            .collect(Collectors.toSet());
    boolean copies = gates.contains(Gate.BACKFILL);
    boolean compares = gates.contains(Gate.VERIFICATION) || (copies && next == Stage.LIVE);
    boolean retries = gates.contains(Gate.PARKED);
    boolean recounts = gates.contains(Gate.REHEARSALS);
    if (retries) {
      migration.retryParked();
    }
    if (recounts) {
      recordMove(Stage.SHADOW, Stage.DUAL_WRITE);
      recordMove(Stage.DUAL_WRITE, Stage.SHADOW);
    }
    if (copies) {
      backfill();
    }
    if (compares) {
      verify();
    }
    return retries || recounts || copies || compares;
  }

  private void recordMove(Stage from, Stage to) {
    rethrowing(
        Kind.MOVE,
        List.of(from.id(), to.id()),
        () -> List.of(String.valueOf(migration.moveTo(to).epoch())));
  }

  /** In complete there is nothing to be copied to, and much that differs. */
  private void copy() {
    if (migration.stage().writesBoth()) {
      backfill();
      verify();
    }
  }

  private void backfill() {
    rethrowing(
        Kind.BACKFILL,
        List.of(),
        () -> List.of(whileBothAreWritten(this::backfillAlone).toString()));
  }

  /** Whoever asked for the last one may have stopped waiting for it before it was over. */
  private BackfillReport backfillAlone() {
    backfilling.lock();
    try {
      return migration.backfill();
    } finally {
      backfilling.unlock();
    }
  }

  private void verify() {
    rethrowing(
        Kind.VERIFY,
        List.of(),
        () -> {
          VerificationReport report = whileBothAreWritten(migration::verify);
          long epoch = migration.epoch(); // it has looked at the end
          if (!report.isClean()) {
            repair(report);
          }
          return List.of(
              String.valueOf(report.differences().size()), String.valueOf(epoch), shown(report));
        });
  }

  /** The rows that it names, as {@code table key}, separated by commas. */
  private static String shown(VerificationReport report) {
    return report.differences().stream()
        .map(row -> row.entity() + " " + row.key())
        .collect(Collectors.joining(","));
  }

  private void repair(VerificationReport report) {
    try {
      int refused = whileBothAreWritten(() -> migration.repair(report.differences()));
      log.info("{} rows were different, {} of them refused.", report.differing(), refused);
    } catch (Recording.Overtaken e) {
      log.info("{} rows were different, and are not copied.", report.differing(), e);
    }
  }

  /** Complete may be reached under way, where the library says that this has no place. */
  private <R> R whileBothAreWritten(Supplier<R> work) {
    long epoch = migration.epoch();
    try {
      return work.get();
    } catch (IllegalStateException e) {
      if (migration.stage().writesBoth() && migration.epoch() == epoch) {
        throw e;
      }
      throw new Recording.Overtaken(e);
    }
  }

  private interface Report {
    List<String> get();
  }

  /** Recorded, and the driver learns why it failed. */
  private void rethrowing(Kind kind, List<String> arguments, Report report) {
    RuntimeException[] failure = new RuntimeException[1];
    recording.record(
        kind,
        arguments,
        id -> {
          try {
            return report.get();
          } catch (RuntimeException e) {
            failure[0] = e;
            throw e;
          }
        });
    if (failure[0] != null) {
      throw failure[0];
    }
  }

  /** Bytes of heap after a collection, threads. */
  private static String measured() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + " "
        + ManagementFactory.getThreadMXBean().getThreadCount();
  }
}
