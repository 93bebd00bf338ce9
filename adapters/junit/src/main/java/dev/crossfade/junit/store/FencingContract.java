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
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
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
    assertThat(heartbeat(incarnation, PULSE)).as("before it is registered").isFalse();

    instances.register(incarnation, origin(incarnation, "one", MIGRATION), PULSE);
    instances.register(incarnation, origin(incarnation, "again", MIGRATION), PULSE);

    assertThat(heartbeat(incarnation, PULSE)).isTrue();
    assertThat(instances.expired(MIGRATION, AN_HOUR)).isEmpty();
  }

  @Test
  void anUnknownHeartbeatRegistersNobody() {
    UUID stranger = new UUID(7, 7);
    assertThat(heartbeat(stranger, PULSE)).isFalse();
    assertThat(heartbeat(stranger, PULSE)).isFalse();
    assertThat(instances.expired(MIGRATION, Duration.ZERO)).doesNotContain(stranger);
  }

  @Test
  void aFenceIsForGoodAndSafeToRepeat() {
    instances.fence(writer.id);
    instances.fence(writer.id);
    instances.register(writer.id, origin(writer.id, "again", MIGRATION), PULSE);

    assertThat(heartbeat(writer.id, PULSE)).isFalse();
    assertThatThrownBy(() -> apply(tally(1))).isInstanceOf(FencedException.class);
    assertAbsent(tables.tallies, 1);
  }

  @Test
  void anIncarnationNobodyKnowsCanBeFencedBeforeItRegisters() {
    Actor late = new Actor(MIGRATION);
    instances.fence(late.id);

    instances.register(late.id, origin(late.id, "late", MIGRATION), PULSE);

    assertThat(heartbeat(late.id, PULSE)).isFalse();
    assertThatThrownBy(() -> store.apply(change(late, tally(1))))
        .isInstanceOf(FencedException.class);
  }

  @Test
  void aFenceHitsOneIncarnationOnly() {
    Actor other = actor();
    instances.fence(writer.id);

    store.apply(change(other, tally(5)));

    assertThat(total()).isEqualTo(5);
    assertThat(heartbeat(other.id, PULSE)).isTrue();
  }

  @Test
  void aFenceWaitsForAChangeThatIsUnderWay() {
    verifiedOnlyIf(environment.unitsHoldRows(), "a fence waits for a change that waits for a row");
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

    assertThat(heartbeat(silent.id, PULSE)).isTrue();
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
    instances.register(other.id, origin(other.id, "other", "another"), PULSE);
    Crew.await(
        "both expire",
        () ->
            instances.expired("another", Duration.ofMillis(30)).equals(List.of(other.id))
                && instances.expired(MIGRATION, Duration.ofMillis(30)).equals(List.of(writer.id)));
    assertThat(instances.expired("unknown", Duration.ZERO)).isEmpty();
  }

  // Who takes part, and what they say.

  private Member member(UUID incarnation) {
    return instances.members(MIGRATION).stream()
        .filter(member -> member.incarnation().equals(incarnation))
        .findFirst()
        .orElseThrow();
  }

  private boolean lives(UUID incarnation, Duration lease) {
    return member(incarnation).lives(lease);
  }

  @Test
  void membersAreThoseOfTheMigrationByName() {
    UUID first = new UUID(7, 2);
    UUID second = new UUID(7, 1);
    UUID elsewhere = new UUID(7, 3);
    instances.register(second, origin(second, "zoe", MIGRATION), PULSE);
    instances.register(first, origin(first, "ann", MIGRATION), PULSE);
    instances.register(elsewhere, origin(elsewhere, "bob", "another"), PULSE);

    assertThat(instances.members(MIGRATION))
        .extracting(Member::incarnation)
        .containsExactly(first, writer.id, second);
    assertThat(instances.members("another"))
        .extracting(Member::incarnation)
        .containsExactly(elsewhere);
    assertThat(instances.members("unknown")).isEmpty();
  }

  @Test
  void aMemberIsWhatItRegisteredAsAndSaidLast() {
    UUID incarnation = new UUID(7, 1);
    Origin origin = new Origin(new UUID(7, 0), "pod-é-1", "1.2.3-rc.4+5", MIGRATION);
    Pulse first = new Pulse(Stage.SHADOW, 3, new Counts(1, 2, 3, 4));
    Pulse second =
        new Pulse(null, Long.MAX_VALUE, new Counts(1L << 40, 1L << 41, 1L << 42, 1L << 43));

    instances.register(incarnation, origin, first);
    assertThat(member(incarnation).origin()).isEqualTo(origin);
    assertThat(member(incarnation).pulse()).isEqualTo(first);
    assertThat(member(incarnation).fenced()).isFalse();

    instances.register(incarnation, origin(writer.id, "another", MIGRATION), second);
    assertThat(member(incarnation).origin()).as("as it was registered").isEqualTo(origin);
    assertThat(member(incarnation).pulse()).isEqualTo(first);

    assertThat(heartbeat(incarnation, second)).isTrue();
    assertThat(member(incarnation).origin()).isEqualTo(origin);
    assertThat(member(incarnation).pulse()).isEqualTo(second);
    assertThat(member(writer.id).pulse()).as("that of another one").isEqualTo(PULSE);
  }

  @Test
  void aFencedMemberIsRememberedAsItWas() {
    Pulse said = new Pulse(Stage.LIVE, 2, new Counts(10, 1, 5, 0));
    Pulse late = new Pulse(Stage.OFF, 3, new Counts(11, 1, 5, 0));
    assertThat(heartbeat(writer.id, said)).isTrue();

    instances.fence(writer.id);
    assertThat(heartbeat(writer.id, late)).isFalse();

    assertThat(member(writer.id).fenced()).isTrue();
    assertThat(member(writer.id).pulse()).isEqualTo(said);
    assertThat(lives(writer.id, AN_HOUR)).isFalse();
  }

  @Test
  void whoWasFencedBeforeItRegisteredIsNoMember() {
    instances.fence(new UUID(7, 1));
    instances.register(new UUID(7, 1), origin(new UUID(7, 1), "late", MIGRATION), PULSE);

    assertThat(instances.members(MIGRATION))
        .extracting(Member::incarnation)
        .containsExactly(writer.id);
  }

  @Test
  void aMemberLivesWhileItIsHeardOf() {
    assertThat(lives(writer.id, AN_HOUR)).isTrue();
    assertThat(member(writer.id).silentFor()).isBetween(Duration.ZERO, LIMIT);
    Crew.await("it is silent for long enough", () -> !lives(writer.id, Duration.ofMillis(30)));

    Duration silent = member(writer.id).silentFor();
    assertThat(heartbeat(writer.id, PULSE)).isTrue();

    assertThat(silent).isGreaterThanOrEqualTo(Duration.ofMillis(30));
    assertThat(lives(writer.id, LIMIT)).isTrue();
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
    assertThat(instances.members(MIGRATION))
        .extracting(Member::incarnation)
        .contains(writer.id, alive.id)
        .doesNotContain(idle.id);
    assertThat(heartbeat(alive.id, PULSE)).isTrue();
    assertThat(instances.fencedOwners()).containsExactly(writer.id);
    assertThatThrownBy(() -> store.apply(change(idle, tally(1))))
        .as("who is forgotten is unknown")
        .isInstanceOf(FencedException.class);
    assertThatThrownBy(() -> apply(tally(1))).isInstanceOf(FencedException.class);
  }
}
