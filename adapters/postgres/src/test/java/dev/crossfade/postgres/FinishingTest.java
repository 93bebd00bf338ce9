package dev.crossfade.postgres;

import static dev.crossfade.postgres.Fixture.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Span;
import dev.crossfade.store.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Step 4: quickly where nobody contests, and without deadlocks where many do. */
@ExtendWith(PostgresExtension.class)
class FinishingTest {
  private Fixture fixture;

  @BeforeEach
  void open(TestDatabase database) {
    fixture = Fixture.on(database);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private int finish(Finish... operations) {
    return finish(List.of(operations));
  }

  private int finish(List<Finish> operations) {
    return Fixture.patiently(() -> fixture.store.journal().finish(operations));
  }

  @Test
  void twoWritesOfOneKeyContestEachOther() {
    Written<Object> first = fixture.save(token(1L, "a"));
    Written<Object> second = fixture.save(token(1L, "b"));

    assertThat(finish(fixture.done(first))).isZero();
    assertThat(finish(fixture.done(second))).isOne();
    assertThat(fixture.query("select state from crossfade.journal")).containsExactly("left");
  }

  @Test
  void aPointWithinARangeStaysAndTheRangeGoes() {
    Span range = Span.range("token", new byte[0], null);
    Entry chunk = fixture.store.journal().mark(fixture.mark(), List.of(range)).get(0);
    Written<Object> written = fixture.save(token(1L, "a"));

    assertThat(finish(fixture.done(written))).isOne();
    assertThat(
            finish(
                new Finish(
                    Fixture.MIGRATION,
                    fixture.incarnation,
                    List.of(chunk),
                    Outcome.DONE,
                    List.of())))
        .isZero();
    assertThat(fixture.query("select state from crossfade.journal")).containsExactly("left");
  }

  @Test
  void leftEntriesOfAKeyAreNoneOfItsWritersBusiness() {
    for (int i = 0; i < 3; i++) {
      finish(fixture.finish(fixture.save(token(1L, "a")), Outcome.NOT_DONE));
    }

    assertThat(finish(fixture.done(fixture.save(token(1L, "b"))))).isZero();
    assertThat(fixture.query("select state || contested from crossfade.journal"))
        .containsExactly("leftfalse", "leftfalse", "leftfalse");
  }

  @Tag("exhaustive")
  @Test
  void anEntryThatIsGoneComesBack() {
    Written<Object> written = fixture.save(token(1L, "a"));
    Fixture.execute(fixture.database, "delete from crossfade.journal");

    assertThat(finish(fixture.done(written))).isOne();
    assertThat(fixture.query("select state from crossfade.journal")).containsExactly("left");
    Fixture.execute(fixture.database, "delete from crossfade.journal");

    assertThat(finish(fixture.finish(written, Outcome.UNKNOWN))).isOne();
    assertThat(fixture.query("select state from crossfade.journal")).containsExactly("unknown");
  }

  @Tag("exhaustive")
  @Test
  void anEntryThatWasSweptIsNotDeletedByALateFinish() {
    Written<Object> first = fixture.save(token(1L, "a"));
    Written<Object> second = fixture.save(token(1L, "b"));
    long swept = first.entries()[0];
    fixture.store.journal().leaveForgotten(fixture.incarnation, id -> id != swept);

    assertThat(finish(fixture.done(second))).isZero();
    assertThat(finish(fixture.done(first))).isOne();
    assertThat(fixture.query("select state from crossfade.journal")).containsExactly("left");
  }

  @Tag("exhaustive")
  @Test
  void parkedEntriesAreNotDeletedByTheFinishOfAnOwnerThatWasFenced() {
    Written<Object> first = fixture.save(token(1L, "a"));
    Written<Object> second = fixture.save(token(1L, "b"));
    Fixture.execute(fixture.database, "update crossfade.journal set state = 'parked'");

    assertThat(finish(fixture.done(first), fixture.done(second))).isEqualTo(2);
    assertThat(fixture.query("select state from crossfade.journal"))
        .containsExactly("parked", "parked");
  }

  @Tag("exhaustive")
  @Test
  void sixteenFinishersOfFewKeysDoNotDeadlock() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(16);
    try {
      Callable<Integer> worker =
          () -> {
            int stay = 0;
            for (int i = 0; i < 15; i++) {
              List<Finish> batch = new ArrayList<>();
              for (long key = 0; key < 4; key++) {
                batch.add(fixture.done(fixture.save(token(key, "mint" + key))));
              }
              stay += finish(batch);
            }
            return stay;
          };
      List<Future<Integer>> workers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        workers.add(executor.submit(worker));
      }
      int stay = 0;
      for (Future<Integer> one : workers) {
        stay += one.get();
      }

      assertThat(fixture.query("select count(*) from crossfade.journal"))
          .containsExactly(String.valueOf(stay));
      assertThat(
              fixture.query(
                  "select deadlocks from pg_stat_database where datname = current_database()"))
          .containsExactly("0");
    } finally {
      executor.shutdownNow();
    }
  }
}
