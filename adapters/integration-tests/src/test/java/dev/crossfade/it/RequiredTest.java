package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.SecondaryMissedException;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A write is acknowledged only when both stores have it; else its caller learns which of the two
 * has it, in every stage that writes both.
 */
class RequiredTest {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration LONG = Duration.ofSeconds(5);

  // Above every key that is generated while these are there.
  private static final long A = 1_000_001;
  private static final long B = 1_000_002;

  /** Each changes something whenever it is done, and is done once per fault. */
  private enum Operation {
    SAVE(app -> app.accounts.save(account(A, "a", next()))),
    INSERT(app -> app.accounts.insert(account("new " + next(), 1))),
    DELETE(app -> app.accounts.delete(B)),
    METHOD(app -> app.accounts.add(A, BigDecimal.ONE)),
    METHOD_OF_TWO_ROWS(app -> app.accounts.open("opened " + next(), BigDecimal.ONE)),
    UNIT(
        app ->
            app.crossfade.unit(
                Scenario.MIGRATION,
                () -> {
                  app.accounts.save(account(A, "a", next()));
                  app.entries.insert(new Entry(null, A, BigDecimal.ONE));
                  app.preferences.save(new Preference("last", "unit " + next()));
                }));

    private static int last = 10;

    @SuppressWarnings("ImmutableEnumChecker") // none of them holds anything
    private final Consumer<Scenario> run;

    Operation(Consumer<Scenario> run) {
      this.run = run;
    }

    private static int next() {
      return ++last;
    }
  }

  private static Scenario required(Stage stage) {
    return Scenario.with()
        .settings(
            s ->
                s.secondary(Secondary.REQUIRED)
                    .secondaryWait(LONG)
                    .heartbeat(Duration.ofMillis(50)))
        .startIn(stage);
  }

  private static void available(Scenario app, boolean expected) {
    await("the secondary is " + (expected ? "available" : "known to be gone"))
        .atMost(Scenario.PATIENCE)
        .until(() -> app.migration.secondaryAvailable() == expected);
  }

  /** The row to be deleted is there, and in both stores. */
  private static void begin(Scenario app) {
    available(app, true);
    app.accounts.save(account(B, "b", 1));
    app.assertSettled();
  }

  /** The trial that closes the breaker marks a key, so it is to be over. */
  private static void settle(Scenario app) {
    available(app, true);
    app.assertSettled();
  }

  private static SecondaryMissedException missed(Scenario app, Operation operation) {
    app.primaryStore().plan(Fault.HELD_BEFORE, 1, Step.TAKE); // repair would be there at once
    try {
      return missedWithoutRepair(app, operation);
    } finally {
      app.primaryStore().heal();
    }
  }

