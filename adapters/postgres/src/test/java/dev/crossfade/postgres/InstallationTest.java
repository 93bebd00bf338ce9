package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code connect} checks and installs. */
@ExtendWith(PostgresExtension.class)
class InstallationTest {
  @Test
  void installsOnceAndFindsItInstalled(TestDatabase database) {
    for (int i = 0; i < 2; i++) {
      try (PostgresStore store = Fixture.at(database).open()) {
        store.connect();
        store.connect();
        assertThat(store.control().read("none")).isNull();
      }
    }
    assertThat(Fixture.query(database, Installation.APPLIED))
        .as("what is compared instead of asking Flyway")
        .containsExactlyElementsOf(Installation.COMPLETE);
  }

  @Test
  void refusesTablesThatAnotherMigrationHasMade(TestDatabase database) {
    try (PostgresStore store = Fixture.at(database).open()) {
      store.connect();
    }
    Fixture.execute(
        database, "update crossfade.schema_history set checksum = 1 where version is not null");

    try (PostgresStore store = Fixture.at(database).open()) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(store::connect)
          .withMessageContaining("checksum mismatch");
    }
  }

  @Test
  void leavesWhatANewerVersionHasInstalled(TestDatabase database) {
    try (PostgresStore store = Fixture.at(database).open()) {
      store.connect();
    }
    Fixture.execute(
        database,
        """
        insert into crossfade.schema_history (installed_rank, version, description, type, script,
          checksum, installed_by, execution_time, success)
        values (99, '99', 'newer', 'SQL', 'V99__newer.sql', 1, current_user, 1, true)
        """);

    try (PostgresStore store = Fixture.at(database).open()) {
      assertThatCode(store::connect).doesNotThrowAnyException();
    }
  }

  @Test
  void contactsNobodyUntilItConnects() {
    try (PostgresStore store =
        PostgresStore.at("jdbc:postgresql://127.0.0.1:1/nowhere?password=secret")
            .connectionWait(Duration.ofMillis(300))
            .open()) {
      assertThat(store.name()).isEqualTo("jdbc:postgresql://127.0.0.1:1/nowhere");
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(store::connect)
          .withMessageContaining("request timed out after")
          .withMessageContaining("refused");
    }
  }

  @Test
  void refusesADatabaseThatCommitsWithoutWaitingForTheDisk(TestDatabase database) {
    Fixture.execute(
        database, "alter database " + database.name() + " set synchronous_commit = off");

    try (PostgresStore store = Fixture.at(database).open()) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(store::connect)
          .withMessageContaining("synchronous_commit is off")
          .withMessageContaining("allowWeakDurability()");
    }
    try (PostgresStore store = Fixture.at(database).allowWeakDurability().open()) {
      assertThatCode(store::connect).doesNotThrowAnyException();
    }
  }

  @Test
  void saysWhoMustInstallWhereTheRoleMayNot(TestDatabase database) {
    try (Role role = new Role(database)) {
      try (PostgresStore store = role.at().open()) {
        assertThatExceptionOfType(ConfigurationException.class)
            .isThrownBy(store::connect)
            .withMessageContaining("role " + role.name)
            .withMessageContaining("PostgresStore.install(");
      }

      PostgresStore.install(database.jdbcUrl(), owner(database), role.name);

      try (PostgresStore store = role.at().open()) {
        store.connect();
        Fixture.register(store.instances(), UUID.randomUUID());
      }
    }
  }

  @Test
  void installsAsTheOwnerAndGrantsTheRest(TestDatabase database) {
    try (Role role = new Role(database);
        PostgresStore store = role.at().owner(database.user(), database.password()).open()) {
      store.connect();
      Fixture.register(store.instances(), UUID.randomUUID());
      assertThat(store.instances().expired("tokens", Duration.ofDays(1))).isEmpty();
    }
  }

  @Test
  void aWrongOwnerShowsAtTheStartAlsoWhereEverythingIsInstalled(TestDatabase database) {
    try (PostgresStore store = Fixture.at(database).open()) {
      store.connect();
    }
    try (PostgresStore store = Fixture.at(database).owner("nobody_of_that_name", "x").open()) {
      assertThatExceptionOfType(CrossfadeException.class)
          .isThrownBy(store::connect)
          .withMessageContaining("nobody_of_that_name");
    }
  }

  @Test
  void saysWhichRightsAreMissing(TestDatabase database) {
    try (PostgresStore store = Fixture.at(database).open()) {
      store.connect();
    }
    try (Role role = new Role(database);
        PostgresStore store = role.at().open()) {
      Fixture.execute(
          database,
          "grant usage on schema crossfade to "
              + role.name
              + "; grant select on all tables in schema crossfade to "
              + role.name);

      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(store::connect)
          .withMessageContaining(
              "grant select, insert, update, delete on all tables in schema crossfade to "
                  + role.name);
    }
  }

  @Test
  void checksItsOptions() {
    PostgresStore.Builder builder = PostgresStore.at("jdbc:postgresql://db/app").poolSize(3);

    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> builder.poolSize(4))
        .withMessage("poolSize is given twice");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> PostgresStore.at("jdbc:sqlite:x"))
        .withMessageContaining("jdbc:postgresql:");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> builder.maxLifetime(Duration.ofSeconds(1)))
        .withMessage("maxLifetime must be at least 30000 ms, not 1000 ms");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> builder.keepAlive(Duration.ofHours(1)).open())
        .withMessageContaining("less than maxLifetime");
    assertThat(new Credentials("app", "secret")).hasToString("app");
  }

  private static Credentials owner(TestDatabase database) {
    return new Credentials(database.user(), database.password());
  }

  /** A role that may connect, and nothing else. */
  static final class Role implements AutoCloseable {
    final String name = "role_" + UUID.randomUUID().toString().replace("-", "");
    private final TestDatabase database;

    Role(TestDatabase database) {
      this.database = database;
      Fixture.execute(database, "create role " + name + " login password 'role'");
    }

    PostgresStore.Builder at() {
      return PostgresStore.at(database.jdbcUrl()).credentials(name, "role");
    }

    @Override
    public void close() {
      for (String sql : List.of("drop owned by " + name, "drop role " + name)) {
        Fixture.execute(database, sql);
      }
    }
  }
}
