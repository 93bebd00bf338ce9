package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.DuplicateKeyException;
import dev.crossfade.Stage;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each guard of the protocol is there for a reason: a sequence of steps that loses a write without
 * it, and loses none with it. They are what the models' mutants die of, on the real stores. Which
 * guard falls to what stands in {@code docs/protocol.md}.
 */
class GuardsTest {
  /** Without these a key is given twice, where others lose a row. */
  private static final Set<String> OF_KEYS = Set.of("ATTEMPT_TOKEN", "NO_MARK_WHILE_CLOSING");

  /** The steps that need it, and how it is taken away. */
  record Guard(String name, Stage stage, Consumer<Hands> steps, Consumer<Hands> without) {
    Class<? extends Throwable> loss() {
      return OF_KEYS.contains(name) ? DuplicateKeyException.class : AssertionError.class;
    }

    String message() {
      return OF_KEYS.contains(name) ? "account" : "rows of the secondary are those of the primary";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Guard> guards() {
    return List.of(
        new Guard(
            "CONTEST_AT_FINISH",
            Stage.LIVE,
            Interleavings::slowWriterArrivesLast,
            Unguarded::contestNobody),
        new Guard(
            "FENCE_ON_SECONDARY",
            Stage.LIVE,
            Interleavings::deadWriterWakes,
            Unguarded::fenceOnPrimaryOnly),
        new Guard(
            "INCARNATION_CHECKED",
            Stage.DUAL_WRITE,
            Interleavings::deadWriterWakes,
            Unguarded::letAnybodyChange),
        new Guard(
            "OPEN_ENTRIES_LEFT_ALONE",
            Stage.LIVE,
            Interleavings::writerIsRepairedBehindItsBack,
            Unguarded::takeOpenOnes),
        new Guard(
            "UNKNOWN_FENCED_FIRST",
            Stage.LIVE,
            Interleavings::lostAnswerComesTrueLate,
            Unguarded::takeUnknownOnes),
        new Guard(
            "IDS_KNOWN_BEFORE_SENT",
            Stage.DUAL_WRITE,
            Interleavings::writerIsSweptOnItsWay,
            Unguarded::knowNoId),
        new Guard(
            "JOURNAL_READ_BEFORE_MEMORY",
            Stage.DUAL_WRITE,
            Interleavings::writeBeginsWithinSweep,
            Unguarded::askMemoryFirst),
        new Guard(
            "LATE_FINISH_LEAVES_SWEPT",
            Stage.LIVE,
            Interleavings::finishComesAfterSweep,
            Unguarded::deleteWhateverIsOwn),
        new Guard(
            "CHOSEN_WHEN_MARKED",
            Stage.LIVE,
            Interleavings::writeIsLeftWithinRepair,
            Unguarded::deleteWhatIsLeftNow),
        new Guard(
            "POINT_STAYS_WITHIN_RANGE",
            Stage.LIVE,
            Interleavings::writeOvertakesChunk,
            Unguarded::hideRangesFromPoints),
        new Guard(
            "MARK_BEFORE_READ",
            Stage.LIVE,
            Interleavings::writeOvertakesChunk,
            Unguarded::markAfterRead),
        new Guard(
            "EPOCH_OF_MARK",
            Stage.DUAL_WRITE,
            Interleavings::writerBelievesInOff,
            Unguarded::markAtWhateverEpoch),
        new Guard(
            "EPOCH_IN_STEP_3",
            Stage.DUAL_WRITE,
            Interleavings::deadWriterWakesAfterChange,
            Unguarded::neitherFenceNorEpoch),
        new Guard(
            "ATTEMPT_TOKEN",
            Stage.DUAL_WRITE,
            Interleavings::olderAttemptDecides,
            Unguarded::anyAttemptWillDo),
        new Guard(
            "NO_MARK_WHILE_CLOSING",
            Stage.DUAL_WRITE,
            Interleavings::writeComesWhileClosing,
            Unguarded::markWhileClosing),
        new Guard(
            "OPENED_ONLY_WHERE_OLDER",
            Stage.DUAL_WRITE,
            Interleavings::openingComesAfterWayBack,
            Unguarded::openAlways),
        new Guard(
            "DECIDED_WITH_EMPTY_JOURNAL",
            Stage.DUAL_WRITE,
            Interleavings::keyIsParked,
            Unguarded::decideWhateverTheJournal));
  }

  /** Of these two each alone is enough. */
  static Stream<Guard> eitherOr() {
    return Stream.of(
        new Guard(
            "FENCE",
            Stage.DUAL_WRITE,
            Interleavings::deadWriterWakesAfterChange,
            Unguarded::noFenceAnywhere),
        new Guard(
            "EPOCH_IN_STEP_3",
            Stage.DUAL_WRITE,
            Interleavings::deadWriterWakesAfterChange,
            Unguarded::noEpochInStepThree));
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @MethodSource("guards")
  void withItNothingIsLost(Guard guard) {
    try (Hands hands = new Hands(guard.stage)) {
      guard.steps.accept(hands);
      settle(hands);
    }
  }

  @ParameterizedTest
  @MethodSource("guards")
  void withoutItAWriteIsLost(Guard guard) {
    try (Hands hands = new Hands(guard.stage)) {
      hands.app.abandon();
      guard.without.accept(hands);
      guard.steps.accept(hands);
      assertThatExceptionOfType(guard.loss())
          .isThrownBy(() -> settle(hands))
          .withMessageContaining(guard.message());
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @MethodSource("eitherOr")
  void theOtherOneIsEnough(Guard guard) {
    try (Hands hands = new Hands(guard.stage)) {
      guard.without.accept(hands);
      guard.steps.accept(hands);
      settle(hands);
    }
  }

  /** The stores agree, and a key that is given is new. */
  private static void settle(Hands hands) {
    hands.settle();
    hands.app.accounts.insert(Domain.account("the next", 1));
  }
}
