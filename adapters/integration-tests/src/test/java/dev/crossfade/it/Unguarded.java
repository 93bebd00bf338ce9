package dev.crossfade.it;

import dev.crossfade.Stage.Side;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Mark;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;

/** How each guard of the protocol is taken away from the stores that the hands use. */
final class Unguarded {
  private Unguarded() {}

  static void contestNobody(Hands hands) {
    hands.target =
        StoreWithout.in(
            hands.target,
            "journal",
            "finish",
            (arguments, original) -> {
              Object stay = original.call(arguments);
              hands.app.rows.execute(Side.TARGET, "update crossfade.journal set contested = false");
              return stay;
            });
  }

  static void fenceOnPrimaryOnly(Hands hands) {
    hands.legacy =
        StoreWithout.in(hands.legacy, "instances", "fence", (arguments, original) -> null);
  }

  /** Every change is made in the name of one that lives. */
  static void letAnybodyChange(Hands hands) {
    UUID anybody = hands.process("anybody").id;
    hands.target =
        StoreWithout.in(
            hands.target,
            "",
            "apply",
            (arguments, original) -> {
              Change change = (Change) arguments[0];
              return original.call(
                  new Change(
                      change.migration(),
                      change.epoch(),
                      anybody,
                      change.states(),
                      change.limit()));
            });
  }

  static void takeOpenOnes(Hands hands) {
    takeAlso(hands, "open");
  }

  static void takeUnknownOnes(Hands hands) {
    takeAlso(hands, "unknown");
  }

  private static void takeAlso(Hands hands, String state) {
    hands.target =
        StoreWithout.in(
            hands.target,
            "journal",
            "take",
            (arguments, original) -> {
              hands.app.rows.execute(
                  Side.TARGET,
                  "update crossfade.journal set state = 'left' where state = '" + state + "'");
              return original.call(arguments);
            });
  }

  static void knowNoId(Hands hands) {
    LongPredicate nothing = id -> false;
    hands.legacy =
        StoreWithout.in(
            hands.legacy,
            "journal",
            "leaveForgotten",
            (arguments, original) -> original.call(arguments[0], nothing));
  }

  /** What is known is asked before the journal is read; what begins in between is not. */
  static void askMemoryFirst(Hands hands) {
    hands.memoryFirst = true;
  }

  static void deleteWhateverIsOwn(Hands hands) {
    hands.target =
        StoreWithout.in(
            hands.target,
            "journal",
            "finish",
            (arguments, original) -> {
              for (Finish operation : finishes(arguments)) {
                hands.app.rows.execute(
                    Side.TARGET,
                    "update crossfade.journal set state = 'open' where owner = '"
                        + operation.owner()
                        + "'");
              }
              return original.call(arguments);
            });
  }

  static void deleteWhatIsLeftNow(Hands hands) {
    hands.target =
        StoreWithout.in(
            hands.target,
            "journal",
            "finish",
            (arguments, original) -> {
              for (Finish operation : finishes(arguments)) {
                if (!operation.taken().isEmpty()) {
                  hands.app.rows.execute(
                      Side.TARGET, "delete from crossfade.journal where state = 'left'");
                }
              }
              return original.call(arguments);
            });
  }

  @SuppressWarnings("unchecked")
  private static List<Finish> finishes(Object[] arguments) {
    return (List<Finish>) arguments[0];
  }

  static void hideRangesFromPoints(Hands hands) {
    hands.target =
        StoreWithout.in(
            hands.target,
            "journal",
            "finish",
            (arguments, original) -> {
              boolean points =
                  finishes(arguments).stream()
                      .flatMap(operation -> operation.entries().stream())
                      .noneMatch(entry -> entry.span().isRange());
              hide(hands, points, "entity || '?'");
              Object stay = original.call(arguments);
              hide(hands, points, "replace(entity, '?', '')");
              return stay;
            });
  }

  private static void hide(Hands hands, boolean points, String entity) {
    if (points) {
      hands.app.rows.execute(
          Side.TARGET, "update crossfade.journal set entity = " + entity + " where is_range");
    }
  }

