package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener.RehearsalEvent.Result;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Status;
import dev.crossfade.junit.FaultSweep;
import dev.crossfade.junit.FaultyStore;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The n-th call to a store fails, for every n that a scenario has, in either way, on either store
 * and in both directions. Whatever happens: what was acknowledged is in the primary, what failed is
 * not, what is unknown is there wholly or not at all, and both stores agree.
 */
class FaultSweepTest {
  private static final Step[] STEPS = {
    Step.MARK_AND_WRITE,
    Step.MARK,
    Step.TAKE,
    Step.APPLY,
    Step.FINISH,
    Step.WITHDRAW,
    Step.SETTLE,
    Step.FENCE,
    Step.INSTANCES
  };

  static Stream<Arguments> sweeps() {
    return Stream.of(Stage.DUAL_WRITE, Stage.LIVE)
        .flatMap(
            stage ->
                Stream.of(true, false)
                    .flatMap(
                        onPrimary ->
                            Stream.of(Fault.NOT_EXECUTED, Fault.REPLY_LOST)
                                .map(fault -> arguments(stage, onPrimary, fault))));
  }

  @Tag("exhaustive")
  @ParameterizedTest(name = "{0}, on the primary: {1}, {2}")
  @MethodSource("sweeps")
  void everyCallFailsOnce(Stage stage, boolean onPrimary, Fault fault) {
    try (Scenario app = Scenario.in(stage)) {
      FaultyStore faulty = onPrimary ? app.primaryStore() : app.secondaryStore();
      int hits = 0;
      for (FaultSweep.Point point : FaultSweep.of(fault)) {
        point.arm(faulty, STEPS);
        Script script = new Script(app, point.nth() * 10);
        script.run();
        settle(app);
        script.check(point.toString());
        hits++;
      }
      faulty.heal();
      assertThat(hits).as("calls swept").isGreaterThan(7);
    }
  }

  /** As above, while PostgreSQL's implementation is tried before each change, and rolled back. */
  @Tag("exhaustive")
  @ParameterizedTest(name = "on the primary: {0}, {1}")
  @CsvSource({"true, NOT_EXECUTED", "false, REPLY_LOST"})
  void everyCallFailsOnceWhileWritesAreRehearsed(boolean onPrimary, Fault fault) {
    try (Scenario app =
        Scenario.with().settings(s -> s.rehearsalSampling(1)).startIn(Stage.SHADOW)) {
      FaultyStore faulty = onPrimary ? app.primaryStore() : app.secondaryStore();
      for (FaultSweep.Point point : FaultSweep.of(fault)) {
        point.arm(faulty, STEPS);
        Script script = new Script(app, point.nth() * 10);
        script.run();
        settle(app);
        script.check(point.toString());
      }
      faulty.heal();
      assertThat(app.events.rehearsals(Result.MATCH)).isPositive();
      assertThat(app.events.rehearsals())
          .filteredOn(e -> e.result() == Result.FAILED || e.result() == Result.MISMATCH)
          .isEmpty();
    }
  }

  /** The journal itself may be what fails at the moment it is asked. */
  private static void settle(Scenario app) {
    await("settled")
        .atMost(Scenario.PATIENCE)
        .ignoreExceptionsInstanceOf(CrossfadeException.class)
        .until(() -> app.migration.awaitSettled(Scenario.PATIENCE));
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void anUnknownOutcomeFencesTheOwnIncarnationBeforeItsKeysAreRepaired(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      assertThat(fenced(app)).isZero();
      app.secondaryStore().plan(Fault.REPLY_LOST, 1, Step.APPLY);

      Account saved = app.accounts.save(account(1, "a", 1));
      settle(app);

      assertThat(app.secondaryStore().wasHit()).isTrue();
      assertThat(fenced(app)).isEqualTo(1);
      assertThat(app.rows.row(app.primary().other(), "account", saved.id())).startsWith("a, 1,");
      app.accounts.save(saved.withBalance(2));
      assertThat(app.rows.row(app.primary().other(), "account", saved.id()))
          .as("written at once under the new incarnation")
          .startsWith("a, 2,");
    }
  }

