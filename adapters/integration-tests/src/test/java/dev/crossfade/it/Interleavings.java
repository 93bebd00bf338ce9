package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Stage;
import dev.crossfade.it.Hands.Incarnation;
import dev.crossfade.it.Hands.Operation;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Store;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What several processes do to one key, in the order that does harm where a guard is missing. Who
 * "dies" takes no further step.
 */
final class Interleavings {
  private Interleavings() {}

  static void slowWriterArrivesLast(Hands hands) {
    Operation slow = hands.process("slow").write("a");
    Operation quick = hands.process("quick").write("b").apply();
    slow.apply();
    quick.finish();
    slow.finish();
  }

  private static void overwrite(Hands hands) {
    hands.process("next").write("b").apply().finish();
  }

  static void deadWriterWakes(Hands hands) {
    Incarnation silent = hands.process("silent");
    Operation late = silent.write("a");
    hands.fence(silent);
    hands.process("repair").repair();
    overwrite(hands);
    late.apply(); // and dies
  }

  static void writerIsRepairedBehindItsBack(Hands hands) {
    Operation slow = hands.process("slow").write("a");
    hands.process("repair").repair();
    overwrite(hands);
    slow.apply(); // and dies
  }

  static void lostAnswerComesTrueLate(Hands hands) {
    Operation unknown = hands.process("unlucky").write("a").loseAnswer();
    unknown.finish();
    hands.process("repair").repair();
    overwrite(hands);
    unknown.apply(); // the server has come to it at last
  }

  static void writerIsSweptOnItsWay(Hands hands) {
    Incarnation process = hands.process("slow");
    Operation slow = process.write("a");
    process.sweep();
    hands.process("repair").repair();
    overwrite(hands);
    slow.apply(); // and dies
  }

  static void writeBeginsWithinSweep(Hands hands) {
    Incarnation process = hands.process("slow");
    process.write("other", "what the sweep finds").apply();
    AtomicReference<Operation> begun = new AtomicReference<>();
    process.sweep(
        () -> {
          if (begun.get() == null) {
            begun.set(process.write("a"));
          }
        });
    hands.process("repair").repair();
    overwrite(hands);
    begun.get().apply(); // and dies
  }

  static void finishComesAfterSweep(Hands hands) {
    Incarnation process = hands.process("slow");
    Operation slow = process.write("a");
    Operation quick = hands.process("quick").write("b").apply();
    slow.apply().end(); // its finish is on its way, and its answer will not be waited for
    process.sweep();
    quick.finish();
    slow.finish();
  }

  static void writeIsLeftWithinRepair(Hands hands) {
    Operation skipped = hands.process("first").write("a");
    skipped.finish();
    Operation repair = hands.process("repair").take().read();
    Incarnation second = hands.process("second");
    second.write("b").end(); // its step 3 was skipped, and its finish lost
    second.sweep();
    repair.apply().finish();
  }

  static void writeOvertakesChunk(Hands hands) {
    Operation chunk = hands.process("backfill").markAll().read();
    hands.process("writer").write("a").apply().finish();
    chunk.apply().finish();
  }

  static void writerBelievesInOff(Hands hands) {
    Incarnation stale = hands.process("stale");
    try {
      stale.writeUnmarked("a");
    } catch (StaleEpochException e) {
      stale.write("a").apply().finish(); // it has looked again
    }
  }

  static void deadWriterWakesAfterChange(Hands hands) {
    Incarnation silent = hands.process("silent");
    Operation late = silent.write("a");
    hands.fence(silent);
    hands.process("repair").repair();
    hands.open(hands.decide(hands.closing(), Stage.LIVE));
    overwrite(hands);
    late.apply(); // and dies
  }

  static void olderAttemptDecides(Hands hands) {
    hands.process("first").insertAccount("one").apply().finish();
    ControlRow older = hands.closing();
    hands.raiseGenerators();
    hands.undo(older); // by somebody who thought it dead
    hands.process("second").insertAccount("two").apply().finish();
    ControlRow newer = hands.closing();
    ControlRow decided = hands.decide(older, Stage.LIVE);
    if (decided == null) {
      hands.raiseGenerators();
      decided = hands.decide(newer, Stage.LIVE);
    }
    hands.open(decided);
  }

  static void writeComesWhileClosing(Hands hands) {
    hands.process("first").insertAccount("one").apply().finish();
    ControlRow closing = hands.closing();
    hands.raiseGenerators();
    try {
      hands.process("second").insertAccount("two").apply().finish();
    } catch (StaleEpochException e) {
      // it waits for the outcome
    }
    hands.open(hands.decide(closing, Stage.LIVE));
  }

  static void openingComesAfterWayBack(Hands hands) {
    ControlRow there = hands.decide(hands.closing(), Stage.LIVE);
    Store target = hands.target;
    hands.open(there);
    Incarnation stale = hands.process("stale");
    long staleEpoch = hands.epoch;
    ControlRow back = hands.decide(hands.closing(), Stage.SHADOW);
    hands.open(back);
    target
        .control()
        .openIfOlder(there.opened()); // by somebody who stalled after the first decision
    hands.follow(there);
    assertThat(hands.epoch).isEqualTo(staleEpoch);
    try {
      stale.write("a").apply().finish();
    } catch (StaleEpochException e) {
      hands.follow(back);
      stale.write("a").apply().finish();
    }
  }

  static void keyIsParked(Hands hands) {
    Operation refused = hands.process("writer").write("a");
    refused.finish();
    hands
        .primary()
        .journal()
        .failed(refused.entries(), "the other store refuses it", 1, Duration.ZERO);
    ControlRow closing = hands.closing();
    ControlRow decided = hands.decide(closing, Stage.LIVE);
    if (decided == null) {
      hands.undo(closing);
      hands.primary().journal().retryParked(Scenario.MIGRATION);
    } else {
      hands.open(decided);
    }
  }
}