  /** The mark of a chunk is sent only when its rows are. */
  static void markAfterRead(Hands hands) {
    AtomicReference<Runnable> due = new AtomicReference<>(() -> {});
    AtomicReference<UUID> copying = new AtomicReference<>();
    Store target = hands.target;
    hands.target =
        StoreWithout.in(
            target,
            "journal",
            "mark",
            (arguments, original) -> {
              Mark mark = (Mark) arguments[0];
              List<Entry> promised = new ArrayList<>();
              for (Object span : (List<?>) arguments[1]) {
                promised.add(new Entry(mark.owner(), mark.nextId(), (Span) span));
              }
              copying.set(mark.owner());
              due.set(() -> markAs(target, mark, promised));
              return promised;
            });
    hands.legacy =
        StoreWithout.in(
            hands.legacy,
            "",
            "apply",
            (arguments, original) -> {
              if (((Change) arguments[0]).incarnation().equals(copying.get())) {
                due.getAndSet(() -> {}).run();
              }
              return original.call(arguments);
            });
  }

  private static void markAs(Store store, Mark mark, List<Entry> promised) {
    List<Long> ids = new ArrayList<>(promised.stream().map(Entry::id).toList());
    Mark again =
        new Mark(mark.migration(), mark.epoch(), mark.kind(), mark.owner(), () -> ids.remove(0));
    store.journal().mark(again, promised.stream().map(Entry::span).toList());
  }

  static void markAtWhateverEpoch(Hands hands) {
    Store legacy = hands.legacy;
    hands.legacy =
        StoreWithout.in(
            legacy,
            "",
            "writeRow",
            (arguments, original) -> {
              Mark mark = (Mark) arguments[0];
              long epoch = legacy.control().read(mark.migration()).epoch();
              Mark current =
                  new Mark(mark.migration(), epoch, mark.kind(), mark.owner(), mark.ids());
              return original.call(current, arguments[1], arguments[2]);
            });
  }

  static void neitherFenceNorEpoch(Hands hands) {
    noFenceAnywhere(hands);
    noEpochInStepThree(hands);
  }

  static void noFenceAnywhere(Hands hands) {
    hands.target =
        StoreWithout.in(hands.target, "instances", "fence", (arguments, original) -> null);
  }

  /** Whoever comes is of the epoch that the store is in. */
  static void noEpochInStepThree(Hands hands) {
    Store target = hands.target;
    hands.target =
        StoreWithout.in(
            target,
            "",
            "apply",
            (arguments, original) -> {
              Change change = (Change) arguments[0];
              return original.call(
                  new Change(
                      change.migration(),
                      target.control().read(change.migration()).epoch(),
                      change.incarnation(),
                      change.states(),
                      change.limit()));
            });
  }

  static void anyAttemptWillDo(Hands hands) {
    Store legacy = hands.legacy;
    hands.legacy =
        StoreWithout.in(
            legacy,
            "control",
            "replaceIfDrained",
            (arguments, original) ->
                original.call(legacy.control().read(Scenario.MIGRATION), arguments[1]));
  }

  static void markWhileClosing(Hands hands) {
    Store legacy = hands.legacy;
    hands.legacy =
        StoreWithout.in(
            legacy,
            "",
            "writeRow",
            (arguments, original) -> {
              ControlRow now = legacy.control().read(Scenario.MIGRATION);
              legacy.control().replace(now, now.opened());
              try {
                return original.call(arguments);
              } finally {
                legacy.control().replace(now.opened(), now);
              }
            });
  }

  static void openAlways(Hands hands) {
    Store target = hands.target;
    hands.target =
        StoreWithout.in(
            target,
            "control",
            "openIfOlder",
            (arguments, original) ->
                target
                    .control()
                    .replace(target.control().read(Scenario.MIGRATION), (ControlRow) arguments[0]));
  }

  static void decideWhateverTheJournal(Hands hands) {
    Store legacy = hands.legacy;
    hands.legacy =
        StoreWithout.in(
            legacy,
            "control",
            "replaceIfDrained",
            (arguments, original) ->
                legacy.control().replace((ControlRow) arguments[0], (ControlRow) arguments[1]));
  }
}
