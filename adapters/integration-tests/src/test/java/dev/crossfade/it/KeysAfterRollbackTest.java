package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The keys that the legacy store generates after a rollback are above all that PostgreSQL has
 * given: those of rows that are gone, and of rows that the legacy store has never had, included.
 */
class KeysAfterRollbackTest {
  /** Keys that were given, of accounts and of their entries; none may be given twice. */
  private final Set<Long> accounts = new HashSet<>();

  private final Set<Long> entries = new HashSet<>();

  private void open(Scenario app, String code) {
    long account = app.accounts.open(code, BigDecimal.TEN);
    List<Entry> opened = app.entries.of(account);
    assertThat(accounts.add(account)).as("account %s is given once", account).isTrue();
    assertThat(opened).as("entries of account %s", account).hasSize(1);
    assertThat(entries.add(opened.get(0).id())).as("entry of %s", account).isTrue();
  }

  private static long highest(Set<Long> keys) {
    return keys.stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  /** Given, and gone again with its entry, and so not to be seen in any row. */
  private void openAndClose(Scenario app, String code) {
    open(app, code);
    assertThat(app.accounts.delete(highest(accounts))).isTrue();
  }

  /** There and back over and over; the highest keys never stay. */
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"LIVE", "RAMP_DOWN", "COMPLETE"})
  void keysOfRowsThatAreGoneAreNotGivenAgain(Stage there) {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      for (int round = 0; round < 3; round++) {
        long accountBefore = accounts.isEmpty() ? 0 : highest(accounts);
        open(app, "legacy " + round);
        openAndClose(app, "legacy and gone " + round);
        app.moveTo(there);
        open(app, "target " + round);
        openAndClose(app, "target and gone " + round);
        openAndClose(app, "target and gone too " + round);
        long account = highest(accounts);
        long entry = highest(entries);
        app.moveTo(Stage.SHADOW);

        open(app, "back " + round);

        assertThat(account).isGreaterThan(accountBefore);
        assertThat(highest(accounts)).isGreaterThan(account);
        assertThat(highest(entries)).isGreaterThan(entry);
      }
      app.assertSettled();
      assertThat(app.accounts.count()).isEqualTo(9);
      assertThat(app.entries.count()).isEqualTo(9);
    }
  }

  /** The legacy store refuses a row, which is parked; it has never heard of its key. */
  @ParameterizedTest(name = "and the row is deleted: {0}")
  @ValueSource(booleans = {true, false})
  void theKeyOfARowThatWasRefusedIsNotGivenAgain(boolean deleted) {
    try (Scenario app = Scenario.with().settings(s -> s.parkAfter(2)).startIn(Stage.LIVE)) {
      app.accounts.insert(account("good", 1));
      app.rows.execute(
          Side.LEGACY, "alter table account add column no_bad text check (code <> 'bad')");
      Account bad = app.accounts.insert(account("bad", 1));
      await("it is parked")
          .atMost(Scenario.PATIENCE)
          .until(() -> app.migration.journal().parked() == 1);
      assertThat(app.rows.row(Side.LEGACY, "account", bad.id())).isNull();
      assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("parked");
      assertThat(app.rows.row(Side.TARGET, "account", bad.id())).as("it stays").isNotNull();

      if (deleted) {
        assertThat(app.accounts.delete(bad.id())).isTrue();
      }
      app.rows.execute(Side.LEGACY, "alter table account drop column no_bad");
      app.migration.retryParked();
      app.assertSettled();
      app.moveTo(Stage.SHADOW);

      assertThat(app.accounts.insert(account("next", 1)).id()).isGreaterThan(bad.id());
      assertThat(app.accounts.find(bad.id()).isPresent()).isNotEqualTo(deleted);
    }
  }

  /** An attempt that is undone has raised generators already, which does no harm. */
  @Test
  void anAttemptThatIsUndoneLeavesGapsAndNoCollisions() {
    try (Scenario app = Switching.quickIn(Stage.LIVE)) {
      open(app, "before");
      Fate fate = new Fate();
      try (Coordinator coordinator = new Coordinator(app, Switching.coordinator(app), fate)) {
        fate.plan(Fate.When.BEFORE, 1, call -> call.equals("replaceIfDrained"), fate::die);
        Switching.awaitEnd(coordinator.move(Stage.SHADOW));
        assertThat(fate.hasCome()).isTrue();
      }
      open(app, "after the attempt");
      openAndClose(app, "gone after the attempt");
      Switching.go(app, Stage.SHADOW);
      open(app, "back");
      Switching.go(app, Stage.LIVE);
      open(app, "there again");
      assertThat(app.accounts.count()).isEqualTo(4);
    }
  }

  /** Each gives keys on the primary that it believes in, up to the moment that it is refused. */
  @Test
  void processesThatWriteMeanwhileGetKeysOfTheirOwn() throws Exception {
    try (Scenario app = Switching.quickIn(Stage.SHADOW);
        Sibling other = new Sibling(app, app.settings().toBuilder().instance("other").build())) {
      List<CompletableFuture<List<Long>>> given = new ArrayList<>();
      for (Domain.Accounts here : List.of(app.accounts, other.accounts())) {
        String name = "of process " + given.size() + " ";
        given.add(CompletableFuture.supplyAsync(() -> insert(here, name)));
      }
      for (Stage next : List.of(Stage.LIVE, Stage.SHADOW, Stage.LIVE, Stage.SHADOW)) {
        Switching.go(app, next);
      }
      List<Long> all = new ArrayList<>();
      for (CompletableFuture<List<Long>> of : given) {
        all.addAll(of.get(60, TimeUnit.SECONDS));
      }
      assertThat(all).doesNotHaveDuplicates();
      app.assertSettled();
      assertThat(app.accounts.count()).isEqualTo(all.size() / 2);
    }
  }

  /** Every second row is gone at once; its key stays given. */
  private static List<Long> insert(Domain.Accounts accounts, String name) {
    long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
    List<Long> given = new ArrayList<>();
    while (System.nanoTime() < until || given.size() < 20) {
      given.add(accounts.insert(account(name + given.size(), 1)).id());
      long gone = accounts.insert(account(name + given.size(), 1)).id();
      given.add(gone);
      assertThat(accounts.delete(gone)).isTrue();
    }
    return given;
  }
}
