package dev.crossfade.examples.torture.app;

import dev.crossfade.BackfillReport;
import dev.crossfade.CrossfadeException;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.VerificationReport;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.store.JournalStatus;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the driver may ask of a child. Safe for use by many threads. */
final class Commands {
  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private final Migration migration;
  private final Recording recording;
  private final Workers workers;

  Commands(Application application, Recording recording, Workers workers) {
    this.migration = application.migration;
    this.recording = recording;
    this.workers = workers;
  }

  /** Does it, whatever becomes of it. */
  String answer(String[] words) {
    try {
      return "ok " + run(words[1], words.length > 2 ? words[2] : "");
    } catch (CrossfadeException e) {
      log.info("{} failed.", words[1], e);
      return "failed " + String.valueOf(e.getMessage()).replace('\n', ' ');
    } catch (RuntimeException e) {
      log.error("{} failed as it never should.", words[1], e);
      return "failed " + e;
    }
  }

  private String run(String command, String argument) {
    switch (command) {
      case "work" -> workers.start();
      case "rest" -> workers.close();
      case "move" -> travel(Stage.ofId(argument));
      case "copy" -> copy();
      case "retry" -> migration.retryParked();
      case "settle" -> migration.awaitSettled(Duration.ofMillis(Long.parseLong(argument)));
      case "journal" -> {
        JournalStatus journal = migration.journal();
        return journal.entries() + " " + journal.left() + " " + journal.parked();
      }
      case "parked" -> {
        return migration.parked().toString();
      }
      case "measure" -> {
        return measured();
      }
      default -> throw new IllegalArgumentException(command);
    }
    return migration.stage().id();
  }

  /** Step by step, with the evidence that the gates ask for; stops at the first refusal. */
  private void travel(Stage wanted) {
    while (migration.stage() != wanted) {
      Stage from = migration.stage();
      Stage next = from.stepTowards(wanted);
      if (from == Stage.DUAL_WRITE && next == Stage.SHADOW) {
        backfill();
      } else if (from == Stage.SHADOW && next == Stage.LIVE) {
        verify();
      }
      recordMove(from, next);
    }
  }

  private void recordMove(Stage from, Stage to) {
    rethrowing(
        Kind.MOVE,
        List.of(from.id(), to.id()),
        () -> List.of(String.valueOf(migration.moveTo(to).epoch())));
  }

  private void copy() {
    backfill();
    verify();
  }

  private void backfill() {
    rethrowing(
        Kind.BACKFILL,
        List.of(),
        () -> {
          BackfillReport report = migration.backfill();
          return List.of(report.toString());
        });
  }

  private void verify() {
    rethrowing(
        Kind.VERIFY,
        List.of(),
        () -> {
          VerificationReport report = migration.verify();
          if (!report.isClean()) {
            migration.repair(report.differences());
          }
          return List.of(String.valueOf(report.differences().size()));
        });
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
