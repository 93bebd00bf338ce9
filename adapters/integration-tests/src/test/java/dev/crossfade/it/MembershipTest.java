package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.FencingEvent;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.postgres.Credentials;
import dev.crossfade.postgres.PostgresStore;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several processes: who counts as alive, whose entries are taken over, and by whom. */
class MembershipTest {
  private static Settings.Builder quick(Settings.Builder settings) {
    return settings.heartbeat(Duration.ofMillis(100)).lease(Duration.ofSeconds(1));
  }

  private static Settings sibling(String name) {
    return quick(Settings.builder()).instance(name).writeWait(Duration.ofSeconds(5)).build();
  }

  private static long silent(FencingEvent.Cause cause, Scenario app) {
    return app.events.all(FencingEvent.class).stream().filter(e -> e.cause() == cause).count();
  }

  /** The secondary's table of who lives is as fresh as the primary's, whatever repair does. */
  @Test
  void aLongRepairDoesNotMakeTheNextPrimaryTakeAnybodyForDead() throws Exception {
    try (Scenario app = Scenario.with().settings(MembershipTest::quick).startIn(Stage.SHADOW);
        Sibling other = new Sibling(app, sibling("sibling"))) {
      assertThat(app.migration.verify().differences()).isEmpty();
      app.sqlite.plan(Fault.HELD_BEFORE, 1, Step.TAKE);
      app.sqlite.awaitHit(Scenario.PATIENCE);
      long beats = app.postgres.calls(Step.INSTANCES);
      await("heartbeats for longer than the lease")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.postgres.calls(Step.INSTANCES) > beats + 15);
      assertThat(
              app.rows.count(
                  Side.TARGET,
                  "select count(*) from crossfade.heartbeats"
                      + " where heartbeat_at > clock_timestamp() - interval '1 second'"))
          .isEqualTo(2);
      app.sqlite.release();

      app.migration.moveTo(Stage.LIVE);
      other.accounts().save(account(1, "a", 1));
      app.accounts.save(account(2, "b", 1));
      assertThat(
              app.rows.count(Side.TARGET, "select count(*) from crossfade.instances where fenced"))
          .isZero();
    }
  }

  /** Whatever the table of incarnations has lost, the journal's keys find somebody. */
  @Test
  void entriesOfOwnersThatNobodyKnowsAreAdopted() {
    try (Scenario app = Scenario.with().settings(MembershipTest::quick).startIn(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      app.assertSettled();
      app.rows.execute(Side.TARGET, "update account set balance = 99 where id = 1");
      app.rows.execute(
          Side.LEGACY,
          "insert into crossfade_entry (owner, id, migration, entity, key_from, is_range, made_at)"
              + " values ('00000000-0000-0009-0000-000000000009', 1, '"
              + Scenario.MIGRATION
              + "', 'account', x'8000000000000001', 0, 0)");
      app.assertSettled();
      assertThat(silent(FencingEvent.Cause.SILENT, app)).isEqualTo(1);
    }
  }

  /** Its own row as well: it goes on as a new incarnation, and nothing of the old one stays. */
  @Tag("exhaustive")
  @Test
  void aProcessWhoseRowIsGoneGoesOnAsANewOne() {
    try (Scenario app = Scenario.with().settings(MembershipTest::quick).startIn(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      app.rows.execute(Side.TARGET, "delete from crossfade.instances");
      for (int i = 0; i < 50; i++) {
        app.accounts.save(account(1, "a", i));
      }
      await("it has noticed")
          .until(
              () ->
                  app.rows.count(
                          Side.TARGET, "select count(*) from crossfade.instances where not fenced")
                      == 1);
      app.assertSettled();
    }
  }

  /** Cut off for longer than the lease, taken for dead, and back. */
  @Tag("exhaustive")
  @Test
  void whoWasCutOffIsFencedAndComesBackAsANewIncarnation() {
    try (Scenario app =
        Scenario.with()
            .proxied()
            .settings(s -> quick(s).secondaryWait(Duration.ofMillis(500)))
            .postgres(p -> p.statementTimeout(Duration.ofSeconds(2)))
            .startIn(Stage.LIVE)) {
      app.accounts.save(account(1, "a", 1));
      try (Sibling other =
          new Sibling(app, sibling("sibling"), app.newSqliteStore(), direct(app))) {
        app.proxy().blackHole();
        app.proxy().refuse();
        await("it is taken for dead")
            .atMost(Scenario.PATIENCE)
            .until(
                () ->
                    app.rows.count(
                            Side.TARGET, "select count(*) from crossfade.instances where fenced")
                        == 1);
        other.accounts().save(account(1, "a", 2));
        app.proxy().pass();
        await("it writes again")
            .atMost(Scenario.PATIENCE)
            .ignoreExceptionsInstanceOf(CrossfadeException.class)
            .until(() -> app.accounts.save(account(2, "b", 1)).id() == 2);
        await("it knows")
            .atMost(Scenario.PATIENCE)
            .until(() -> silent(FencingEvent.Cause.BY_ANOTHER_PROCESS, app) == 1);
        app.assertSettled();
        assertThat(app.rows.row(Side.LEGACY, "account", 1)).startsWith("a, 2,");
      }
    }
  }

  /** Everybody is silent then, and nobody is dead. */
  @Tag("exhaustive")
  @Test
  void anOutageOfThePrimaryThatIsLongerThanTheLeaseMakesNobodyDead() {
    try (Scenario app =
            Scenario.with()
                .proxied()
                .settings(s -> quick(s).lease(Duration.ofSeconds(4)))
                .postgres(p -> p.statementTimeout(Duration.ofSeconds(2)))
                .startIn(Stage.LIVE);
        Sibling other =
            new Sibling(app, sibling("sibling").toBuilder().lease(Duration.ofSeconds(4)).build())) {
      other.accounts().save(account(1, "a", 1));
      app.proxy().refuse();
      long begun = System.nanoTime();
      await("it takes longer than the lease")
          .until(() -> System.nanoTime() - begun > Duration.ofSeconds(6).toNanos());
      app.proxy().pass();
      await("both are heard of again")
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  app.rows.count(
                          Side.TARGET,
                          "select count(*) from crossfade.heartbeats where heartbeat_at >"
                              + " clock_timestamp() - interval '1 second'")
                      >= 2);
      assertThat(
              app.rows.count(Side.TARGET, "select count(*) from crossfade.instances where fenced"))
          .isZero();
      assertThat(silent(FencingEvent.Cause.SILENT, app)).isZero();
    }
  }

  /** Each heartbeat is then a little later than half a lease. */
  @Tag("exhaustive")
  @Test
  void theDeadAreFoundAlsoWhereALeaseIsTwoHeartbeats() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.heartbeat(Duration.ofSeconds(1)).lease(Duration.ofSeconds(2)))
            .startIn(Stage.DUAL_WRITE)) {
      long before = app.sqlite.calls(Step.INSTANCES);
      await("heartbeats")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.sqlite.calls(Step.INSTANCES) > before + 4);
      app.rows.execute(
          Side.LEGACY,
          "insert into crossfade_instance (incarnation, process, instance, version, migration,"
              + " heard_at) values ('00000000-0000-0009-0000-000000000009',"
              + " '00000000-0000-0009-0000-000000000009', 'dead', '1.2.3', '"
              + Scenario.MIGRATION
              + "', 0)");

      await("it is taken for dead")
          .atMost(Scenario.PATIENCE)
          .until(() -> silent(FencingEvent.Cause.SILENT, app) == 1);
    }
  }

  private static PostgresStore direct(Scenario app) {
    return PostgresStore.open(
        app.database().jdbcUrl(),
        new Credentials(app.database().user(), app.database().password()));
  }

  /** Two that live find the same dead one: its entries are repaired, whoever is first. */
  @Tag("exhaustive")
  @Test
  void twoAdoptTheSameDeadOneAtOnce() {
    try (Scenario app = Scenario.with().settings(MembershipTest::quick).startIn(Stage.DUAL_WRITE)) {
      app.postgres.plan(Fault.DOWN, 1, Step.APPLY);
      for (int i = 1; i <= 200; i++) {
        app.accounts.save(account(i, "a" + i, i));
      }
      app.shutDown();
      app.rows.execute(Side.LEGACY, "update crossfade_entry set state = 0");
      try (Sibling first = new Sibling(app, sibling("first"));
          Sibling second = new Sibling(app, sibling("second"))) {
        assertThat(first.migration().awaitSettled(Scenario.PATIENCE)).isTrue();
        assertThat(second.migration().awaitSettled(Scenario.PATIENCE)).isTrue();
        assertThat(app.rows.all(Side.TARGET)).isEqualTo(app.rows.all(Side.LEGACY));
        assertThat(
                app.rows.count(
                    Side.LEGACY, "select count(*) from crossfade_instance where fenced = 1"))
            .isEqualTo(1);
      }
      app.open();
    }
  }
}
