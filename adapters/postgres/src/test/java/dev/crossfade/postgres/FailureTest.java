package dev.crossfade.postgres;

import static dev.crossfade.postgres.Fixture.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.Fixture.Note;
import dev.crossfade.store.Finish;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a failure is called, and whether it can have changed anything. */
@ExtendWith(PostgresExtension.class)
class FailureTest {
  @ParameterizedTest
  @CsvSource({
    "23505,dev.crossfade.DuplicateKeyException",
    "23P01,dev.crossfade.DuplicateKeyException",
    "23503,dev.crossfade.ForeignKeyException",
    "23514,dev.crossfade.CheckException",
    "23502,dev.crossfade.CheckException",
    "22001,dev.crossfade.CheckException",
    "22003,dev.crossfade.CheckException",
    "40001,dev.crossfade.ConflictException",
    "40P01,dev.crossfade.ConflictException",
    "57014,dev.crossfade.StoreTimeoutException",
    "55P03,dev.crossfade.StoreTimeoutException",
    "25P03,dev.crossfade.StoreTimeoutException",
    "25P04,dev.crossfade.StoreTimeoutException",
    "08001,dev.crossfade.StoreUnavailableException",
    "08003,dev.crossfade.StoreUnavailableException",
    "08004,dev.crossfade.StoreUnavailableException",
    "08006,dev.crossfade.StoreUnavailableException",
    "08007,dev.crossfade.StoreUnavailableException",
    "57P02,dev.crossfade.StoreUnavailableException",
    "53200,dev.crossfade.StoreUnavailableException",
    "40003,dev.crossfade.StoreException",
    "25P02,dev.crossfade.StoreException",
    "57P01,dev.crossfade.StoreUnavailableException",
    "53100,dev.crossfade.StoreUnavailableException",
    "53300,dev.crossfade.StoreUnavailableException",
    "57P03,dev.crossfade.StoreUnavailableException",
    "58030,dev.crossfade.StoreUnavailableException",
    "25006,dev.crossfade.StoreUnavailableException",
    "42P01,dev.crossfade.StoreException"
  })
  void everySqlStateHasItsException(String state, Class<? extends CrossfadeException> type) {
    Failures failures = new Failures("db");
    SQLException cause = new SQLException("why", state);

    assertThat(failures.notWritten(cause))
        .isInstanceOf(type)
        .hasCause(cause)
        .hasMessageContaining("db: why (SQLSTATE " + state);
    assertThat(failures.perhapsWritten(cause))
        .isInstanceOf(UNKNOWN_ONCE_SENT.contains(state) ? OutcomeUnknownException.class : type);
  }

  /** Of these nobody can say whether the server did what it was asked to before. */
  private static final Set<String> UNKNOWN_ONCE_SENT =
      Set.of("08006", "08007", "57P01", "57P02", "57P03", "40003");

