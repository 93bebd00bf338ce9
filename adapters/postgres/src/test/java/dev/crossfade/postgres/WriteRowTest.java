package dev.crossfade.postgres;

import static dev.crossfade.postgres.Fixture.NOVEMBER;
import static dev.crossfade.postgres.Fixture.score;
import static dev.crossfade.postgres.Fixture.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.CheckException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.Fixture.Note;
import dev.crossfade.postgres.Fixture.Score;
import dev.crossfade.postgres.Fixture.Token;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Written;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One row with its mark, in one statement. */
@ExtendWith(PostgresExtension.class)
class WriteRowTest {
  private Fixture fixture;

  @BeforeEach
  void open(TestDatabase database) {
    fixture = Fixture.on(database);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void returnsWhatTheStoreHoldsAndMarksTheGeneratedKey() {
    Written<Object> written = fixture.save(token(null, "mint"));

    Token stored = (Token) written.result();
    assertThat(stored.id()).isNotNull();
    assertThat(stored.status()).isEqualTo("monitoring");
    assertThat(stored.createdAt()).isNotNull();
    assertThat(stored.liquidityUsd()).isEqualTo(new BigDecimal("12.50"));
    assertThat(written.entries()).hasSize(1);
    assertThat(journalKeys()).containsExactly(hex(Fixture.TOKEN.keys().encode(stored.id())));
    assertThat(written.states().get(0).row()).isEqualTo(stored);
  }

  @Test
  void marksGeneratedUuidsInTheirCanonicalForm() {
    Written<Object> written =
        fixture.store.writeRow(
            fixture.mark(), fixture.notes, new RowWrite.Insert<>(new Note(null, null, "x")));

    UUID id = ((Note) written.result()).id();
    assertThat(journalKeys()).containsExactly(hex(Fixture.NOTE.keys().encode(id)));
  }

  @Test
  void marksNegativeGeneratedKeysInTheirCanonicalForm() {
    Fixture.execute(
        fixture.database, "alter table tokens alter id drop identity, alter id set default -5");

    fixture.save(token(null, "mint"));

    assertThat(journalKeys()).containsExactly(hex(Fixture.TOKEN.keys().encode(-5L)));
  }

  @Test
  void replacesARowAndKeepsWhatIsDefaulted() {
    Fixture.execute(
        fixture.database,
        "insert into tokens (id, mint_address, status) values (3, 'm', 'active')");

    Token stored = (Token) fixture.save(token(3L, "other")).result();

    assertThat(stored.mintAddress()).isEqualTo("other");
    assertThat(stored.status()).isEqualTo("active");
  }

  @Test
  void insertRefusesAKeyThatIsThere() {
    fixture.save(token(3L, "m"));

    assertThatExceptionOfType(DuplicateKeyException.class)
        .isThrownBy(
            () ->
                fixture.store.writeRow(
                    fixture.mark(), fixture.tokens, new RowWrite.Insert<>(token(3L, "n"))))
        .withMessageContaining("tokens_pkey");
    assertThat(journalKeys()).hasSize(1);
  }

  /** Indexes are filled in the order they were made: the first of these waits for the test. */
  private static final String WAITING_INDEX =
      """
      create function wait_for_test(id bigint) returns bigint immutable language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(1);
        return id;
      end $$;
      alter table tokens drop constraint tokens_pkey cascade;
      alter table tokens drop constraint tokens_mint_address_key;
      create index waiting on tokens (wait_for_test(id));
      alter table tokens add constraint tokens_mint_address_key unique (mint_address);
      alter table tokens add constraint tokens_pkey primary key (id);
      """;

  @Test
  void saveReplacesARowThatAppearsMeanwhile() throws Exception {
    Fixture.execute(fixture.database, WAITING_INDEX);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (Connection other = fixture.database.open();
        Statement statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(1)");
      Future<Written<Object>> saved = executor.submit(() -> fixture.save(token(7L, "m")));
      Awaitility.await()
          .atMost(TWO_MINUTES)
          .until(
              () ->
                  !fixture
                      .query(
                          "select 1 from pg_locks join pg_database d on d.oid = database"
                              + " where datname = current_database()"
                              + " and locktype = 'advisory' and not granted")
                      .isEmpty());
      statement.execute("insert into tokens (id, mint_address) values (7, 'm')");
      statement.execute("select pg_advisory_unlock(1)");

      Token stored = (Token) saved.get().result();
      assertThat(stored.liquidityUsd()).isEqualTo(new BigDecimal("12.50"));
    } finally {
      executor.shutdownNow();
    }
    assertThat(fixture.query("select mint_address from tokens")).containsExactly("m");
    assertThat(journalKeys()).hasSize(1);
  }

  @Tag("exhaustive")
  @Test
  void saveRefusesAValueOfAnotherRow() {
    fixture.save(token(3L, "m"));

    assertThatExceptionOfType(DuplicateKeyException.class)
        .isThrownBy(() -> fixture.save(token(4L, "m")))
        .withMessageContaining("tokens_mint_address_key");
    assertThat(journalKeys()).hasSize(1);
  }

  @Tag("exhaustive")
  @Test
  void tellsADeleteOfNothingFromAStaleEpoch() {
    assertThat(delete(fixture.mark(), 4711L).result()).isEqualTo(false);
    assertThat(journalKeys()).isEmpty();

    fixture.save(token(3L, "m"));
    assertThat(delete(fixture.mark(), 3L).result()).isEqualTo(true);
    assertThat(journalKeys()).hasSize(2);

    assertThatExceptionOfType(StaleEpochException.class)
        .isThrownBy(() -> delete(fixture.markAt(2), 3L));
  }

  private Written<Object> delete(Mark mark, long id) {
    return fixture.store.writeRow(mark, fixture.tokens, new RowWrite.Delete<>(id));
  }

  @Tag("exhaustive")
  @Test
  void changesNothingUnderAnotherEpoch() {
    assertThatExceptionOfType(StaleEpochException.class)
        .isThrownBy(
            () ->
                fixture.store.writeRow(
                    fixture.markAt(0), fixture.tokens, new RowWrite.Save<>(token(null, "m"))));

    assertThat(fixture.query("select id from tokens")).isEmpty();
    assertThat(journalKeys()).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void leavesWhatTheMarkSays() {
    fixture.store.writeRow(
        fixture.mark(Mark.Kind.NOTHING), fixture.tokens, new RowWrite.Save<>(token(1L, "a")));
    Written<Object> remembered =
        fixture.store.writeRow(
            fixture.mark(Mark.Kind.REMEMBERED),
            fixture.tokens,
            new RowWrite.Save<>(token(2L, "b")));
    fixture.store.writeRow(
        fixture.mark(Mark.Kind.REMEMBERED), fixture.tokens, new RowWrite.Save<>(token(2L, "c")));

    assertThat(remembered.entries()).isEmpty();
    assertThat(journalKeys()).isEmpty();
    assertThat(fixture.query("select encode(key, 'hex') from crossfade.remembered"))
        .containsExactly(hex(Fixture.TOKEN.keys().encode(2L)));
  }

  /** The value that it waits for at its commit is another's. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKeyThatIsRememberedAlreadyIsHeldUntilTheWriteIsCommitted(boolean asUnit) throws Exception {
    Fixture.execute(
        fixture.database,
        "alter table tokens add unique (liquidity_usd) deferrable initially deferred");
    Mark mark = fixture.mark(Mark.Kind.REMEMBERED);
    RowWrite.Save<Token, Long> write =
        new RowWrite.Save<>(new Token(2L, "b", null, new BigDecimal("5.00"), null, null));
    fixture.store.writeRow(mark, fixture.tokens, new RowWrite.Save<>(token(2L, "a")));
    String version = "select xmin || ' ' || ctid from crossfade.remembered";
    List<String> before = fixture.query(version);

    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Connection first = fixture.database.open();
        Statement statement = first.createStatement()) {
      first.setAutoCommit(false);
      statement.execute(
          "insert into tokens (id, mint_address, liquidity_usd) values (9, 'z', 5.00)");
      Future<Object> writing =
          other.submit(
              () ->
                  asUnit
                      ? fixture.store.write(mark, () -> fixture.tokens.save(write.row()))
                      : fixture.store.writeRow(mark, fixture.tokens, write));
      fixture.awaitWaiting();
      assertThat(fixture.store.journal().forgetRemembered(fixture.mark(), 10))
          .as("while the write is not committed")
          .isZero();
      first.rollback();
      writing.get();
    } finally {
      other.shutdownNow();
    }
    assertThat(fixture.query(version)).as("no second version of it").isEqualTo(before);
    assertThat(fixture.store.journal().recall(fixture.mark())).isEqualTo(1);
    assertThat(fixture.tokens.get(2L).mintAddress()).isEqualTo("b");
  }

  @Tag("exhaustive")
  @Test
  void sendsOneStatement() {
    fixture.save(token(1L, "a"));

    assertThat(
            fixture.query(
                "select query from pg_stat_activity where datname = current_database()"
                    + " and application_name = 'crossfade' and query like 'with c as%'"))
        .hasSize(1)
        .first()
        .asString()
        .contains("insert into crossfade.journal");
  }

  @Tag("exhaustive")
  @Test
  void namesTheColumnThatRefusesAndNotTheValue() {
    Token wrong = new Token(1L, "m", "secret", null, null, null);

    assertThatExceptionOfType(CheckException.class)
        .isThrownBy(() -> fixture.save(wrong))
        .withMessageContaining("tokens_status_check")
        .withMessageNotContaining("secret")
        .satisfies(e -> assertThat(e.getCause().getMessage()).doesNotContain("secret"));
  }

  @Tag("exhaustive")
  @Test
  void movesARowWhoseLocatorChanges() {
    fixture.save(score(5L, NOVEMBER));
    fixture.save(score(5L, NOVEMBER.plusSeconds(60)));

    assertThat(fixture.query("select created_at at time zone 'UTC' from token_scores where id = 5"))
        .containsExactly("2026-11-20 12:01:00");
    assertThat(journalKeys()).hasSize(2);
  }

  @Tag("exhaustive")
  @Test
  void insertOfAKeyWithAnotherLocatorIsADuplicate() {
    fixture.save(score(5L, NOVEMBER));

    assertThatExceptionOfType(DuplicateKeyException.class)
        .isThrownBy(
            () ->
                fixture.store.writeRow(
                    fixture.mark(),
                    fixture.scores,
                    new RowWrite.Insert<>(score(5L, NOVEMBER.plusSeconds(1)))));
    assertThat(fixture.query("select id from token_scores")).hasSize(1);
  }

  /** Each key is new again and again: only then do writers have no row to wait for. */
  @Tag("exhaustive")
  @Test
  void writersOfOneKeyWithManyLocatorsLeaveOneRow() throws Exception {
    AtomicInteger seconds = new AtomicInteger();

    for (long key = 0; key < 60; key++) {
      long id = key;
      run(8, () -> fixture.save(score(id, NOVEMBER.plusSeconds(seconds.incrementAndGet()))));
    }

    assertThat(fixture.query("select count(*) from token_scores")).containsExactly("60");
    assertThat(fixture.query("select count(distinct id) from token_scores")).containsExactly("60");
    assertThat(journalKeys()).hasSize(480);
  }

  @Tag("exhaustive")
  @Test
  void deletesByKeyWhateverTheLocator() {
    fixture.save(score(5L, NOVEMBER));

    Object deleted =
        fixture
            .store
            .writeRow(fixture.mark(), fixture.scores, new RowWrite.Delete<Score, Long>(5L))
            .result();

    assertThat(deleted).isEqualTo(true);
    assertThat(fixture.query("select id from token_scores")).isEmpty();
  }

  private static void run(int threads, Callable<Object> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Object>> running =
          IntStream.range(0, threads).mapToObj(i -> executor.submit(work)).toList();
      for (Future<Object> one : running) {
        one.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private List<String> journalKeys() {
    return fixture.query("select encode(key, 'hex') from crossfade.journal order by id");
  }

  private static String hex(byte[] key) {
    return HexFormat.of().formatHex(key);
  }
}