  /** While the change is on its way and nobody knows, repair must not touch its key. */
  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void anIncarnationThatCannotBeFencedKeepsItsEntries(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      app.secondaryStore().plan(Fault.REPLY_LOST, 1, Step.APPLY);
      app.accounts.save(account(1, "a", 1));
      app.secondaryStore().plan(Fault.DOWN, 1, Step.FENCE);
      app.accounts.save(account(2, "b", 1));
      app.secondaryStore().heal();
      settle(app);

      app.assertSettled();
    }
  }

  private static long fenced(Scenario app) {
    return app.primary() == Side.LEGACY
        ? app.rows.count(Side.TARGET, "select count(*) from crossfade.instances where fenced")
        : app.rows.count(Side.LEGACY, "select count(*) from crossfade_instance where fenced = 1");
  }

  /** A scripted scenario on keys of its own. */
  private static final class Script {
    private final Scenario app;
    private final long base;
    private final Worlds<Map<String, String>> worlds = new Worlds<>(Map.of());

    Script(Scenario app, long base) {
      this.app = app;
      this.base = base;
    }

    private Account first() {
      return account(base + 1, "a" + base, 10);
    }

    private Account second() {
      return account(base + 2, "b" + base, 10);
    }

    void run() {
      save(first());
      save(second());
      save(second().withBalance(12));
      transfer();
      activate();
      swap();
      delete(base + 2);
      delete(base + 1);
      save(second().withBalance(99));
    }

    private void save(Account row) {
      worlds.attempt(
          () -> app.accounts.save(row), world -> with(world, "account " + row.id(), row));
    }

    /** Two accounts and an entry, all or none. */
    private void transfer() {
      Entry entry = new Entry(base + 3, base + 1, BigDecimal.valueOf(5));
      worlds.attempt(
          () ->
              app.crossfade.unit(
                  Scenario.MIGRATION,
                  () -> {
                    app.accounts.save(first().withBalance(5));
                    app.accounts.save(second().withBalance(15));
                    app.entries.save(entry);
                  }),
          world ->
              with(
                  with(
                      with(world, "account " + (base + 1), first().withBalance(5)),
                      "account " + (base + 2),
                      second().withBalance(15)),
                  "entry " + (base + 3),
                  (base + 1) + ", 5"));
    }

    /** Conditional: what it does depends on the world. */
    private void activate() {
      worlds.attempt(
          () -> app.accounts.activate(base + 1),
          world -> {
            String row = world.get("account " + (base + 1));
            return row == null
                ? world
                : with(world, "account " + (base + 1), row.replace(", NEW", ", ACTIVE"));
          });
    }

    private void swap() {
      Account one = first().withCode("b" + base).withStatus(Status.CLOSED);
      Account two = second().withCode("a" + base).withStatus(Status.CLOSED);
      worlds.attempt(
          () ->
              app.crossfade.unit(
                  Scenario.MIGRATION,
                  () -> {
                    app.accounts.save(one.withCode("aside" + base));
                    app.accounts.save(two);
                    app.accounts.save(one);
                  }),
          world -> with(with(world, "account " + one.id(), one), "account " + two.id(), two));
    }

    private void delete(long id) {
      worlds.attempt(
          () -> app.accounts.delete(id),
          world -> {
            Map<String, String> next = new TreeMap<>(world);
            next.remove("account " + id);
            next.values().removeIf(entry -> entry.startsWith(id + ", "));
            return next;
          });
    }

    private static Map<String, String> with(Map<String, String> world, String key, Account row) {
      return with(
          world, key, row.code() + ", " + row.balance().toPlainString() + ", " + row.status());
    }

    private static Map<String, String> with(Map<String, String> world, String key, String value) {
      Map<String, String> next = new TreeMap<>(world);
      next.put(key, value);
      return next;
    }

    void check(String point) {
      Map<String, String> primary = mine(app.rows.all(app.primary()));
      assertThat(primary).as(point + ": the primary").isIn(worlds.possible());
      assertThat(app.rows.all(app.primary().other()))
          .as(point + ": the secondary")
          .isEqualTo(app.rows.all(app.primary()));
    }

    /** Rows of this script, without note and time. */
    private Map<String, String> mine(Map<String, String> all) {
      Map<String, String> mine = new TreeMap<>();
      all.forEach(
          (key, row) -> {
            long id = Long.parseLong(key.substring(key.indexOf(' ') + 1));
            if (id / 10 == base / 10) {
              mine.put(key, row.contains(", null") ? row.substring(0, row.indexOf(", null")) : row);
            }
          });
      return mine;
    }
  }
}
