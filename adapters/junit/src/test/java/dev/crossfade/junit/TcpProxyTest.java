package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import java.io.IOException;
import java.io.StringReader;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The faults as an application on PostgreSQL meets them. */
@ExtendWith(PostgresExtension.class)
@Timeout(600)
class TcpProxyTest {
  private final TestDatabase database;
  private final TcpProxy proxy;

  TcpProxyTest(TestDatabase database) {
    this.database = database;
    this.proxy = TcpProxy.to(database.server());
  }

  @BeforeEach
  void createTable() throws SQLException {
    Sql.execute(database, "create table t (id int primary key)");
  }

  @AfterEach
  void nothingIsLeft() {
    proxy.close();
    proxy.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("crossfade-proxy-" + proxy.port());
    assertThat(proxy.openConnections()).isZero();
  }

  @Test
  void passesUntilToldOtherwise() throws SQLException {
    try (Connection one = connect();
        Connection two = connect()) {
      assertThat(Sql.query(one, "select 1")).isEqualTo("1");
      String long1 = "x".repeat(3_000_000);
      assertThat(Sql.query(two, "select '" + long1 + "'")).isEqualTo(long1);
      assertThat(proxy.connections()).isEqualTo(2);
      assertThat(proxy.openConnections()).isEqualTo(2);
      assertThat(proxy.requests()).isEqualTo(2);
      assertThat(proxy.faults()).isZero();
    }
    await().atMost(TWO_MINUTES).until(() -> proxy.openConnections() == 0);
  }