  private static SecondaryMissedException missedWithoutRepair(Scenario app, Operation operation) {
    Map<String, String> primary = app.rows.all(app.primary());
    Map<String, String> secondary = app.rows.all(app.primary().other());
    SecondaryMissedException missed =
        catchThrowableOfType(SecondaryMissedException.class, () -> operation.run.accept(app));
    assertThat(missed).as("%s", operation).isNotNull();
    assertThat(missed.outcome()).isEqualTo(Outcome.WRITTEN);
    assertThat(missed)
        .hasMessageContaining(app.secondaryStore().name())
        .hasMessageContaining("the primary has the write")
        .hasMessageContaining("do not write it again");
    assertThat(app.rows.all(app.primary())).as("%s: primary", operation).isNotEqualTo(primary);
    assertThat(app.migration.journal().entries()).as("%s: journal", operation).isPositive();
    if (!missed.isUnknown()) {
      assertThat(app.rows.all(app.primary().other()))
          .as("%s: secondary", operation)
          .isEqualTo(secondary);
    }
    return missed;
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "SHADOW", "RAMP_DOWN"})
  void theCallerLearnsItInTheOtherStages(Stage stage) {
    theCallerLearnsWhichStoreHasIt(stage);
  }

  @ParameterizedTest
  @EnumSource(value = Stage.class, names = "LIVE")
  void theCallerLearnsWhichStoreHasIt(Stage stage) {
    try (Scenario app = required(stage)) {
      app.accounts.save(account(A, "a", 1));
      for (Operation operation : Operation.values()) {
        acknowledged(app, operation);
        refused(app, operation);
        silent(app, operation);
        replyLost(app, operation);
        downBefore(app, operation);
      }
    }
  }

  private static void acknowledged(Scenario app, Operation operation) {
    begin(app);
    operation.run.accept(app);
    assertThat(app.rows.all(app.primary().other()))
        .as("%s: both have it", operation)
        .isEqualTo(app.rows.all(app.primary()));
  }

  private static void refused(Scenario app, Operation operation) {
    begin(app);
    app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY); // for repair as well

    SecondaryMissedException missed = missed(app, operation);

    assertThat(missed.isUnknown()).isFalse();
    assertThat(missed).hasCauseInstanceOf(StoreUnavailableException.class);
    assertThat(missed).hasMessageContaining("the other store not yet");
    app.secondaryStore().heal();
    settle(app);
  }

  private static void silent(Scenario app, Operation operation) {
    begin(app);
    app.source.change(app.settings().toBuilder().secondaryWait(SHORT).build());
    app.secondaryStore().plan(Fault.HELD_BEFORE, 1, Step.APPLY);

    SecondaryMissedException missed = missed(app, operation);

    assertThat(missed.isUnknown()).isTrue();
    assertThat(missed).hasMessageContaining("not known");
    app.secondaryStore().heal();
    app.source.change(app.settings());
    settle(app);
  }

  private static void replyLost(Scenario app, Operation operation) {
    begin(app);
    app.secondaryStore().plan(Fault.REPLY_LOST, 1, Step.APPLY);

    SecondaryMissedException missed = missed(app, operation);

    assertThat(missed.isUnknown()).isTrue();
    assertThat(missed).hasCauseInstanceOf(OutcomeUnknownException.class);
    settle(app);
  }

  private static void downBefore(Scenario app, Operation operation) {
    begin(app);
    Map<String, String> before = app.rows.all(app.primary());
    app.secondaryStore().plan(Fault.DOWN, 1);
    available(app, false);

    StoreUnavailableException refused =
        catchThrowableOfType(StoreUnavailableException.class, () -> operation.run.accept(app));

    assertThat(refused.outcome()).isEqualTo(Outcome.NOT_WRITTEN);
    assertThat(refused)
        .hasMessageContaining(app.secondaryStore().name())
        .hasMessageContaining("nothing was written");
    assertThat(app.rows.all(app.primary())).as("%s: primary", operation).isEqualTo(before);
    assertThat(app.rows.all(app.primary().other()))
        .as("%s: secondary", operation)
        .isEqualTo(before);
    assertThat(app.migration.journal().entries()).as("%s: journal", operation).isZero();
    app.secondaryStore().heal();
  }

  /** What the secondary's own constraints refuse is not there, and comes once they allow it. */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void aRowThatTheSecondaryDoesNotWant(Stage stage) {
    try (Scenario app = required(stage)) {
      app.accounts.save(account(A, "a", 77));
      Side secondary = app.primary().other();
      app.rows.execute(secondary, "create unique index one_balance on account (balance)");

      SecondaryMissedException missed =
          catchThrowableOfType(
              SecondaryMissedException.class, () -> app.accounts.save(account(B, "b", 77)));

      assertThat(missed.isUnknown()).isFalse();
      assertThat(missed).hasCauseInstanceOf(DuplicateKeyException.class);
      assertThat(app.accounts.find(B)).isPresent();
      app.rows.execute(secondary, "drop index one_balance");
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"OFF", "COMPLETE"})
  void withOneStoreItHasNoMeaning(Stage stage) {
    try (Scenario app = required(stage)) {
      app.secondaryStore().plan(Fault.DOWN, 1);
      for (Operation operation : Operation.values()) {
        Map<String, String> before = app.rows.all(app.primary());
        app.accounts.save(account(A, "a", 1));
        app.accounts.save(account(B, "b", 1));
        operation.run.accept(app);
        assertThat(app.rows.all(app.primary())).as("%s", operation).isNotEqualTo(before);
      }
      app.secondaryStore().heal();
    }
  }

  @Tag("exhaustive")
  @Test
  void whoIsInterruptedWhileWaitingStaysSo() throws InterruptedException {
    try (Scenario app = required(Stage.DUAL_WRITE)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>();
      app.secondaryStore().plan(Fault.HELD_BEFORE, 1, Step.APPLY);
      Thread writer =
          new Thread(
              () -> {
                thrown.set(catchThrowable(() -> app.accounts.save(account(A, "a", 1))));
                flag.set(Thread.currentThread().isInterrupted());
              },
              "writer");
      writer.start();
      app.secondaryStore().awaitHit(Scenario.PATIENCE);

      writer.interrupt();
      writer.join(Scenario.PATIENCE.toMillis());

      assertThat(flag.get()).as("interrupted").isTrue();
      assertThat(thrown.get()).isInstanceOf(SecondaryMissedException.class);
      assertThat(((SecondaryMissedException) thrown.get()).isUnknown()).isTrue();
      app.secondaryStore().heal();
      app.assertSettled();
    }
  }

  @Tag("exhaustive")
  @Test
  void whoFindsNoRoomIsNotThere() throws InterruptedException {
    try (Scenario app =
        Scenario.with()
            .settings(
                s ->
                    s.secondary(Secondary.REQUIRED)
                        .secondaryWait(LONG)
                        .secondaryThreads(1)
                        .secondaryQueue(1))
            .startIn(Stage.DUAL_WRITE)) {
      app.secondaryStore().plan(Fault.HELD_BEFORE, 1, Step.APPLY);
      List<Throwable> thrown = new ArrayList<>();
      List<Thread> writers = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        int id = i;
        Thread writer =
            new Thread(
                () -> {
                  Throwable failure =
                      catchThrowable(() -> app.accounts.save(account(id, "a" + id, 1)));
                  synchronized (thrown) {
                    if (failure != null) {
                      thrown.add(failure);
                    }
                  }
                },
                "writer-" + i);
        writers.add(writer);
        writer.start();
      }
      await("one is told")
          .atMost(Scenario.PATIENCE)
          .until(
              () -> {
                synchronized (thrown) {
                  return thrown.size() == 1;
                }
              });
      app.secondaryStore().heal();
      for (Thread writer : writers) {
        writer.join(Scenario.PATIENCE.toMillis());
      }
      assertThat(thrown)
          .singleElement()
          .isInstanceOfSatisfying(
              SecondaryMissedException.class, e -> assertThat(e.isUnknown()).isFalse());
      app.assertSettled();
    }
  }
}
