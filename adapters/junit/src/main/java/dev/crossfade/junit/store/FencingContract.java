package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.crossfade.Stage;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Instances;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Incarnations: who lives, who is fenced, for good and not before its last change is over. */
abstract class FencingContract extends ContractTheme {
  private static final Duration A_MOMENT = Duration.ofMillis(250);
  private static final Duration AN_HOUR = Duration.ofHours(1);

  private Instances instances;

  FencingContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @BeforeEach
  void instances() {
    instances = store.instances();
  }

  private static RowState<Tally, Integer> tally(int total) {
    return RowState.present(ContractEntities.TALLY, new Tally(1, total));
  }

  private long total() {
    return tables.tallies.find(1).orElseThrow().total();
  }

  @Test
  void aRegisteredIncarnationLives() {
    UUID incarnation = new UUID(7, 7);
    assertThat(heartbeat(incarnation, null)).as("before it is registered").isFalse();

    instances.register(incarnation, "one", MIGRATION, null);
    instances.register(incarnation, "the same again", MIGRATION, null);

    assertThat(heartbeat(incarnation, null)).isTrue();
    assertThat(instances.expired(MIGRATION, AN_HOUR)).isEmpty();
  }

  @Test
  void anUnknownHeartbeatRegistersNobody() {
    UUID stranger = new UUID(7, 7);
    assertThat(heartbeat(stranger, null)).isFalse();
    assertThat(heartbeat(stranger, null)).isFalse();
    assertThat(instances.expired(MIGRATION, Duration.ZERO)).doesNotContain(stranger);
  }

  @Test
  void aFenceIsForGoodAndSafeToRepeat() {
    instances.fence(writer.id);
    instances.fence(writer.id);
    instances.register(writer.id, "again", MIGRATION, null);

    assertThat(heartbeat(writer.id, null)).isFalse();
    assertThatThrownBy(() -> apply(tally(1))).isInstanceOf(FencedException.class);
    assertAbsent(tables.tallies, 1);
  }

  @Test
  void anIncarnationNobodyKnowsCanBeFencedBeforeItRegisters() {
    Actor late = new Actor(MIGRATION);
    instances.fence(late.id);

    instances.register(late.id, "late", MIGRATION, null);

    assertThat(heartbeat(late.id, null)).isFalse();
    assertThatThrownBy(() -> store.apply(change(late, tally(1))))
        .isInstanceOf(FencedException.class);
  }

  @Test
  void aFenceHitsOneIncarnationOnly() {
    Actor other = actor();
    instances.fence(writer.id);

    store.apply(change(other, tally(5)));

    assertThat(total()).isEqualTo(5);
    assertThat(heartbeat(other.id, null)).isTrue();
  }

  @Test
  void aFenceWaitsForAChangeThatIsUnderWay() {
    given(tables.tallies, new Tally(1, 0));
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Actor victim = actor();
    try (Crew crew = new Crew()) {
      Future<?> holder =
          crew.start(
              () ->
                  unit(
                      () -> {
                        tables.tallies.save(new Tally(1, 100));
                        held.countDown();
                        Crew.await(release);
                        return true;
                      }));
      Crew.await(held);
      Future<Throwable> change =
          crew.start(() -> catchThrowable(() -> store.apply(change(victim, tally(200)))));
      Crew.isOverWithin(change, A_MOMENT);
      Future<?> fence =
          crew.start(
              () -> {
                instances.fence(victim.id);
                return true;
              });
      Crew.isOverWithin(fence, A_MOMENT);
      if (fence.isDone()) {
        release.countDown();
        Crew.get(holder);
        assertThat(Crew.get(change))
            .as("a change that was under way when its incarnation had been fenced")
            .isInstanceOf(FencedException.class);
        assertThat(total()).isEqualTo(100);
        return;
      }
      release.countDown();
      Crew.get(holder);
      Crew.get(fence);
      long atTheFence = total();
      Throwable refused = Crew.get(change);
      assertThat(total()).as("after the fence nothing changes").isEqualTo(atTheFence);
      assertThat(atTheFence).isEqualTo(refused == null ? 200 : 100);
    }
  }

