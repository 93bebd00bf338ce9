package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeListener.AvailabilityEvent;
import dev.crossfade.CrossfadeListener.AvailabilityEvent.Reason;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Preference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The application starts and serves without the store that is not the truth, and gets it back. */
class StartWithoutSecondaryTest {
  private static Scenario.Options options() {
    return Scenario.with()
        .proxied()
        .settings(s -> s.secondaryWait(Duration.ofMillis(500)))
        .sqlite(s -> s.busyTimeout(Duration.ofMillis(300)));
  }

  private static void write(Scenario app, int balance) {
    app.accounts.save(account(1, "a", balance));
    app.accounts.save(account(balance, "new " + balance, balance));
    assertThat(app.accounts.get(1L).balance()).isEqualByComparingTo(Long.toString(balance));
  }

  private static void assertJoined(Scenario app) {
    app.assertSettled();
    if (app.migration.stage().writesBoth()) {
      await().atMost(Scenario.PATIENCE).until(app.migration::secondaryAvailable);
      app.accounts.save(account(1, "a", 77));
      app.assertSettled();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OFF", "DUAL_WRITE", "SHADOW"})
  void postgresIsDown(Stage stage) {
    try (Scenario app = options().startIn(stage)) {
      write(app, 10);
      app.shutDown();
      app.proxy().refuse();
      app.open();
      write(app, 11);

      app.proxy().pass();
      assertJoined(app);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LIVE", "RAMP_DOWN", "COMPLETE"})
  void theFileIsMissing(Stage stage) throws IOException {
    try (Scenario app = options().startIn(stage)) {
      write(app, 10);
      app.shutDown();
      Path away = app.file().resolveSibling("away.db");
      Files.move(app.file(), away);
      app.open();
      write(app, 11);

      Files.move(away, app.file());
      assertJoined(app);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(names = {"LIVE", "RAMP_DOWN", "COMPLETE"})
  void theFileCannotBeOpened(Stage stage) throws IOException {
    try (Scenario app = options().startIn(stage)) {
      write(app, 10);
      app.shutDown();
      Path away = app.file().resolveSibling("away.db");
      Files.move(app.file(), away);
      Files.createDirectory(app.file());
      app.open();
      write(app, 11);

      Files.delete(app.file());
      Files.move(away, app.file());
      assertJoined(app);
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(names = {"LIVE", "RAMP_DOWN", "COMPLETE"})
  void theFileIsHeldByAnother(Stage stage) throws SQLException {
    try (Scenario app = options().startIn(stage)) {
      write(app, 10);
      app.shutDown();
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + app.file());
          Statement statement = other.createStatement()) {
        statement.execute("begin immediate");
        app.open();
        write(app, 11);
        statement.execute("rollback");
      }
      assertJoined(app);
    }
  }

  /** What was not seen at the start is seen when it comes, and told; nothing is written to it. */
  @Tag("exhaustive")
  @Test
  void itComesWithTablesThatDoNotFit() {
    try (Scenario app = options().startIn(Stage.DUAL_WRITE)) {
      startWithoutPostgres(app, "alter table account rename column note to remark");
      write(app, 12);
      assertThat(app.migration.journal().left()).isPositive();
      assertThat(unfit(app).failure()).hasMessageContaining("note");
      assertUnused(app, "note");

      app.rows.execute(Side.TARGET, "alter table account rename column remark to note");
      assertJoined(app);
      app.abandon(); // an error was logged, as it should be
    }
  }

  @Tag("exhaustive")
  @Test
  void itComesAsADatabaseOfAnotherTime() {
    try (Scenario app = options().startIn(Stage.DUAL_WRITE)) {
      startWithoutPostgres(app, "update crossfade.control set epoch = epoch + 90");
      write(app, 12);
      assertThat(app.migration.journal().left()).isPositive();
      assertThat(unfit(app).failure()).hasMessageContaining("epoch");
      assertThat(app.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
      assertUnused(app, "epoch");

      app.rows.execute(Side.TARGET, "update crossfade.control set epoch = epoch - 90");
      assertJoined(app);
      app.abandon(); // an error was logged, as it should be
    }
  }

  /** Found at the gate, at the latest: it would be taken for the truth after the decision. */
  @Tag("exhaustive")
  @Test
  void aDatabaseOfAnotherTimeDoesNotBecomeThePrimary() {
    try (Scenario app = Scenario.in(Stage.SHADOW)) {
      app.accounts.save(account(1, "a", 10));
      assertThat(app.migration.verify().differences()).isEmpty();
      app.rows.execute(Side.TARGET, "update crossfade.control set epoch = epoch + 90");

      assertThatThrownBy(() -> app.migration.moveTo(Stage.LIVE))
          .isInstanceOf(MoveRefusedException.class)
          .hasMessageContaining("has seen epoch");
      assertThat(app.migration.stage()).isEqualTo(Stage.SHADOW);
      app.accounts.save(account(2, "b", 10));

      app.rows.execute(Side.TARGET, "update crossfade.control set epoch = epoch - 90");
      app.assertSettled();
      app.migration.moveTo(Stage.LIVE);
      assertThat(app.accounts.count()).isEqualTo(2);
    }
  }

  /** A legacy store from before the switch says that it is the primary; it is not believed. */
  @Tag("exhaustive")
  @Test
  void theLegacyStoreComesAsItWasBeforeTheSwitch() throws IOException {
    try (Scenario app = options().startIn(Stage.LIVE)) {
      write(app, 10);
      app.shutDown();
      app.rows.execute(
          Side.LEGACY,
          "update crossfade_control set state = 'OPEN', stage = 'shadow', epoch = epoch - 1");
      Path away = app.file().resolveSibling("away.db");
      Files.move(app.file(), away);
      app.open();
      write(app, 11);

      Files.move(away, app.file());
      await().atMost(Scenario.PATIENCE).until(() -> unfit(app) != null);
      write(app, 12);
      assertThat(app.migration.stage()).isEqualTo(Stage.LIVE);
      assertThat(unfit(app).failure()).hasMessageContaining("restored");

      app.rows.execute(
          Side.LEGACY,
          "update crossfade_control set state = 'MOVED', stage = 'live', epoch = epoch + 1");
      assertJoined(app);
      app.abandon(); // an error was logged, as it should be
    }
  }

  /** A move neither goes there nor lets writes through. */
  private static void assertUnused(Scenario app, String why) {
    assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
        .isInstanceOf(MoveRefusedException.class)
        .hasMessageContaining("cannot be used")
        .hasMessageContaining(why);
    app.preferences.save(new Preference("p", "1"));
    assertThat(app.rows.row(Side.TARGET, "preference", "p")).isNull();
  }

  private static void startWithoutPostgres(Scenario app, String meanwhile) {
    write(app, 10);
    app.assertSettled();
    app.shutDown();
    app.proxy().refuse();
    app.open();
    write(app, 11);
    app.rows.execute(Side.TARGET, meanwhile);
    app.proxy().pass();
    await().atMost(Scenario.PATIENCE).until(() -> unfit(app) != null);
  }

  private static AvailabilityEvent unfit(Scenario app) {
    return app.events.all(AvailabilityEvent.class).stream()
        .filter(event -> event.reason() == Reason.UNFIT && !event.available())
        .findFirst()
        .orElse(null);
  }
}
