package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What a rehearsal asks of the primary, and what it must not do to the secondary. A store may let
 * it not take place.
 */
abstract class RehearsalContract extends ContractTheme {
  RehearsalContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  private Written<Boolean> tallies(Actor actor, int... ids) {
    return unit(
        actor,
        () -> {
          for (int id : ids) {
            tables.tallies.save(new Tally(id, 1));
          }
          return true;
        });
  }

  private static Span range(int from, int to) {
    return Span.range(
        "tally",
        ContractEntities.TALLY.keys().encode(from),
        ContractEntities.TALLY.keys().encode(to));
  }

  // Which entries are disputed.

  @Test
  void entriesThatNobodyElseTouchesAreUndisputed() {
    List<Entry> own = entries(writer, tallies(writer, 1, 2, 3));
    Written<Boolean> unused = tallies(actor(), 4, 5);

    assertThat(journal.disputed(own)).isEmpty();
    assertThat(journal.disputed(List.of())).isEmpty();
  }

  @Test
  void anEntryOfAnyoneElseDisputesWhileItIsThereAndAfterItsFinish() {
    List<Entry> own = entries(writer, tallies(writer, 1, 2, 3));
    Actor other = actor();
    Written<Boolean> second = tallies(other, 2);

    assertThat(journal.disputed(own)).as("while it is open").containsExactly(1);
    assertThat(finish(other, second, Outcome.DONE)).isZero();
    assertThat(journal.disputed(own)).as("once it has flagged").containsExactly(1);
  }

  @Test
  void anotherOperationOfTheSameOwnerDisputesToo() {
    List<Entry> own = entries(writer, tallies(writer, 1));
    Written<Boolean> unused = tallies(writer, 1);

    assertThat(journal.disputed(own)).containsExactly(0);
  }

