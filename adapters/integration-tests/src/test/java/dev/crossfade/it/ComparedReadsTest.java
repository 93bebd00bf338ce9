package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ComparedReads;
import dev.crossfade.Stage;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Reads compared on demand: what may happen while they are. */
class ComparedReadsTest {
  /** Legacy has not got the row yet, and its own journal, which was asked before, is empty. */
  @Test
  void aChangeOfPrimaryDuringTheCallExcuses() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Scenario app =
        Scenario.with().settings(s -> s.secondaryWait(Duration.ZERO)).startIn(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 10));
      app.assertSettled();

      ComparedReads compared =
          ComparedReads.of(
              app.accounts,
              repository -> {
                app.moveTo(Stage.LIVE);
                app.sqlite.plan(Fault.HELD_BEFORE, 1, release, Step.APPLY);
                app.accounts.save(account(1, "a", 99));
                app.sqlite.awaitHit(Scenario.PATIENCE);
                assertThat(repository.find(1L)).isPresent();
              });

      assertThat(compared)
          .isEqualTo(
              new ComparedReads(Scenario.MIGRATION, Stage.SHADOW, 1, 1, compared.mismatches()));
      assertThat(compared.mismatches()).isEmpty();
      release.countDown();
      app.assertSettled();
    }
  }

  @Test
  void aUnitOfWorkIsRefusedWhereverItBegins() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 10));
      app.assertSettled();

      assertRefused(() -> app.crossfade.unit(Scenario.MIGRATION, () -> compareFind(app)));
      assertRefused(
          () ->
              ComparedReads.of(
                  app.accounts,
                  repository ->
                      app.crossfade.unit(
                          Scenario.MIGRATION,
                          () -> {
                            app.accounts.save(account(1, "a", 11));
                            repository.find(1L);
                          })));

      assertThat(app.accounts.get(1L).balance()).isEqualByComparingTo("10");
      assertThat(compareFind(app).mismatches()).isEmpty();
    }
  }

  private static ComparedReads compareFind(Scenario app) {
    return ComparedReads.of(app.accounts, repository -> repository.find(1L));
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("reads inside a unit of work see its rows before the other store");
  }
}
