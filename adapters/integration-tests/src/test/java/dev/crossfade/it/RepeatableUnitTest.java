package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConflictException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Units of work that the application lets be run again. */
class RepeatableUnitTest {
  private static void saveTwo(Scenario app, AtomicInteger runs) {
    app.crossfade.repeatableUnit(
        Scenario.MIGRATION,
        () -> {
          runs.incrementAndGet();
          app.preferences.save(new Preference("before", "x"));
          app.accounts.save(account(1, "a", 5));
        });
  }

  /** PostgreSQL gives it up so many times; what a rollback does not undo counts them. */
  private static void giveUp(Scenario app, int times) {
    app.rows.execute(
        Side.TARGET,
        List.of(
            "create sequence tries",
            """
            create function give_up() returns trigger language plpgsql as $$
            begin
              if nextval('tries') <= %d then
                raise exception 'again' using errcode = '40P01';
              end if;
              return new;
            end $$
            """
                .formatted(times),
            "create trigger give_up before insert on account"
                + " for each row execute function give_up()"));
  }

  @Test
  void aUnitThatIsGivenUpIsRunAgainUpToThreeTimes() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      giveUp(app, 3);
      AtomicInteger runs = new AtomicInteger();

      saveTwo(app, runs);

      assertThat(runs).hasValue(4);
      assertThat(app.rows.all(Side.TARGET)).hasSize(2);
      assertThat(app.events.writes().get(0).retries()).isEqualTo(3);
    }
  }

  @Tag("exhaustive")
  @Test
  void afterThreeTimesTheCallerHearsOfIt() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      giveUp(app, 4);
      AtomicInteger runs = new AtomicInteger();

      assertThatThrownBy(() -> saveTwo(app, runs)).isInstanceOf(ConflictException.class);

      assertThat(runs).hasValue(4);
      assertThat(app.rows.all(Side.TARGET)).isEmpty();
      saveTwo(app, runs);
    }
  }

  @Tag("exhaustive")
  @Test
  void anInterruptedThreadGivesUpAtOnce() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      giveUp(app, 100);
      AtomicInteger runs = new AtomicInteger();

      assertThatThrownBy(
              () ->
                  app.crossfade.repeatableUnit(
                      Scenario.MIGRATION,
                      () -> {
                        runs.incrementAndGet();
                        try {
                          app.accounts.save(account(1, "a", 5));
                        } finally {
                          Thread.currentThread().interrupt();
                        }
                      }))
          .isInstanceOf(ConflictException.class);

      assertThat(Thread.interrupted()).as("the flag stays set").isTrue();
      assertThat(runs).hasValue(1);
    }
  }

  /** What the application does in an ordinary unit is not ours to repeat. */
  @Tag("exhaustive")
  @Test
  void anOrdinaryUnitRunsOnce() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      giveUp(app, 1);
      AtomicInteger runs = new AtomicInteger();

      assertThatThrownBy(
              () ->
                  app.crossfade.unit(
                      Scenario.MIGRATION,
                      () -> {
                        runs.incrementAndGet();
                        app.accounts.save(account(1, "a", 5));
                      }))
          .isInstanceOf(ConflictException.class);
      assertThat(runs).hasValue(1);
    }
  }

  @Tag("exhaustive")
  @Test
  void nothingElseIsRepeated() {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      AtomicInteger runs = new AtomicInteger();
      app.primaryStore().plan(Fault.REPLY_LOST, 1, Step.MARK_AND_WRITE);
      assertThatThrownBy(() -> saveTwo(app, runs)).isInstanceOf(OutcomeUnknownException.class);
      assertThat(runs).as("unknown outcome").hasValue(1);
      app.primaryStore().heal();
      app.assertSettled();

      assertThatThrownBy(
              () ->
                  app.crossfade.repeatableUnit(
                      Scenario.MIGRATION,
                      () -> {
                        runs.incrementAndGet();
                        app.accounts.insert(account(1, "again", 5));
                      }))
          .isInstanceOf(DuplicateKeyException.class);
      assertThat(runs).as("a refusal").hasValue(2);
    }
  }

  /** Two that lock the same rows the other way round: one is the victim, and comes again. */
  @Tag("exhaustive")
  @Test
  void aDeadlockIsOvercome() throws Exception {
    try (Scenario app = Scenario.in(Stage.LIVE)) {
      app.accounts.saveAll(List.of(account(1, "a", 0), account(2, "b", 0)));
      AtomicInteger runs = new AtomicInteger();
      CyclicBarrier bothHoldOne = new CyclicBarrier(2);

      CompletableFuture<?> there = crossing(app, runs, bothHoldOne, 1, 2);
      CompletableFuture<?> back = crossing(app, runs, bothHoldOne, 2, 1);
      there.get(120, TimeUnit.SECONDS);
      back.get(120, TimeUnit.SECONDS);

      assertThat(runs).hasValueGreaterThan(2);
      assertThat(app.accounts.findAll(List.of(1L, 2L)))
          .extracting(Account::balance)
          .allSatisfy(balance -> assertThat(balance).isEqualByComparingTo("2"));
    }
  }

  private static CompletableFuture<?> crossing(
      Scenario app, AtomicInteger runs, CyclicBarrier bothHoldOne, long first, long second) {
    AtomicInteger own = new AtomicInteger();
    return CompletableFuture.runAsync(
        () ->
            app.crossfade.repeatableUnit(
                Scenario.MIGRATION,
                () -> {
                  runs.incrementAndGet();
                  app.accounts.add(first, BigDecimal.ONE);
                  if (own.incrementAndGet() == 1) {
                    await(bothHoldOne);
                  }
                  app.accounts.add(second, BigDecimal.ONE);
                }));
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(120, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
