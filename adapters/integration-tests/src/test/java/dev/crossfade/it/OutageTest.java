package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.CrossfadeListener.SecondaryEvent;
import dev.crossfade.CrossfadeListener.WriteEvent;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PostgreSQL goes away for real: the network between does what networks do. */
class OutageTest {
  private static final Duration SECONDARY_WAIT = Duration.ofMillis(300);

  private static Scenario proxied(Stage stage) {
    return Scenario.with()
        .proxied()
        .settings(s -> s.secondaryWait(SECONDARY_WAIT))
        .postgres(p -> p.statementTimeout(Duration.ofSeconds(2)).lockWait(Duration.ofSeconds(1)))
        .startIn(stage);
  }

  private static void writeWithoutPostgres(Scenario app) {
    try (Writers writers = new Writers(app, 4)) {
      writers.awaitProgress();
      writers.awaitProgress();
      writers.stop();
      writers.check();
      assertThat(writers.failed()).as("writes that failed for their callers").isZero();
    }
    Duration longest =
        app.events.writes().stream()
            .map(WriteEvent::duration)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    // The wait for the other store is bounded; the rest is this machine's.
    assertThat(longest).isLessThan(SECONDARY_WAIT.plusSeconds(2));
    assertThat(app.migration.journal().entries()).as("backlog").isPositive();
  }

  @Test
  void writersGoOnWhilePostgresRefuses() {
    try (Scenario app = proxied(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "before", 1));
      app.proxy().refuse();
      writeWithoutPostgres(app);
      assertThat(
              app.events.secondaries(SecondaryEvent.Outcome.SKIPPED)
                  + app.events.secondaries(SecondaryEvent.Outcome.FAILED)
                  + app.events.secondaries(SecondaryEvent.Outcome.UNKNOWN))
          .isPositive();

      app.proxy().pass();
      app.assertSettled();
      app.accounts.save(account(1, "before", 2));
      await("writes reach it directly again")
          .atMost(Scenario.PATIENCE)
          .until(
              () -> {
                long applied = app.events.secondaries(SecondaryEvent.Outcome.APPLIED);
                app.accounts.save(account(1, "before", 3));
                return app.events.secondaries(SecondaryEvent.Outcome.APPLIED) > applied;
              });
    }
  }

  @Test
  void writersGoOnWhilePostgresIsABlackHole() {
    try (Scenario app = proxied(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "before", 1));
      app.proxy().blackHole();
      writeWithoutPostgres(app);

      app.proxy().pass();
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void aLostAnswerOfTheSecondaryIsNoFailureOfTheWrite() {
    try (Scenario app = proxied(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      for (int i = 0; i < 3; i++) {
        int faults = app.proxy().faults();
        app.proxy().loseReply(request -> lower(request).contains("account"));
        app.accounts.save(account(1, "a", 10 + i));
        await().atMost(Scenario.PATIENCE).until(() -> app.proxy().faults() > faults);
        app.proxy().pass();
        app.assertSettled();
      }
      for (int i = 0; i < 3; i++) {
        int faults = app.proxy().faults();
        app.proxy().loseReply(request -> lower(request).startsWith("commit"));
        int balance = 20 + i;
        app.crossfade.unit(
            Scenario.MIGRATION,
            () -> {
              app.accounts.save(account(1, "a", balance));
              app.entries.insert(new Entry(null, 1, BigDecimal.valueOf(balance)));
            });
        await().atMost(Scenario.PATIENCE).until(() -> app.proxy().faults() > faults);
        app.proxy().pass();
        app.assertSettled();
      }
      assertThat(app.events.writes()).allMatch(write -> write.failure() == null);
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("a, 22,");
    }
  }

  @Tag("exhaustive")
  @Test
  void theApplicationStartsWhileTheSecondaryIsDown() {
    try (Scenario app = proxied(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      app.shutDown();
      app.proxy().refuse();
      app.open();

      app.accounts.save(account(1, "a", 2));
      app.accounts.save(account(2, "b", 2));
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("a, 1,");

      app.proxy().pass();
      app.assertSettled();
      assertThat(app.rows.row(Side.TARGET, "account", 1)).startsWith("a, 2,");
    }
  }

  @Tag("exhaustive")
  @Test
  void thePrimaryRefuses() {
    try (Scenario app = proxied(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      app.proxy().refuse();

      assertThatThrownBy(() -> app.accounts.save(account(1, "a", 2)))
          .isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
      // A connection of the pool may have died unnoticed; unknown is the careful answer then.
      assertThatThrownBy(() -> app.accounts.save(account(2, "b", 2)))
          .isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
      assertThatThrownBy(() -> app.accounts.find(1L)).isInstanceOf(StoreUnavailableException.class);

      app.proxy().pass();
      await("the primary is back")
          .atMost(Scenario.PATIENCE)
          .ignoreExceptionsInstanceOf(CrossfadeException.class)
          .until(() -> app.accounts.save(account(3, "c", 3)).id() == 3);
      app.assertSettled();
      assertThat(app.rows.table(Side.TARGET, "account")).doesNotContainKey("account 2");
    }
  }

  /** The server has it, the caller does not know: nothing is applied on top, and repair settles. */
  @Tag("exhaustive")
  @Test
  void thePrimaryLosesItsAnswers() {
    try (Scenario app = proxied(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      Worlds<Map<Long, Long>> worlds = new Worlds<>(Map.of(1L, 1L));
      int unknown = 0;
      for (long i = 2; i <= 6; i++) {
        long balance = i;
        boolean unit = i % 2 == 0;
        app.proxy()
            .loseReply(
                request ->
                    unit
                        ? lower(request).startsWith("commit")
                        : lower(request).contains("\"account\""));
        Runnable write =
            unit
                ? () ->
                    app.crossfade.unit(
                        Scenario.MIGRATION,
                        () -> {
                          app.accounts.save(account(1, "a", balance));
                          app.accounts.save(account(2, "b", balance));
                        })
                : () -> app.accounts.save(account(1, "a", balance));
        Outcome outcome =
            worlds.attempt(
                write,
                world -> {
                  Map<Long, Long> next = new TreeMap<>(world);
                  next.put(1L, balance);
                  if (unit) {
                    next.put(2L, balance);
                  }
                  return next;
                });
        unknown += outcome == Outcome.UNKNOWN ? 1 : 0;
        app.proxy().pass();
      }
      app.assertSettled();
      Map<Long, Long> found = new TreeMap<>();
      for (Account account : app.accounts.scan(null, 10)) {
        found.put(account.id(), account.balance().longValue());
      }
      assertThat(found).isIn(worlds.possible());
      assertThat(unknown).isPositive();
    }
  }

  @Tag("exhaustive")
  @Test
  void thePrimaryIsABlackHole() {
    try (Scenario app = proxied(Stage.LIVE);
        Writers writers = new Writers(app, 3)) {
      writers.awaitProgress();
      app.proxy().blackHole();
      app.proxy().refuse();
      await("writers are told").atMost(Scenario.PATIENCE).until(() -> writers.failed() > 3);
      app.proxy().pass();
      writers.awaitProgress();
      writers.stop();
      app.assertSettled();
      writers.check();
    }
  }

  private static String lower(String request) {
    return request.toLowerCase(Locale.ROOT);
  }
}
