package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.crossfade.AuditEntry;
import dev.crossfade.AuditEntry.Action;
import dev.crossfade.Force;
import dev.crossfade.Gate;
import dev.crossfade.GateAnswer;
import dev.crossfade.GateAnswer.Verdict;
import dev.crossfade.Health;
import dev.crossfade.MigrationStatus;
import dev.crossfade.MovePlan;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.PoolUse;
import dev.crossfade.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked before a move, what it may be told to overlook, and what is kept of it. */
class GatesTest {
  private static GateAnswer answer(MovePlan plan, Gate gate) {
    return plan.gates().stream().filter(answer -> answer.gate() == gate).findFirst().orElseThrow();
  }

  @Test
  void aPlanAnswersWithNumbersAndMovesNothing() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.accounts.save(account(1, "a", 1));
      long epoch = app.migration.epoch();

      MovePlan refused = app.migration.plan(Stage.SHADOW);
      assertThat(refused.holds()).isFalse();
      assertThat(refused.path()).containsExactly(Stage.SHADOW);
      assertThat(refused.refusals()).extracting(GateAnswer::gate).containsExactly(Gate.BACKFILL);
      assertThat(answer(refused, Gate.BACKFILL).advice()).contains("Migration.backfill()");

      app.migration.backfill();
      MovePlan holds = app.migration.plan(Stage.SHADOW);
      assertThat(holds.holds()).isTrue();
      assertThat(answer(holds, Gate.BACKFILL).evidence()).contains("rows copied, 0 refused");
      assertThat(answer(holds, Gate.BACKFILL).age()).isBetween(Duration.ZERO, Scenario.PATIENCE);
      assertThat(answer(holds, Gate.INSTANCES).evidence()).contains("1 live instances");

