package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.RestartablePostgres;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is taken for another run of a server, and what is not. */
@ExtendWith(PostgresExtension.class)
class ServerRunTest {
  @Test
  void aServerThatWasStartedAgainIsAnotherRun() {
    try (RestartablePostgres server = TestPostgres.start();
        TestDatabase database = server.newDatabase();
        PostgresStore store = Fixture.at(database).open()) {
      store.connect();
      String before = store.identity();
      assertThat(identityOf(database)).as("over other connections").isEqualTo(before);

      server.stopImmediately();
      server.startAgain();

      String after =
          await()
              .atMost(Duration.ofMinutes(2))
              .ignoreExceptions()
              .until(store::identity, identity -> !identity.equals(before));
      assertThat(identityOf(database)).isEqualTo(after);
    }
  }

  @Test
  void tablesThatWereMadeAnewAreAnotherRun(TestDatabase database) {
    String before = identityOf(database);
    Fixture.execute(database, "drop schema crossfade cascade");
    assertThat(identityOf(database)).isNotEqualTo(before);
  }

  @Test
  void anOrdinaryRoleMayAskUnlessTheRightWasTakenAway(TestDatabase database) {
    try (InstallationTest.Role role = new InstallationTest.Role(database);
        PostgresStore store = role.at().open()) {
      PostgresStore.install(
          database.jdbcUrl(), new Credentials(database.user(), database.password()), role.name);
      store.connect();
      String whole = store.identity();
      assertThat(whole.split("/", -1)).hasSize(5);

      Fixture.execute(database, "revoke execute on function pg_control_system() from public");

      String rest = store.identity();
      assertThat(rest.split("/", -1)).hasSize(3);
      assertThat(whole).endsWith("/" + rest);
    }
  }

  private static String identityOf(TestDatabase database) {
    try (PostgresStore store = Fixture.at(database).open()) {
      store.connect();
      return store.identity();
    }
  }
}
