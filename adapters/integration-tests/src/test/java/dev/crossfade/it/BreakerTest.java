package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.AvailabilityEvent;
import dev.crossfade.CrossfadeListener.SecondaryEvent.Outcome;
import dev.crossfade.CrossfadeListener.WriteEvent;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore.Step;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A secondary that hangs costs callers their wait once, and is used again once it takes changes.
 */
class BreakerTest {
  private static final Duration WAIT = Duration.ofMillis(500);

  private static Scenario.Options impatient() {
    return Scenario.with()
        .settings(s -> s.secondaryWait(WAIT).secondaryLimit(Duration.ofSeconds(1)));
  }

  /** One waits for as long as callers wait; all others, one after the other, do not. */
  private static void assertOneWaits(Scenario app) {
    int before = app.events.writes().size();
    for (int i = 0; i < 30; i++) {
      app.accounts.save(account(1, "a", i));
    }
    List<WriteEvent> writes = app.events.writes().subList(before, before + 30);
    assertThat(writes).allMatch(write -> write.failure() == null);
    assertThat(writes.stream().filter(write -> write.duration().compareTo(WAIT) >= 0).toList())
        .hasSizeLessThanOrEqualTo(1);
    assertThat(app.migration.secondaryAvailable()).isFalse();
  }

  private static void awaitDirectWrites(Scenario app, long id) {
    await("writes reach the secondary directly")
        .atMost(Scenario.PATIENCE)
        .until(
            () -> {
              long applied = app.events.secondaries(Outcome.APPLIED);
              app.accounts.save(account(id, "direct " + id, 3));
              return app.events.secondaries(Outcome.APPLIED) > applied;
            });
  }

  @Test
  void aBlackHoleCostsOneWait() {
    try (Scenario app = impatient().proxied().startIn(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      app.proxy().blackHole();
      assertOneWaits(app);
      app.proxy().pass();
      awaitDirectWrites(app, 2);
    }
  }

  /** Heartbeats get through all the while: they must not make the next caller wait. */
  @Test
  void aLockedTableCostsOneWaitAndNoHeartbeatClosesTheBreaker() throws SQLException {
    try (Scenario app = impatient().startIn(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      try (Connection other = app.database().open();
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("lock table account in access exclusive mode");
        assertOneWaits(app);
        long before = app.postgres.calls(Step.INSTANCES);
        await("heartbeats")
            .atMost(Scenario.PATIENCE)
            .until(() -> app.postgres.calls(Step.INSTANCES) > before + 2);
        assertOneWaits(app);
        other.rollback();
      }
      awaitDirectWrites(app, 2);
      assertThat(app.events.all(AvailabilityEvent.class))
          .extracting(AvailabilityEvent::available)
          .containsExactly(false, true);
    }
  }

  @Tag("exhaustive")
  @Test
  void aLockedRowKeepsOtherWritesOutForAMoment() throws SQLException {
    try (Scenario app = impatient().startIn(Stage.DUAL_WRITE)) {
      for (int i = 1; i <= 300; i++) {
        app.accounts.save(account(i, "a" + i, 1));
      }
      try (Connection other = app.database().open();
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("select * from account where id = 7 for update");
        app.accounts.save(account(7, "a7", 2));
        assertThat(app.migration.secondaryAvailable()).isFalse();
        for (int i = 1; i <= 300; i++) {
          app.accounts.save(account(i, "a" + i, i == 7 ? 2 : 3));
        }
        awaitDirectWrites(app, 1_000);
        await("all others are there")
            .atMost(Scenario.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(
                            app.rows.count(
                                Side.TARGET, "select count(*) from account where balance = 3"))
                        .isEqualTo(300));
        assertThat(app.migration.journal().parked()).isZero();
        other.rollback();
      }
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void aReadOnlyServerCostsNothing() {
    try (Scenario app = impatient().startIn(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      readOnly(app, true);
      assertOneWaits(app);
      assertThat(app.migration.journal().parked()).isZero();
      readOnly(app, false);
      awaitDirectWrites(app, 2);
    }
  }

  private static void readOnly(Scenario app, boolean on) {
    app.rows.execute(
        Side.TARGET,
        List.of(
            "set default_transaction_read_only = off",
            "do $$ begin execute format('alter database %I set default_transaction_read_only = "
                + (on ? "on" : "off")
                + "', current_database()); end $$",
            "select pg_terminate_backend(pid) from pg_stat_activity where datname ="
                + " current_database() and pid <> pg_backend_pid()"
                + " and application_name like 'crossfade%'"));
  }

  /** SQLite as the secondary: another program holds the file. */
  @Tag("exhaustive")
  @Test
  void aHeldFileCostsOneWait() throws SQLException {
    try (Scenario app =
        impatient().sqlite(s -> s.busyTimeout(Duration.ofSeconds(1))).startIn(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + app.file());
          Statement statement = other.createStatement()) {
        statement.execute("pragma busy_timeout = 10000");
        statement.execute("begin immediate");
        assertOneWaits(app);
        statement.execute("rollback");
      }
      awaitDirectWrites(app, 2);
    }
  }

  @Tag("exhaustive")
  @Test
  void aRefusedRowDoesNotOpenTheBreaker() {
    try (Scenario app = impatient().startIn(Stage.DUAL_WRITE)) {
      app.rows.execute(
          Side.TARGET, "alter table account add constraint no_bad check (code <> 'bad')");
      for (int i = 0; i < 20; i++) {
        app.accounts.save(account(1, "bad", i));
      }
      assertThat(app.migration.secondaryAvailable()).isTrue();
      assertThat(app.events.secondaries(Outcome.SKIPPED)).isZero();
      app.rows.execute(Side.TARGET, "alter table account drop constraint no_bad");
    }
  }
}