  @Test
  void refusesOldAndNewConnectionsThenPasses() throws SQLException {
    try (Connection old = connect()) {
      proxy.refuse();
      assertThat(proxy.openConnections()).isZero();
      assertUnavailable(() -> Sql.query(old, "select 1"));
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(this::connect).hasRootCauseInstanceOf(ConnectException.class);
      }
      proxy.pass();
      try (Connection fresh = connect()) {
        assertThat(Sql.query(fresh, "select 1")).isEqualTo("1");
      }
      assertUnavailable(() -> Sql.query(old, "select 1"));
    }
  }

  @Test
  void inABlackHoleNothingPassesAndAfterItEverythingArrives() throws Exception {
    try (Connection patient = connect();
        Connection impatient = connect("socketTimeout=1")) {
      proxy.blackHole();
      CompletableFuture<String> answer = inBackground(() -> Sql.query(patient, "select 1"));
      // Asked about encryption, a server has five seconds before the driver gives up on its own.
      CompletableFuture<Connection> login = inBackground(() -> connect("sslmode=disable"));
      assertThatThrownBy(() -> Sql.query(impatient, "select 1"))
          .hasRootCauseInstanceOf(SocketTimeoutException.class);
      await().atMost(TWO_MINUTES).until(() -> proxy.connections() == 3);
      assertThat(answer).isNotDone();
      assertThat(login).isNotDone();
      assertThat(proxy.openConnections()).as("nobody hears that one has hung up").isEqualTo(3);

      proxy.pass();
      assertThat(answer.get()).isEqualTo("1");
      login.get().close();
    }
    await().atMost(TWO_MINUTES).until(() -> proxy.openConnections() == 0);
  }

  @Test
  void delaysBothWaysUntilToldOtherwise() throws SQLException {
    try (Connection connection = connect()) {
      proxy.delay(Duration.ofMillis(100));
      assertThat(millis(connection)).isBetween(200L, 5_000L);
      proxy.delay(Duration.ofHours(1));
      CompletableFuture<String> answer = inBackground(() -> Sql.query(connection, "select 1"));
      await().atMost(TWO_MINUTES).until(() -> proxy.requests() == 2);
      proxy.pass();
      assertThat(answer.join()).isEqualTo("1");
    }
  }

  @Test
  void aCommitWhoseReplyIsLostHasHappened() throws SQLException {
    Connection connection = transaction(1);
    proxy.loseReply("COMMIT"::equals);
    insert(connection, 2);
    assertUnavailable(connection::commit);
    assertThat(ids()).isEqualTo("1,2");
    assertThat(proxy.faults()).isEqualTo(1);
    transaction(3).close();
    assertThat(ids()).as("only once").isEqualTo("1,2,3");
  }

  @Test
  void aCommitThatIsLostHasNotHappened() throws SQLException {
    Connection connection = transaction(1);
    proxy.loseRequest("COMMIT"::equals);
    insert(connection, 2);
    assertUnavailable(connection::commit);
    assertThat(proxy.faults()).isEqualTo(1);
    transaction(3).close();
    await().atMost(TWO_MINUTES).untilAsserted(() -> assertThat(ids()).isEqualTo("1,3"));
  }

  @Test
  void everyReplyIsLostUntilToldOtherwise() throws SQLException {
    proxy.loseReplies();
    for (int i = 1; i <= 3; i++) {
      int id = i;
      Connection connection = connect();
      assertUnavailable(() -> insert(connection, id));
    }
    assertThat(ids()).isEqualTo("1,2,3");
    proxy.loseRequests();
    Connection connection = connect();
    assertUnavailable(() -> insert(connection, 4));
    proxy.pass();
    transaction(5).close();
    assertThat(ids()).isEqualTo("1,2,3,5");
    assertThat(proxy.faults()).isEqualTo(4);
  }

  /** A long answer comes in many chunks; the connection ends with the last of them. */
  @Test
  void theReplyIsLostAsAWhole() throws SQLException {
    Connection connection = connect();
    proxy.loseReply(1);
    assertUnavailable(
        () ->
            Sql.query(connection, "insert into t select generate_series(1, 100000) returning id"));
    assertThat(query("select count(*) from t")).isEqualTo("100000");
  }

  /** What the n-th request is does not depend on chunks: a sweep meets every one of them once. */
  @Test
  void aSweepFindsEveryRequest() throws SQLException {
    List<String> outcomes = new ArrayList<>();
    int before;
    int nth = 0;
    do {
      before = proxy.faults();
      Sql.execute(database, "truncate t");
      try (Connection connection = connect()) {
        connection.setAutoCommit(false);
        proxy.loseReply(++nth);
        insert(connection, 1); // BEGIN and INSERT
        insert(connection, 2);
        connection.commit();
        outcomes.add("done " + ids());
      } catch (SQLException e) {
        outcomes.add(ids());
      }
    } while (proxy.faults() > before);
    assertThat(outcomes).containsExactly("none", "none", "none", "1,2", "done 1,2");
  }

  @Test
  void aBatchIsAsManyRequestsAsRows() throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert = connection.prepareStatement("insert into t values (?)")) {
      for (int i = 1; i <= 3; i++) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      insert.executeBatch();
      assertThat(proxy.requests()).isEqualTo(3);
    }
  }

  @Test
  void aCopyWhoseReplyIsLostHasHappened() throws SQLException {
    CopyManager copy = connect().unwrap(PGConnection.class).getCopyAPI();
    proxy.loseReply("CopyDone"::equals);
    assertThatThrownBy(() -> copy.copyIn("copy t from stdin", new StringReader("4\n5\n")))
        .isInstanceOfAny(SQLException.class, IOException.class);
    assertThat(ids()).isEqualTo("4,5");
  }

  @Test
  void aServerThatIsNotThereIsAConnectionThatBreaks() throws SQLException {
    try (RestartablePostgres server = TestPostgres.start();
        TestDatabase own = server.newDatabase();
        TcpProxy toOwn = TcpProxy.to(server);
        Connection old = connect(own, toOwn, "")) {
      server.stopImmediately();
      assertUnavailable(() -> Sql.query(old, "select 1"));
      assertUnavailable(() -> connect(own, toOwn, ""));
      server.startAgain();
      try (Connection fresh = connect(own, toOwn, "")) {
        assertThat(Sql.query(fresh, "select 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void closingEndsWhatIsHeld() throws SQLException {
    try (Connection connection = connect()) {
      proxy.blackHole();
      proxy.close();
      assertUnavailable(() -> Sql.query(connection, "select 1"));
      assertThatIllegalStateException().isThrownBy(proxy::pass).withMessageContaining("is closed");
      try (TcpProxy other = TcpProxy.to(database.server())) {
        assertThat(other.connections()).isZero();
      }
    }
  }

  @Test
  void aPredicateMaySwitch() throws SQLException {
    Connection connection = connect();
    proxy.loseRequest(
        sql -> {
          if (sql.startsWith("insert")) {
            proxy.refuse();
          }
          return false;
        });
    assertUnavailable(() -> insert(connection, 1));
    assertThatThrownBy(this::connect).hasRootCauseInstanceOf(ConnectException.class);
    assertThat(proxy.faults()).isZero();
  }

  @Test
  void aPredicateThatThrowsFailsTheTest() throws SQLException {
    Connection connection = connect();
    proxy.loseRequest(
        sql -> {
          throw new IllegalArgumentException("test's own mistake");
        });
    assertUnavailable(() -> insert(connection, 1));
    assertThatIllegalStateException()
        .isThrownBy(proxy::pass)
        .withRootCauseInstanceOf(IllegalArgumentException.class);
    assertThatIllegalStateException().isThrownBy(proxy::close).withMessageContaining("has failed");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
        .withMessageContaining("PT-0.001S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxy.loseReply(0))
        .withMessageContaining("n = 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TcpProxy.to("no.such.host.invalid", 1))
        .withMessageContaining("no.such.host.invalid");
  }

  private Connection connect() throws SQLException {
    return connect("");
  }

  private Connection connect(String parameters) throws SQLException {
    return connect(database, proxy, parameters);
  }

  private static Connection connect(TestDatabase database, TcpProxy proxy, String parameters)
      throws SQLException {
    return DriverManager.getConnection(
        // Without this the driver sends a statement of its own after the login.
        database.jdbcUrlThrough(proxy) + "?assumeMinServerVersion=14&" + parameters,
        database.credentials());
  }

  /** A connection in whose first transaction, committed, that row was inserted. */
  private Connection transaction(int id) throws SQLException {
    Connection connection = connect();
    connection.setAutoCommit(false);
    insert(connection, id);
    connection.commit();
    return connection;
  }

  private static void insert(Connection connection, int id) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into t values (" + id + ")");
    }
  }

  /** What is there, read past the proxy. */
  private String ids() throws SQLException {
    return query("select coalesce(string_agg(id::text, ',' order by id), 'none') from t");
  }

  private String query(String sql) throws SQLException {
    return Sql.query(database, sql);
  }

  private static long millis(Connection connection) throws SQLException {
    long start = System.nanoTime();
    Sql.query(connection, "select 1");
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  private static void assertUnavailable(ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
  }

  private static <T> CompletableFuture<T> inBackground(Callable<T> work) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(work.call());
              } catch (Exception e) {
                future.completeExceptionally(e);
              }
            });
    thread.start();
    return future;
  }
}
