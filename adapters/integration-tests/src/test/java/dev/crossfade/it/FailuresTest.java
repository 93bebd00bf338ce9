package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.NotFoundException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.SwitchInProgressException;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.store.ControlRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same failure is the same exception in every stage, and so on either store: its type, its
 * outcome, what is in both stores afterwards, and what its message says. The table of
 * docs/errors.md as a test.
 */
class FailuresTest {
  private static final String SECRET = "secret-4711";
  private static final Duration WRITE_WAIT = Duration.ofMillis(300);

  private static Account bad(Account row) {
    return row.withNote(SECRET);
  }

  /** What the data make the store refuse. */
  private enum Refusal {
    TAKEN_KEY(
        DuplicateKeyException.class,
        "account",
        app -> app.accounts.insert(bad(account(1, "other", 1)))),
    TAKEN_UNIQUE_VALUE(
        DuplicateKeyException.class, "code", app -> app.accounts.save(bad(account(2, "taken", 1)))),
    TAKEN_BY_AN_OWN_WRITE(
        DuplicateKeyException.class, "code", app -> app.accounts.renameAndThrow(2, "taken")),
    NO_PARENT(
        ForeignKeyException.class,
        "entry",
        app -> app.entries.insert(new Entry(null, 99, BigDecimal.ONE))),
    FAILED_CHECK(
        CheckException.class, "account", app -> app.accounts.save(bad(account(3, "c", -1)))),
    FAILED_CHECK_OF_AN_OWN_WRITE(
        CheckException.class, "account", app -> app.accounts.add(1, BigDecimal.valueOf(-50))),
    MISSING_VALUE(CheckException.class, "code", app -> app.accounts.save(bad(account(3, null, 1)))),
    TOO_LONG(
        CheckException.class,
        "account",
        app -> app.accounts.save(account(3, "c", 1).withNote(SECRET.repeat(200)))),
    NO_KEY(
        CheckException.class,
        "preference",
        app -> app.preferences.save(new Preference(null, SECRET))),
    ONE_OF_MANY(
        DuplicateKeyException.class,
        "code",
        app ->
            app.accounts.saveAll(
                List.of(account(3, "c", 1), bad(account(4, "taken", 1)), account(5, "e", 1)))),
    NOT_FOUND(NotFoundException.class, "account 99", app -> app.accounts.get(99L));

    private final Class<? extends CrossfadeException> type;
    private final String named;

    @SuppressWarnings("ImmutableEnumChecker") // none of them holds anything
    private final Consumer<Scenario> cause;

