package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A primary is given up where nobody answers; much else looks like that. */
@ExtendWith(PostgresExtension.class)
class ReachTest {
  @Test
  void aPoolThatIsFullSaysNothing(TestDatabase database) throws SQLException {
    try (PostgresStore store =
            PostgresStore.at(database.jdbcUrl())
                .credentials(database.user(), database.password())
                .poolSize(1)
                .connectionWait(Duration.ofMillis(250))
                .open();
        Connection taken = store.pool().open()) {
      assertThat(taken.isClosed()).isFalse();
      assertThatThrownBy(store::identity).isInstanceOf(StoreUnavailableException.class);

      store.reach();
    }
  }

  @Test
  void aRefusedLoginIsAnAnswer(TestDatabase database) {
    try (PostgresStore store =
        PostgresStore.at(database.jdbcUrl())
            .credentials("nobody_of_that_name", "?")
            .connectionWait(Duration.ofMillis(250))
            .open()) {
      assertThatThrownBy(store::identity).isInstanceOf(StoreUnavailableException.class);

      store.reach();
    }
  }

  @Test
  void aPortThatIsClosedIsNone(TestDatabase database) {
    try (TcpProxy proxy = TcpProxy.to(database.server());
        PostgresStore store = through(proxy, database, "")) {
      store.reach();
      proxy.refuse();
      assertThatThrownBy(store::reach).isInstanceOf(StoreUnavailableException.class);
    }
  }

  @Test
  void silenceAndAnInterruptTellNothing(TestDatabase database) {
    try (TcpProxy proxy = TcpProxy.to(database.server());
        PostgresStore store = through(proxy, database, "socketTimeout=1")) {
      proxy.blackHole();
      assertThatThrownBy(store::reach).isInstanceOf(StoreTimeoutException.class);

      proxy.refuse();
      Thread.currentThread().interrupt();
      assertThatThrownBy(store::reach).isInstanceOf(StoreTimeoutException.class);
      assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
    }
  }

  private static PostgresStore through(TcpProxy proxy, TestDatabase database, String parameter) {
    String url = database.jdbcUrlThrough(proxy);
    String more = parameter.isEmpty() ? "" : (url.contains("?") ? "&" : "?") + parameter;
    return PostgresStore.at(url + more).credentials(database.user(), database.password()).open();
  }
}