      MovePlan jump = app.migration.plan(Stage.LIVE);
      assertThat(jump.allowed()).isFalse();
      assertThat(jump.holds()).isFalse();
      assertThat(jump.path()).containsExactly(Stage.SHADOW, Stage.LIVE);
      assertThat(app.migration.plan(Stage.DUAL_WRITE).path()).isEmpty();
      assertThat(app.migration.plan(Stage.OFF).holds()).isTrue();
      assertThat(app.migration.epoch()).isEqualTo(epoch);
    }
  }

  @Test
  void everyGateThatMayBeForcedIsForcedByNameAndReason() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.migration.backfill();
      app.migration.moveTo(Stage.SHADOW);
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .asInstanceOf(type(MoveRefusedException.class))
          .satisfies(
              refused ->
                  assertThat(refused.answers())
                      .filteredOn(GateAnswer::refuses)
                      .extracting(GateAnswer::gate)
                      .containsExactly(Gate.VERIFICATION));
      assertThatThrownBy(
              () ->
                  app.migration.moveTo(Stage.LIVE, new Force(Set.of(Gate.BACKUP), "the wrong one")))
          .isInstanceOf(MoveRefusedException.class);

      app.migration.moveTo(Stage.LIVE, new Force(Set.of(Gate.VERIFICATION), "a drill"));

      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
      AuditEntry moved = app.migration.audit(10).get(0);
      assertThat(moved.action()).isEqualTo(Action.MOVED);
      assertThat(moved.reason()).isEqualTo("a drill");
      assertThat(moved.pause()).isNotNull();
      assertThat(moved.gates()).anyMatch(line -> line.startsWith("verification forced: no verif"));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Gate.class,
      names = {"OTHER_STORE", "HISTORY", "BACKFILL", "PARKED", "JOURNAL"})
  void whatStandsForNothingLostIsNeverForced(Gate gate) {
    assertThat(gate.isForcible()).isFalse();
    assertThatThrownBy(() -> new Force(Set.of(gate), "please"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(gate.id());
  }

  @Test
  void aForceNamesGatesAndAReason() {
    assertThatThrownBy(() -> new Force(Set.of(), "why"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Force(Set.of(Gate.BACKUP), " "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theAuditTellsWhoMovedAndWhatWasRefused() {
    try (Scenario app = Scenario.with().settings(s -> s.actor("ann")).startIn(Stage.SHADOW)) {
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class);
      assertThat(app.migration.verify().isClean()).isTrue();
      app.migration.moveTo(Stage.LIVE);
      app.migration.moveTo(Stage.SHADOW);

      List<AuditEntry> audit = app.migration.audit(100);
      assertThat(audit)
          .extracting(AuditEntry::action)
          .containsExactly(Action.MOVED, Action.MOVED, Action.REFUSED, Action.MOVED, Action.MOVED);
      assertThat(audit)
          .extracting(AuditEntry::to)
          .containsExactly(Stage.SHADOW, Stage.LIVE, Stage.LIVE, Stage.SHADOW, Stage.DUAL_WRITE);
      assertThat(audit).extracting(AuditEntry::actor).containsOnly("ann");
      assertThat(audit.get(0).epoch()).isEqualTo(app.migration.epoch());
      assertThat(audit.get(2).reason()).contains("no verification since the last backfill");
      assertThat(audit).extracting(AuditEntry::pause).element(3).isNull();
      assertThat(app.primaryStore().control().audit(Scenario.MIGRATION, 100))
          .as("all of it is where the primary is")
          .hasSameSizeAs(audit);
    }
  }

  @Test
  void anOldVerificationDoesNotCount() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.gates(gates -> gates.withVerificationAge(Duration.ofNanos(1))))
            .startIn(Stage.SHADOW)) {
      assertThat(app.migration.verify().isClean()).isTrue();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("no older than");
    }
  }

  @Test
  void aBackupIsMadeOrNoted(@TempDir Path folder) {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.gates(gates -> gates.withBackupAge(Duration.ofHours(1))))
            .startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      assertThat(app.migration.verify().isClean()).isTrue();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("Migration.backUp()");
      assertThatThrownBy(() -> app.migration.noteBackup(" "))
          .isInstanceOf(IllegalArgumentException.class);

      app.migration.backUp(folder.resolve("app.backup.db"));
      assertThat(Files.exists(folder.resolve("app.backup.db"))).isTrue();
      assertThat(answer(app.migration.plan(Stage.LIVE), Gate.BACKUP).evidence())
          .contains("app.backup.db");
      app.migration.noteBackup("snapshot 4711 of the volume");
      assertThat(answer(app.migration.plan(Stage.LIVE), Gate.BACKUP).evidence())
          .isEqualTo("snapshot 4711 of the volume");
      app.migration.moveTo(Stage.LIVE);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
    }
  }

  @Test
  void readsMustHaveBeenComparedAndNoneDiffer() {
    try (Scenario app =
        Scenario.with()
            .settings(
                s ->
                    s.shadowSampling(1)
                        .gates(gates -> gates.withComparedReads(3).withMismatchShare(0)))
            .startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      assertThat(app.migration.verify().isClean()).isTrue();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("shadowSampling");
      for (int i = 0; i < 3; i++) {
        assertThat(app.accounts.find(1L)).isPresent();
      }
      await("all of them are told of")
          .atMost(Scenario.PATIENCE)
          .until(
              () -> answer(app.migration.plan(Stage.LIVE), Gate.MISMATCHES).verdict(),
              verdict -> verdict == Verdict.HOLDS);

      app.rows.execute(Side.TARGET, "update account set balance = 77 where id = 1");
      assertThat(app.accounts.find(1L)).isPresent();
      await("it differs")
          .atMost(Scenario.PATIENCE)
          .until(
              () -> answer(app.migration.plan(Stage.LIVE), Gate.MISMATCHES).advice(),
              advice -> advice.contains("count anew"));
      app.rows.execute(Side.TARGET, "update account set balance = 1 where id = 1");
    }
  }

  /** A hundred refusals later, or with a short memory, the audit does not know it any more. */
  @Test
  void theTimeInShadowIsKnownWhateverTheAuditHasForgotten() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.gates(gates -> gates.withShadowTime(Duration.ofHours(1))))
            .startIn(Stage.SHADOW)) {
      assertThat(app.migration.verify().isClean()).isTrue();
      assertThat(app.sqlite.control().forgetAudit(Scenario.MIGRATION, Duration.ZERO)).isPositive();
      assertThat(app.migration.plan(Stage.LIVE).refusals())
          .extracting(GateAnswer::gate)
          .containsExactly(Gate.MISMATCHES);

      app.rows.execute(Side.LEGACY, "delete from crossfade_evidence where name = 'began'");
      assertThat(answer(app.migration.plan(Stage.LIVE), Gate.MISMATCHES).evidence())
          .as("unknown")
          .contains("in 0 s of this stage");

      app.source.change(
          app.settings().toBuilder()
              .gates(gates -> gates.withShadowTime(Duration.ofMillis(1)))
              .build());
      await("it counts since it was asked")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.migration.plan(Stage.LIVE).holds());
    }
  }

  /** Whoever forces the verification must not go live on an empty PostgreSQL. */
  @Test
  void whatWasFoundOnAnotherDatabaseDoesNotCount() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      assertThat(app.migration.verify().isClean()).isTrue();
      Settings settings = app.settings().toBuilder().instance("sibling").build();
      Store anew =
          StoreWithout.in(app.newPostgresStore(), "", "identity", (given, original) -> "anew");
      try (Sibling other = new Sibling(app, settings, app.newSqliteStore(), anew)) {
        assertThat(other.migration().plan(Stage.LIVE).refusals())
            .extracting(GateAnswer::gate)
            .containsExactly(Gate.BACKFILL, Gate.VERIFICATION);
        Force force = new Force(Set.of(Gate.VERIFICATION), "it was clean before");
        assertThatThrownBy(() -> other.migration().moveTo(Stage.LIVE, force))
            .isInstanceOf(MoveRefusedException.class)
            .hasMessageContaining("made anew");

        assertThat(other.migration().verify().isClean()).isTrue();

        assertThat(other.migration().plan(Stage.LIVE).refusals()).isEmpty();
      }
    }
  }

  @Test
  void whoOnlyLooksAsksNobodyInOff() {
    try (Scenario app = Scenario.in(Stage.OFF)) {
      MovePlan plan = app.migration.plan(Stage.DUAL_WRITE);

      assertThat(answer(plan, Gate.OTHER_STORE).verdict()).isEqualTo(Verdict.UNASKED);
      assertThat(plan.holds()).isTrue();
      assertThat(app.migration.status().gates())
          .extracting(GateAnswer::verdict)
          .containsExactly(Verdict.UNASKED, Verdict.HOLDS);
      assertThat(app.postgres.calls()).as("calls of PostgreSQL").isZero();
    }
  }

  @Test
  void whoOnlyLooksDoesNotWaitForAStoreThatIsAway() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.postgres.plan(Fault.DOWN, 1, Step.values());
      await("it is known to be away")
          .atMost(Scenario.PATIENCE)
          .until(
              () -> answer(app.migration.plan(Stage.SHADOW), Gate.OTHER_STORE).evidence(),
              evidence -> evidence.contains("when this process last tried"));
      await("it is told")
          .atMost(Scenario.PATIENCE)
          .until(() -> !app.migration.status().secondaryAvailable());
      app.postgres.heal();
    }
  }

  @Test
  void aParkedKeyIsGivenUpByName() {
    try (Scenario app = Scenario.with().settings(s -> s.parkAfter(2)).startIn(Stage.SHADOW)) {
      app.rows.execute(
          Side.TARGET, "alter table account add constraint no_bad check (code <> 'bad')");
      app.accounts.save(account(1, "bad", 1));
      assertThat(app.migration.verify().isClean()).isTrue();
      await().atMost(Scenario.PATIENCE).until(() -> !app.migration.parked().isEmpty());
      assertThat(app.migration.plan(Stage.LIVE).refusals())
          .extracting(GateAnswer::gate)
          .containsExactly(Gate.PARKED);
      assertThatThrownBy(() -> app.migration.giveUp(app.migration.parked(), ""))
          .isInstanceOf(IllegalArgumentException.class);

      assertThat(app.migration.giveUp(app.migration.parked(), "a test row")).isEqualTo(1);

      assertThat(app.migration.parked()).isEmpty();
      assertThat(app.migration.audit(1))
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.action()).isEqualTo(Action.GAVE_UP);
                assertThat(entry.gates()).containsExactly("account 1");
                assertThat(entry.reason()).isEqualTo("a test row");
              });
      app.migration.moveTo(Stage.LIVE);
      assertThat(app.accounts.find(1L)).as("given up").isEmpty();
      app.abandon();
    }
  }

  @Test
  void statusShowsAllOfItAndHealthAsksNoStore() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      MigrationStatus status = app.migration.status();
      assertThat(status.stage()).isEqualTo(Stage.SHADOW);
      assertThat(status.primary()).isEqualTo(Side.LEGACY);
      assertThat(status.epoch()).isEqualTo(app.migration.epoch());
      assertThat(status.changing()).isFalse();
      assertThat(status.next()).isEqualTo(Stage.LIVE);
      assertThat(status.gates()).extracting(GateAnswer::gate).contains(Gate.VERIFICATION);
      assertThat(status.instances())
          .filteredOn(MigrationStatus.Instance::live)
          .singleElement()
          .satisfies(instance -> assertThat(instance.name()).isEqualTo("integration-test"));
      assertThat(status.pools())
          .extracting(PoolUse::name)
          .anyMatch(name -> name.endsWith("app.db readers"))
          .anyMatch(name -> name.endsWith("app.db writer"))
          .contains("crossfade", "crossfade-changes", "crossfade-finish");
      assertThat(status.pools()).allMatch(pool -> pool.size() > 0 && pool.waiting() == 0);
      assertThat(app.crossfade.health()).isEqualTo(new Health(Health.State.UP, List.of()));

      app.postgres.plan(Fault.DOWN, 1, Step.values());
      app.accounts.save(account(1, "a", 1));
      await("it shows")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.crossfade.health().state() == Health.State.DEGRADED);
      assertThat(app.crossfade.health().isAlive()).isTrue();
      assertThat(app.crossfade.health().reasons()).singleElement().asString().contains("journal");
      app.postgres.heal();
      await("it is over")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.crossfade.health().state() == Health.State.UP);
    }
  }

  @Test
  void inOffNobodyMissesTheOtherStore() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.postgres.plan(Fault.DOWN, 1, Step.values());
      app.accounts.save(account(1, "a", 1));
      await("it shows")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.crossfade.health().state() == Health.State.DEGRADED);

      app.migration.moveTo(Stage.OFF);

      assertThat(app.crossfade.health()).isEqualTo(new Health(Health.State.UP, List.of()));
      assertThat(app.migration.secondaryAvailable()).isTrue();
    }
  }

  @Test
  void whatIsClosedIsDown() {
    Health health;
    try (Scenario app = Scenario.in(Stage.OFF)) {
      dev.crossfade.Crossfade crossfade = app.crossfade;
      app.shutDown();
      health = crossfade.health();
    }
    assertThat(health.isAlive()).isFalse();
  }
}