    Refusal(Class<? extends CrossfadeException> type, String named, Consumer<Scenario> cause) {
      this.type = type;
      this.named = named;
      this.cause = cause;
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DUAL_WRITE", "LIVE"})
  void whatTheDataAreRefusedForInTheOtherStages(Stage stage) {
    whatTheDataAreRefusedFor(stage);
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whatTheDataAreRefusedFor(Stage stage) {
    try (Scenario app = Scenario.in(stage)) {
      app.accounts.saveAll(List.of(account(1, "taken", 1), account(2, "b", 1)));
      Map<String, String> legacy = app.rows.all(Side.LEGACY);
      Map<String, String> target = app.rows.all(Side.TARGET);
      for (Refusal refusal : Refusal.values()) {
        assertFailure(
            refusal + " alone", refusal.type, refusal.named, () -> refusal.cause.accept(app));
        assertFailure(
            refusal + " in a unit of work",
            refusal.type,
            refusal.named,
            () ->
                app.crossfade.unit(
                    Scenario.MIGRATION,
                    () -> {
                      app.preferences.save(new Preference("before", "x"));
                      refusal.cause.accept(app);
                    }));
        assertThat(app.rows.all(Side.LEGACY)).as("%s: legacy", refusal).isEqualTo(legacy);
        assertThat(app.rows.all(Side.TARGET)).as("%s: target", refusal).isEqualTo(target);
      }
      app.assertSettled();
    }
  }

  private static void assertFailure(
      String what, Class<? extends CrossfadeException> type, String named, Runnable cause) {
    CrossfadeException failure = catchThrowableOfType(CrossfadeException.class, cause::run);
    assertThat(failure).as(what).isExactlyInstanceOf(type);
    assertThat(failure.outcome())
        .as(what)
        .isEqualTo(type == OutcomeUnknownException.class ? Outcome.UNKNOWN : Outcome.NOT_WRITTEN);
    assertThat(failure.getMessage())
        .as(what)
        .contains(named)
        .containsAnyOf("nothing was written", "nothing was changed", "read before writing again")
        .doesNotContain(SECRET)
        .doesNotContain("password");
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DUAL_WRITE", "LIVE"})
  void whatTheStoreFailsOfInTheOtherStages(Stage stage) throws SQLException {
    whatTheStoreFailsOf(stage);
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"DUAL_WRITE", "LIVE"})
  void whatTheStoreFailsOf(Stage stage) throws SQLException {
    try (Scenario app =
        Scenario.with()
            .settings(s -> s.writeWait(WRITE_WAIT).switchLimit(WRITE_WAIT))
            .sqlite(s -> s.busyTimeout(Duration.ofMillis(300)))
            .postgres(p -> p.lockWait(Duration.ofMillis(300)))
            .startIn(Stage.OFF)) {
      enter(app, stage);
      app.accounts.saveAll(List.of(account(1, "a", 1), account(2, "b", 1)));
      Map<String, String> legacy = app.rows.all(Side.LEGACY);
      Map<String, String> target = app.rows.all(Side.TARGET);
      lockHeldBySomebodyElse(app);
      unavailable(app);
      changing(app);
      if (stage.primary() == Side.TARGET) {
        conflict(app); // SQLite has one writer, and no other to conflict with
      }
      app.assertSettled();
      assertThat(app.rows.all(Side.LEGACY)).as("legacy").isEqualTo(legacy);
      assertThat(app.rows.all(Side.TARGET)).as("target").isEqualTo(target);
      outcomeUnknown(app);
    }
  }

  /** With a switch limit for the failure, the way there may need another try. */
  private static void enter(Scenario app, Stage stage) {
    for (int tries = 1; app.migration.stage() != stage; tries++) {
      try {
        app.moveTo(stage);
      } catch (MoveRefusedException e) {
        if (tries == 5) {
          throw e;
        }
      }
    }
  }

  private static void write(Scenario app) {
    app.accounts.save(account(1, "a", 5).withNote(SECRET));
  }

  private static void unit(Scenario app) {
    app.crossfade.unit(
        Scenario.MIGRATION,
        () -> {
          app.preferences.save(new Preference("before", "x"));
          write(app);
        });
  }

  private static void assertBoth(
      Scenario app, String what, Class<? extends CrossfadeException> type, String named) {
    assertFailure(what, type, named, () -> write(app));
    assertFailure(what + " in a unit", type, named, () -> unit(app));
  }

  private static void lockHeldBySomebodyElse(Scenario app) throws SQLException {
    boolean legacy = app.primary() == Side.LEGACY;
    try (Connection holder =
            legacy
                ? DriverManager.getConnection("jdbc:sqlite:" + app.file())
                : app.database().open();
        Statement statement = holder.createStatement()) {
      statement.execute(legacy ? "begin immediate" : "begin");
      if (!legacy) {
        statement.execute("select * from account for update");
      }
      assertBoth(app, "lock held", StoreTimeoutException.class, "");
      statement.execute("rollback");
    }
  }

  private static void unavailable(Scenario app) {
    app.primaryStore().plan(Fault.DOWN, 1, Step.MARK_AND_WRITE);
    assertBoth(app, "store down", StoreUnavailableException.class, "");
    app.primaryStore().heal();
  }

  private static void changing(Scenario app) {
    ControlRow open = app.primaryStore().control().read(Scenario.MIGRATION);
    ControlRow closing =
        open.closing(UUID.randomUUID(), app.primaryStore().control().now().plusSeconds(60));
    assertThat(app.primaryStore().control().replace(open, closing)).isTrue();
    assertBoth(app, "during a switch", SwitchInProgressException.class, Scenario.MIGRATION);
    assertThat(app.primaryStore().control().replace(closing, open)).isTrue();
  }

  private static void conflict(Scenario app) {
    app.rows.execute(
        Side.TARGET,
        List.of(
            """
            create function give_up() returns trigger language plpgsql as $$
            begin raise exception 'again' using errcode = '40P01'; end $$
            """,
            "create trigger give_up before update on account"
                + " for each row execute function give_up()"));
    assertBoth(app, "conflict", ConflictException.class, "account");
    app.rows.execute(Side.TARGET, "drop trigger give_up on account");
  }

  /** It is in the primary; the caller reads, and finds it. */
  private static void outcomeUnknown(Scenario app) {
    app.primaryStore().plan(Fault.REPLY_LOST, 1, Step.MARK_AND_WRITE);
    assertFailure("reply lost", OutcomeUnknownException.class, "", () -> write(app));
    app.primaryStore().heal();
    assertThat(app.accounts.get(1L).balance()).isEqualByComparingTo("5");
    app.primaryStore().plan(Fault.REPLY_LOST, 1, Step.MARK_AND_WRITE);
    assertFailure("reply lost in a unit", OutcomeUnknownException.class, "", () -> unit(app));
    app.primaryStore().heal();
    assertThat(app.preferences.get("before").text()).isEqualTo("x");
    app.assertSettled();
  }
}