  @Test
  void theServersRefusalsAreNamed(TestDatabase database) {
    try (Fixture fixture = Fixture.withNotes(database)) {
      fixture.save(token(1L, "a"));
      assertThatExceptionOfType(DuplicateKeyException.class)
          .isThrownBy(() -> fixture.save(token(2L, "a")))
          .withMessageContaining("tokens_mint_address_key");
      assertThatExceptionOfType(ForeignKeyException.class)
          .isThrownBy(
              () ->
                  fixture.store.writeRow(
                      fixture.mark(),
                      fixture.notes,
                      new RowWrite.Insert<>(new Note(UUID.randomUUID(), 99L, "x"))))
          .withMessageContaining("note_token_id_fkey");
      assertThatExceptionOfType(CheckException.class)
          .isThrownBy(() -> fixture.save(token(2L, null)))
          .withMessageContaining("mint_address");
      Fixture.execute(database, "drop table note, token_scores");
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> fixture.notes.count())
          .withMessageContaining("note");
    }
  }

  @Test
  void aRowThatSomebodyHoldsTimesOut(TestDatabase database) throws Exception {
    PostgresStore store = Fixture.at(database).lockWait(Duration.ofMillis(200)).open();
    try (Fixture fixture = Fixture.on(database, store);
        Connection holder = database.open();
        Statement statement = holder.createStatement()) {
      fixture.save(token(1L, "a"));
      holder.setAutoCommit(false);
      statement.execute("select * from tokens for update");

      assertThatExceptionOfType(StoreTimeoutException.class)
          .isThrownBy(() -> fixture.save(token(1L, "b")))
          .withMessageContaining("lock timeout");
    }
  }

  @Test
  void singleStatementsAreRepeatedUpToThreeTimes(TestDatabase database) {
    try (Fixture fixture = Fixture.on(database)) {
      Fixture.execute(
          database,
          """
          create sequence tries;
          create function give_up() returns trigger language plpgsql as $$
          begin
            if nextval('tries') < 4 then raise exception 'again' using errcode = '40001'; end if;
            return new;
          end $$;
          create trigger crossfade_test before insert on tokens
            for each row execute function give_up();
          """);

      fixture.save(token(3L, "c"));
      assertThat(fixture.query("select last_value from tries")).containsExactly("4");
      assertThat(fixture.query("select id from crossfade.journal")).hasSize(1);

      Fixture.execute(database, "alter sequence tries restart with 0 minvalue 0");
      assertThatExceptionOfType(ConflictException.class)
          .isThrownBy(() -> fixture.save(token(4L, "d")))
          .withMessageContaining("again");
      assertThat(fixture.query("select id from tokens")).containsExactly("3");
    }
  }

  /** What the server says of itself, to a single row and to a unit: nothing was written. */
  @Tag("exhaustive")
  @ParameterizedTest
  @CsvSource({
    "53100,dev.crossfade.StoreUnavailableException",
    "53200,dev.crossfade.StoreUnavailableException",
    "58030,dev.crossfade.StoreUnavailableException",
    "57014,dev.crossfade.StoreTimeoutException",
    "40P01,dev.crossfade.ConflictException",
    "XX000,dev.crossfade.StoreException"
  })
  void whatTheServerFailsOfLeavesNothing(
      String state, Class<? extends CrossfadeException> type, TestDatabase database) {
    try (Fixture fixture = Fixture.on(database)) {
      Fixture.execute(
          database,
          """
          create function fail() returns trigger language plpgsql as $$
          begin raise exception 'not now' using errcode = '%s'; end $$;
          create trigger crossfade_test before insert on tokens
            for each row execute function fail();
          """
              .formatted(state));

      assertNothingWritten(fixture, type, () -> fixture.save(token(1L, "a")));
      assertNothingWritten(fixture, type, () -> inUnit(fixture));
    }
  }

  private static void inUnit(Fixture fixture) {
    Object unused = fixture.store.write(fixture.mark(), () -> fixture.tokens.save(token(1L, "a")));
  }

  private static void assertNothingWritten(
      Fixture fixture, Class<? extends CrossfadeException> type, ThrowingCallable write) {
    assertThatExceptionOfType(CrossfadeException.class)
        .isThrownBy(write)
        .isInstanceOf(type)
        .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_WRITTEN));
    assertThat(fixture.query("select id from tokens")).isEmpty();
    assertThat(fixture.query("select id from crossfade.journal")).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void aServerThatIsReadOnlyIsUnavailable(TestDatabase database) {
    try (Fixture installed = Fixture.on(database)) {
      Fixture.execute(
          database,
          "alter database " + database.name() + " set default_transaction_read_only = on");
      try (PostgresStore store = Fixture.at(database).open()) {
        Fixture.Tokens tokens = new Fixture.Tokens(contextOn(store));
        assertNothingWritten(
            installed,
            StoreUnavailableException.class,
            () -> store.writeRow(installed.mark(), tokens, new RowWrite.Save<>(direct(1L))));
        assertNothingWritten(
            installed,
            StoreUnavailableException.class,
            () -> store.write(installed.mark(), () -> tokens.save(direct(1L))));
      }
    }
  }

  @Tag("exhaustive")
  @Test
  void aServerThatTakesNoMoreConnectionsIsUnavailable(TestDatabase database) {
    try (Fixture installed = Fixture.on(database)) {
      Fixture.execute(
          database,
          "create role narrow_" + database.name() + " login password 'x' connection limit 0");
      try (PostgresStore store =
          PostgresStore.at(database.jdbcUrl())
              .credentials("narrow_" + database.name(), "x")
              .connectionWait(Duration.ofMillis(300))
              .open()) {
        Fixture.Tokens tokens = new Fixture.Tokens(contextOn(store));
        // Whoever has waited in vain is told why once the server has said so.
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(
                () ->
                    assertThatExceptionOfType(StoreUnavailableException.class)
                        .isThrownBy(
                            () -> store.write(installed.mark(), () -> tokens.save(direct(1L))))
                        .withMessageContaining("too many connections"));
      } finally {
        Fixture.execute(database, "drop role narrow_" + database.name());
      }
    }
  }

  /** Stopping, it ends sessions: whoever has not sent a commit knows that there was none. */
  @Tag("exhaustive")
  @Test
  void aSessionThatTheServerEndsHasWrittenNothing(TestDatabase database) {
    try (Fixture fixture = Fixture.on(database)) {
      assertNothingWritten(
          fixture,
          StoreUnavailableException.class,
          () ->
              fixture.store.write(
                  fixture.mark(),
                  () -> {
                    fixture.tokens.save(token(1L, "a"));
                    fixture.query(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname ="
                            + " current_database() and state = 'idle in transaction'");
                    return fixture.tokens.save(token(2L, "b"));
                  }));
    }
  }

  @Tag("exhaustive")
  @Test
  void anExhaustedPoolSaysItsState(TestDatabase database) {
    PostgresStore store =
        PostgresStore.at(database.jdbcUrl())
            .credentials(database.user(), database.password())
            .poolSize(1)
            .connectionWait(Duration.ofSeconds(3))
            .open();
    try (Fixture fixture = Fixture.on(database, store);
        PostgresUnit holder = new PostgresUnit(store.pool(), fixture.mark())) {
      holder.begin();
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> fixture.save(token(1L, "a")))
          .withMessageContaining("total=1, active=1, idle=0");
    }
  }

  /** A pool asks its first connection for the isolation level, once, and keeps what it found. */
  @Tag("exhaustive")
  @Test
  void aConnectionLostWhileAPoolBeginsIsForgotten(TestDatabase database) {
    try (TcpProxy proxy = TcpProxy.to(database.server());
        Fixture direct = Fixture.on(database);
        PostgresStore store =
            PostgresStore.at(database.jdbcUrlThrough(proxy))
                .credentials(database.user(), database.password())
                .open()) {
      store.connect();
      Finish written = direct.done(direct.save(token(1L, "a")));
      int faults = proxy.faults();
      proxy.loseRequest(sql -> sql.contains("ISOLATION LEVEL"));

      assertThat(Fixture.patiently(() -> store.journal().finish(List.of(written)))).isZero();

      assertThat(proxy.faults()).isEqualTo(faults + 1);
    }
  }

  @Tag("exhaustive")
  @Test
  void aConnectionLostInAChangeLeavesItsOutcomeUnknown(TestDatabase database) {
    try (TcpProxy proxy = TcpProxy.to(database.server());
        Fixture direct = Fixture.on(database);
        PostgresStore store =
            PostgresStore.at(database.jdbcUrlThrough(proxy))
                .credentials(database.user(), database.password())
                .open()) {
      store.connect();
      Fixture.Tokens tokens = new Fixture.Tokens(contextOn(store));
      RowState<Fixture.Token, Long> state = RowState.present(Fixture.TOKEN, direct(1L));
      proxy.loseReply(sql -> sql.contains("\"tokens\"") && sql.contains("with i as"));

      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> store.apply(direct.change(state)));
      proxy.pass();
      assertThat(direct.query("select id from tokens")).containsExactly("1");

      proxy.loseReply(sql -> sql.contains("with c as"));
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> store.writeRow(direct.mark(), tokens, new RowWrite.Save<>(direct(2L))));
      proxy.pass();
      assertThat(direct.query("select id from tokens order by id")).containsExactly("1", "2");

      proxy.loseReply("COMMIT"::equals);
      assertThatExceptionOfType(OutcomeUnknownException.class)
          .isThrownBy(() -> store.write(direct.mark(), () -> tokens.save(direct(3L))));
      proxy.pass();
      proxy.loseRequest(sql -> sql.contains("\"tokens\""));
      assertThatExceptionOfType(StoreUnavailableException.class)
          .isThrownBy(() -> store.write(direct.mark(), () -> tokens.save(direct(4L))));
      proxy.pass();
      assertThat(direct.query("select id from tokens order by id")).containsExactly("1", "2", "3");
    }
  }

  private static Fixture.Token direct(long id) {
    return new Fixture.Token(id, "m" + id, "active", null, null, Fixture.NOVEMBER);
  }

  private static Fixture.Context<Fixture.Token, Long> contextOn(PostgresStore store) {
    return new Fixture.Context<>(Fixture.TOKEN, store, List.of());
  }

  @Tag("exhaustive")
  @Test
  void aUnitThatIdlesIsRolledBack(TestDatabase database) {
    PostgresStore store = Fixture.at(database).idleInTransaction(Duration.ofMillis(200)).open();
    try (Fixture fixture = Fixture.on(database, store)) {
      assertThatExceptionOfType(CrossfadeException.class)
          .isThrownBy(
              () ->
                  store.write(
                      fixture.mark(),
                      () -> {
                        fixture.tokens.save(token(1L, "a"));
                        awaitNoTransaction(fixture);
                        return fixture.tokens.save(token(2L, "b"));
                      }))
          .satisfies(
              e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
      assertThat(fixture.query("select id from tokens")).isEmpty();
    }
  }

  private static void awaitNoTransaction(Fixture fixture) {
    Awaitility.await()
        .atMost(TWO_MINUTES)
        .until(
            () ->
                fixture
                    .query(
                        "select pid from pg_stat_activity where datname = current_database()"
                            + " and state = 'idle in transaction'")
                    .isEmpty());
  }

  @Tag("exhaustive")
  @Test
  void aUnitWithinAUnitIsRefused(TestDatabase database) {
    try (Fixture fixture = Fixture.on(database)) {
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> fixture.store.write(fixture.mark(), () -> fixture.save(token(1L, "a"))))
          .withMessageContaining("has a unit of work open");
    }
  }
}