  @Test
  void aRangeDisputesThePointsInItWhileItIsThereAndAfterItsFinish() {
    List<Entry> own = entries(writer, tallies(writer, 4, 5, 9, 10));
    Actor copy = actor();
    List<Entry> marked = journal.mark(copy.entry(1), List.of(range(5, 9)));

    assertThat(journal.disputed(own)).containsExactlyInAnyOrder(1, 2);
    assertThat(finish(copy, marked, Outcome.DONE)).isZero();
    assertThat(journal.disputed(own)).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void leftAndParkedEntriesDispute() {
    Actor other = actor();
    Written<Boolean> first = tallies(other, 1);
    assertThat(finish(other, first, Outcome.NOT_DONE)).isEqualTo(1);
    List<Entry> own = entries(writer, tallies(writer, 1));
    assertThat(journal.disputed(own)).as("by a left one").containsExactly(0);

    assertThat(journal.failed(entries(other, first), "refused", 1, NO_REST)).isEqualTo(1);
    assertThat(journal.disputed(own)).as("by a parked one").containsExactly(0);
  }

  @Test
  void anEntryThatIsGoneIsDisputed() {
    List<Entry> own = entries(writer, tallies(writer, 1, 2));
    journal.withdraw(own.subList(0, 1));

    assertThat(journal.disputed(own)).containsExactly(0);
  }

  @Test
  void aWriteThatIsOverDisputesNothing() {
    Actor other = actor();
    assertThat(finish(other, tallies(other, 1), Outcome.DONE)).isZero();

    assertThat(journal.disputed(entries(writer, tallies(writer, 1)))).isEmpty();
  }

  // What a unit has recorded so far.

  @Test
  void aUnitTellsWhatItHasRecordedSoFar() {
    assertThat(store.recorded()).as("outside of any").isEmpty();
    List<List<RowState<?, ?>>> looks = new ArrayList<>();
    Written<Boolean> unused =
        unit(
            () -> {
              looks.add(store.recorded());
              tables.settings.save(new Setting("a", "1"));
              looks.add(store.recorded());
              tables.settings.save(new Setting("b", "1"));
              tables.settings.save(new Setting("a", "1"));
              looks.add(store.recorded());
              return true;
            });

    assertThat(looks).extracting(List::size).containsExactly(0, 1, 2);
    for (RowState<?, ?> state : looks.get(2)) {
      assertThat(state)
          .as("what is recorded anew is another object")
          .isNotSameAs(looks.get(1).get(0));
    }
    assertThat(store.recorded()).isEmpty();
  }

  // What a rehearsal leaves.

  private void rehearse(Consumer<Rehearsal.Trial> work, RowState<?, ?>... states) {
    store.apply(change(writer, states), new Scripted(work));
  }

  private RowState<Setting, String> setting(String name, String text) {
    return RowState.present(ContractEntities.SETTING, new Setting(name, text));
  }

  /** As the library's own: what happens in it is nobody else's concern. */
  private static final class Scripted implements Rehearsal {
    private final Consumer<Trial> work;

    Scripted(Consumer<Trial> work) {
      this.work = work;
    }

    @Override
    public Duration limit() {
      return Duration.ofSeconds(5);
    }

    @Override
    public void run(Trial trial) {
      try {
        work.accept(trial);
      } catch (RuntimeException e) {
        assertThat(e).isInstanceOfAny(CrossfadeException.class, IllegalStateException.class);
      }
    }
  }

  @Test
  void onlyTheChangeStays() {
    given(tables.settings, new Setting("old", "1"));
    List<List<RowState<?, ?>>> recorded = new ArrayList<>();

    rehearse(
        trial -> {
          recorded.add(
              trial.attempt(
                  () -> {
                    tables.settings.save(new Setting("a", "rehearsed"));
                    tables.settings.delete("old");
                  },
                  true));
          trial.bring(List.of(setting("b", "brought")));
          recorded.add(trial.attempt(() -> tables.settings.save(new Setting("b", "again")), true));
        },
        setting("a", "written"));

    assertStored(tables.settings, new Setting("a", "written"));
    assertStored(tables.settings, new Setting("old", "1"));
    assertAbsent(tables.settings, "b");
    if (!recorded.isEmpty()) {
      assertThat(recorded.get(0))
          .containsExactlyInAnyOrder(
              setting("a", ""), RowState.absent(ContractEntities.SETTING, "old"));
      assertThat(recorded.get(1)).containsExactly(setting("b", ""));
    }
  }

  @Test
  void aCallFindsWhatWasBroughtAndNotWhatWasTried() {
    List<Boolean> found = new ArrayList<>();
    rehearse(
        trial -> {
          trial.attempt(() -> tables.settings.save(new Setting("tried", "1")), true);
          trial.bring(List.of(setting("brought", "1")));
          trial.attempt(
              () -> {
                found.add(tables.settings.find("tried").isPresent());
                found.add(tables.settings.find("brought").isPresent());
              },
              true);
        },
        setting("a", "1"));

    assertThat(found).isIn(List.of(), List.of(false, true));
    assertStored(tables.settings, new Setting("a", "1"));
  }

  @Test
  void aRehearsalThatFailsFailsNothing() {
    for (Consumer<Rehearsal.Trial> failing :
        List.<Consumer<Rehearsal.Trial>>of(
            trial -> trial.attempt(() -> tables.items.save(item("a").withQuantity(-1)), true),
            trial -> trial.bring(List.of(RowState.present(ContractEntities.PINNED, orphan()))),
            trial ->
                trial.attempt(
                    () -> {
                      tables.settings.save(new Setting("b", "1"));
                      throw new IllegalStateException("the application's own");
                    },
                    true))) {
      rehearse(failing, setting("a", failing.toString()));
      assertStored(tables.settings, new Setting("a", failing.toString()));
      assertAbsent(tables.settings, "b");
    }
  }

  private static ContractEntities.Pinned orphan() {
    return new ContractEntities.Pinned(1, 4_711, "orphan");
  }

  @Test
  void aChangeWithoutRowsMayBeRehearsed() {
    rehearse(trial -> trial.attempt(() -> tables.settings.save(new Setting("a", "1")), true));

    assertAbsent(tables.settings, "a");
  }

  @Test
  void afterARehearsalUnitsAreRecordedAsEver() {
    rehearse(
        trial -> trial.attempt(() -> tables.settings.save(new Setting("a", "1")), true),
        setting("b", "1"));

    assertThat(tallies(writer, 1).states()).hasSize(1);
    assertThatThrownBy(() -> tables.settings.save(new Setting("c", "1")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFencedIncarnationRehearsesNothing() {
    store.instances().fence(writer.id);
    List<Rehearsal.Trial> ran = new ArrayList<>();

    assertThatThrownBy(() -> rehearse(ran::add, setting("a", "1")))
        .isInstanceOf(FencedException.class);
    assertThat(ran).isEmpty();
    assertAbsent(tables.settings, "a");
  }
}