  @Test
  void whenAFenceReturnsTheLastChangeHasBeenMade() {
    given(tables.tallies, new Tally(1, 0));
    for (int round = 0; round < 10; round++) {
      Actor victim = actor();
      AtomicInteger next = new AtomicInteger(round * 1_000_000);
      try (Crew crew = new Crew()) {
        List<Future<Integer>> changers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          changers.add(
              crew.start(
                  () -> {
                    int made = 0;
                    try {
                      while (true) {
                        store.apply(change(victim, tally(next.incrementAndGet())));
                        made++;
                      }
                    } catch (FencedException e) {
                      return made;
                    }
                  }));
        }
        int from = round * 1_000_000;
        Crew.await("some changes", () -> next.get() > from + 10);
        instances.fence(victim.id);
        long atTheFence = total();
        changers.forEach(Crew::get);
        assertThat(total()).as("after the fence nothing changes").isEqualTo(atTheFence);
      }
    }
  }

  @Test
  void whoSaysNothingExpires() {
    Actor silent = actor();
    Crew.await(
        "the silent one expires",
        () -> instances.expired(MIGRATION, Duration.ofMillis(30)).contains(silent.id));
    assertThat(instances.expired(MIGRATION, AN_HOUR)).isEmpty();

    assertThat(heartbeat(silent.id, null)).isTrue();
    assertThat(instances.expired(MIGRATION, Duration.ofSeconds(30))).isEmpty();

    instances.fence(silent.id);
    Crew.await(
        "the other one expires",
        () -> instances.expired(MIGRATION, Duration.ofMillis(30)).contains(writer.id));
    assertThat(instances.expired(MIGRATION, Duration.ZERO)).as("fenced").doesNotContain(silent.id);
  }

  @Test
  void whoTakesPartInAnotherMigrationExpiresThere() {
    Actor other = new Actor("another");
    instances.register(other.id, "other", "another", null);
    Crew.await(
        "both expire",
        () ->
            instances.expired("another", Duration.ofMillis(30)).equals(List.of(other.id))
                && instances.expired(MIGRATION, Duration.ofMillis(30)).equals(List.of(writer.id)));
    assertThat(instances.expired("unknown", Duration.ZERO)).isEmpty();
  }

  // What their settings want.

  private List<String> wishes(Duration lease) {
    return instances.wishes(MIGRATION, lease).stream()
        .map(wish -> wish.instance() + " " + wish.stage().id())
        .toList();
  }

  @Test
  void wishesAreThoseOfTheLastHeartbeat() {
    UUID first = new UUID(7, 1);
    UUID second = new UUID(7, 2);
    instances.register(second, "second", MIGRATION, Stage.SHADOW);
    instances.register(first, "first", MIGRATION, null);
    instances.register(new UUID(7, 3), "elsewhere", "another", Stage.OFF);
    assertThat(wishes(AN_HOUR)).containsExactly("second shadow");

    assertThat(heartbeat(first, Stage.DUAL_WRITE)).isTrue();
    assertThat(instances.wishes(MIGRATION, AN_HOUR))
        .containsExactly(
            new Instances.Wish(first, "first", Stage.DUAL_WRITE),
            new Instances.Wish(second, "second", Stage.SHADOW));

    assertThat(heartbeat(second, Stage.LIVE)).isTrue();
    assertThat(heartbeat(first, null)).isTrue();
    assertThat(wishes(AN_HOUR)).containsExactly("second live");
    assertThat(instances.wishes("unknown", AN_HOUR)).isEmpty();
  }

  @Test
  void theFencedAndTheSilentWantNothing() {
    instances.register(new UUID(7, 1), "fenced", MIGRATION, Stage.SHADOW);
    instances.register(new UUID(7, 2), "silent", MIGRATION, Stage.SHADOW);
    instances.fence(new UUID(7, 1));
    assertThat(heartbeat(new UUID(7, 1), Stage.LIVE)).isFalse();

    assertThat(wishes(AN_HOUR)).containsExactly("silent shadow");
    Crew.await("it is silent for long enough", () -> wishes(Duration.ofMillis(30)).isEmpty());
    assertThat(heartbeat(new UUID(7, 2), Stage.SHADOW)).isTrue();
    assertThat(wishes(Duration.ofSeconds(30))).containsExactly("silent shadow");
  }

  // Who is gone.

  @Test
  void fencedOwnersAreThoseWithEntries() {
    Actor idle = actor();
    save(writer, tables.tallies, new Tally(1, 1));
    assertThat(instances.fencedOwners()).isEmpty();

    instances.fence(idle.id);
    assertThat(instances.fencedOwners()).isEmpty();
    instances.fence(writer.id);
    assertThat(instances.fencedOwners()).containsExactly(writer.id);

    Actor repair = actor();
    Journal.Taken taken = journal.take(repair.entry(1), 10);
    assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    assertThat(instances.fencedOwners()).isEmpty();
  }

  @Test
  void strangersOwnEntriesAndAreNotRegistered() {
    UUID unknown = new UUID(9, 9);
    Mark mark = new Mark(MIGRATION, 1, Mark.Kind.ENTRY, unknown, () -> 1L);
    save(writer, tables.tallies, new Tally(1, 1));
    assertThat(instances.strangers(MIGRATION)).isEmpty();

    journal.mark(mark, List.of(Span.point("tally", new byte[] {1})));
    assertThat(instances.strangers(MIGRATION)).containsExactly(unknown);
    assertThat(instances.strangers("another")).isEmpty();

    instances.fence(unknown);
    assertThat(instances.strangers(MIGRATION)).isEmpty();
    assertThat(journal.take(actor().entry(1), 10).taken())
        .extracting(Entry::owner)
        .containsExactly(unknown);
  }

  @Test
  void theForgottenAreFencedSilentAndWithoutEntries() {
    Actor idle = actor();
    Actor alive = actor();
    save(writer, tables.tallies, new Tally(1, 1));
    instances.fence(writer.id);
    instances.fence(idle.id);

    assertThat(instances.forget(AN_HOUR)).isZero();
    AtomicInteger forgotten = new AtomicInteger();
    Crew.await(
        "the idle one is forgotten",
        () -> forgotten.addAndGet(instances.forget(Duration.ofMillis(5))) > 0);

    assertThat(forgotten).hasValue(1);
    assertThat(heartbeat(alive.id, null)).isTrue();
    assertThat(instances.fencedOwners()).containsExactly(writer.id);
    assertThatThrownBy(() -> store.apply(change(idle, tally(1))))
        .as("who is forgotten is unknown")
        .isInstanceOf(FencedException.class);
    assertThatThrownBy(() -> apply(tally(1))).isInstanceOf(FencedException.class);
  }
}
