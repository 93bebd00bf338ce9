package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener.SecondaryEvent.Outcome;
import dev.crossfade.CrossfadeListener.ShadowReadEvent.Result;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Settings that change while the application runs. */
class SettingsChangeTest {
  @Test
  void newSettingsHoldFromTheNextUse() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 1));
      app.accounts.find(1L);
      assertThat(app.events.shadowReads()).as("nothing is sampled").isEmpty();

      app.source.change(
          app.settings().toBuilder()
              .shadowSampling(1)
              .shadowThreads(3)
              .secondaryThreads(1)
              .build());
      app.accounts.find(1L);
      app.accounts.save(account(2, "b", 1));

      await("the sample")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.events.shadowReads(Result.MATCH) == 1);
    }
  }

  @Test
  void aSmallerWaitIsASmallerWait() {
    try (Scenario app = Scenario.in(Stage.DUAL_WRITE)) {
      app.secondaryStore().plan(Fault.HELD_BEFORE, 1, Step.APPLY);
      app.source.change(app.settings().toBuilder().secondaryWait(Duration.ZERO).build());

      app.accounts.save(account(1, "a", 1));

      assertThat(app.events.secondaries(Outcome.APPLIED)).isZero();
      app.secondaryStore().heal();
    }
  }

  @Tag("exhaustive")
  @Test
  void aShorterHeartbeatHoldsAtOnce() {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.heartbeat(Duration.ofMinutes(1)).lease(Duration.ofMinutes(5)))
            .startIn(Stage.DUAL_WRITE)) {
      long primary = app.primaryStore().calls(Step.INSTANCES);
      long secondary = app.secondaryStore().calls(Step.INSTANCES);

      app.source.change(app.settings().toBuilder().heartbeat(Duration.ofMillis(50)).build());

      await("heartbeats to both stores")
          .atMost(Scenario.PATIENCE)
          .until(
              () ->
                  app.primaryStore().calls(Step.INSTANCES) > primary + 3
                      && app.secondaryStore().calls(Step.INSTANCES) > secondary + 3);
    }
  }

  @Tag("exhaustive")
  @Test
  void whatStaysUntilARestartIsNamed() {
    try (Scenario app = Scenario.with().start()) {
      Settings next =
          app.settings().toBuilder().instance("renamed").secondaryQueue(1).shadowThreads(1).build();

      assertThat(app.crossfade.apply(next)).containsExactly("instance", "secondaryQueue");
      assertThat(app.crossfade.apply(app.settings())).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void aStageOfAMigrationThatDoesNotExistIsRefusedAndNothingIsTakenOver() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      Settings wrong =
          app.settings().toBuilder().shadowSampling(1).stage("bnak", Stage.LIVE).build();

      assertThatThrownBy(() -> app.crossfade.apply(wrong))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("'bnak'")
          .hasMessageContaining("'bank'");
      app.source.change(wrong);
      app.accounts.find(1L);

      assertThat(app.migration.shadowReads().values()).containsOnly(0L);
    }
  }

  @Tag("exhaustive")
  @Test
  void aBuilderRefusesItToo() {
    try (Scenario app = Scenario.with().start()) {
      Settings wrong = Settings.builder().stage("bnak", Stage.LIVE).build();
      try (var sqlite = app.newSqliteStore();
          var postgres = app.newPostgresStore()) {
        Crossfade.Builder builder =
            Crossfade.builder()
                .legacy(sqlite)
                .target(postgres)
                .migration(
                    Scenario.MIGRATION,
                    m ->
                        m.entity(
                            Domain.ACCOUNT,
                            Domain.SqliteAccounts::new,
                            Domain.PostgresAccounts::new))
                .settings(wrong);

        assertThatThrownBy(builder::build)
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("'bank'");
      }
    }
  }

  @Tag("exhaustive")
  @Test
  void theWatchEndsWithTheApplication() {
    try (Scenario app = Scenario.with().start()) {
      assertThat(app.source.isWatched()).isTrue();
      app.shutDown();
      assertThat(app.source.isWatched()).isFalse();
    }
  }
}
