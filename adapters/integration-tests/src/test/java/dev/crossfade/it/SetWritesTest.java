package dev.crossfade.it;

import static dev.crossfade.it.Exchange.fill;
import static dev.crossfade.it.Exchange.trade;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.CheckException;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.CrossfadeListener.RehearsalEvent;
import dev.crossfade.CrossfadeListener.WriteEvent;
import dev.crossfade.PartlyWrittenException;
import dev.crossfade.Stage;
import dev.crossfade.it.Exchange.Fill;
import dev.crossfade.it.Exchange.Fills;
import dev.crossfade.it.Exchange.Trade;
import dev.crossfade.it.Exchange.Trades;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.junit.app.OnlyIn;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Writes of sets of rows, in chunks of four, in every stage. That both stores hold the same when
 * each is over the test kit looks after.
 */
@CrossfadeTest(Exchange.class)
class SetWritesTest {
  private Stage stage;
  private Crossfade crossfade;
  private Trades trades;
  private Fills fills;

  @BeforeEach
  void start(Stage current, CrossfadeKit kit) {
    stage = current;
    crossfade = kit.crossfade();
    trades = crossfade.repository(Trades.class, "trades_0001");
    fills = crossfade.repository(Fills.class, "fills_0001");
  }

  private void insert(String state, long from, long to) {
    trades.saveAll(
        LongStream.rangeClosed(from, to).mapToObj(id -> trade(id, state, id * 10)).toList());
  }

  private static long units(String operation) {
    return Exchange.events().writes().stream()
        .filter(event -> event.operation().equals("trades_0001." + operation))
        .filter(event -> event.failure() == null)
        .count();
  }

  @Test
  void whatDoesNotMeetTheConditionAnyMoreIsDoneOnce() {
    insert("OPEN", 1, 10);
    insert("CLOSED", 11, 12);

    assertThat(trades.move("OPEN", "MOVED")).isEqualTo(10);

    assertThat(trades.inState("MOVED")).hasSize(10).allMatch(trade -> trade.touched() == 1);
    assertThat(trades.inState("CLOSED")).hasSize(2).allMatch(trade -> trade.touched() == 0);
    assertThat(units("move")).as("chunks of 4, 4 and 2").isEqualTo(3);
    assertThat(trades.move("OPEN", "MOVED")).isZero();
  }

  @Tag("exhaustive")
  @Test
  void whatMeetsTheConditionStillIsDoneOnceToo() {
    insert("OPEN", 1, 8);

    assertThat(trades.touch("OPEN")).isEqualTo(8);

    assertThat(trades.inState("OPEN")).hasSize(8).allMatch(trade -> trade.touched() == 1);
    assertThat(Exchange.events().mismatches()).isEmpty();
    assertThat(Exchange.events().rehearsals())
        .extracting(RehearsalEvent::result)
        .doesNotContain(RehearsalEvent.Result.MISMATCH, RehearsalEvent.Result.FAILED);
  }

  @Tag("exhaustive")
  @Test
  void keysOfSeveralColumnsAreInOrder() {
    insert("OPEN", 1, 3);
    List<Fill> all = new ArrayList<>();
    for (long id = 1; id <= 3; id++) {
      for (int number = 1; number <= 4; number++) {
        all.add(fill(id, number));
      }
    }
    fills.saveAll(all);

    assertThat(fills.add(new BigDecimal("0.50"))).isEqualTo(12);
    assertThat(fills.removeBehind(2)).isEqualTo(6);

    assertThat(fills.scan(null, 100))
        .hasSize(6)
        .allMatch(fill -> fill.quantity().compareTo(new BigDecimal("1.5")) == 0);
  }

  @Tag("exhaustive")
  @Test
  void deletesTakeTheirChildren() {
    insert("OPEN", 1, 6);
    insert("CLOSED", 7, 7);
    for (long id = 1; id <= 7; id++) {
      fills.saveAll(List.of(fill(id, 1), fill(id, 2)));
    }

    assertThat(trades.remove("OPEN")).isEqualTo(6);

    assertThat(trades.count()).isEqualTo(1);
    assertThat(fills.scan(null, 100)).extracting(Fill::tradeId).containsExactly(7L, 7L);
    assertThat(units("remove")).as("of two trades and their fills each").isEqualTo(3);
  }

  @Tag("exhaustive")
  @Test
  void chunksBeforeAFailureStay() {
    insert("OPEN", 1, 4);
    insert("OPEN", 5, 9);
    trades.save(trade(6, "OPEN", 3));

    PartlyWrittenException failure =
        catchThrowableOfType(
            PartlyWrittenException.class, () -> trades.charge(new BigDecimal("5")));

    assertThat(failure)
        .hasCauseExactlyInstanceOf(CheckException.class)
        .hasMessageContaining("trades_0001.charge failed after 1 of its chunks")
        .hasMessageContaining("up to key 4");
    assertThat(failure.outcome()).isEqualTo(Outcome.WRITTEN);
    assertThat(failure.rows()).isZero(); // the method says not how many
    assertThat(trades.get(4L).amount()).isEqualByComparingTo("35");
    assertThat(trades.get(5L).amount()).isEqualByComparingTo("50");
    assertThat(trades.get(9L).amount()).isEqualByComparingTo("90");
  }

  @Tag("exhaustive")
  @Test
  void aFailureOfTheFirstChunkIsThatOfTheMethod() {
    trades.save(trade(1, "OPEN", 3));

    assertThatThrownBy(() -> trades.charge(new BigDecimal("5")))
        .isExactlyInstanceOf(CheckException.class);

    assertThat(trades.get(1L).amount()).isEqualByComparingTo("3");
  }

  @Tag("exhaustive")
  @Test
  void insideAUnitItIsPartOfIt() {
    insert("OPEN", 1, 10);

    assertThatThrownBy(
            () ->
                crossfade.unit(
                    Exchange.MIGRATION,
                    () -> {
                      assertThat(trades.move("OPEN", "MOVED")).isEqualTo(10);
                      assertThat(trades.remove("MOVED")).isEqualTo(10);
                      throw new Domain.Changed();
                    }))
        .isExactlyInstanceOf(Domain.Changed.class);
    assertThat(trades.inState("OPEN")).hasSize(10);

    crossfade.unit(Exchange.MIGRATION, () -> trades.move("OPEN", "MOVED"));
    assertThat(trades.inState("MOVED")).hasSize(10);
    assertThat(trades.moveAtOnce("MOVED", "OPEN")).isEqualTo(10);
    assertThat(trades.inState("OPEN")).hasSize(10).allMatch(trade -> trade.touched() == 2);
    assertThat(units("moveAtOnce")).isEqualTo(1);
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn({Stage.OFF, Stage.COMPLETE})
  void tooManyForOneUnitAreRefused(CrossfadeKit kit) {
    RowReader rows = new RowReader(kit.legacyFile(), kit.database());
    kit.<RuntimeException>unrecorded(
        () ->
            rows.execute(
                stage.primary(),
                "with recursive n (i) as (select 1 union all select i + 1 from n where i < 10001)"
                    + " insert into trades_0001 (id, state, amount, touched)"
                    + " select i, 'OPEN', 1, 0 from n"));

    crossfade.unit(
        Exchange.MIGRATION,
        () -> {
          assertThatThrownBy(() -> trades.move("OPEN", "MOVED"))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("meets more than 10000 rows")
              .hasMessageContaining("nothing was changed by it");
          assertThat(trades.delete(1L)).isTrue(); // and the unit goes on
        });

    assertThat(trades.moveAtOnce("OPEN", "MOVED")).isEqualTo(10_000);
    assertThat(trades.inState("MOVED")).hasSize(10_000);
  }

  @Tag("exhaustive")
  @Test
  void twoSetsInOneCallAreRefused() {
    insert("OPEN", 1, 2);

    assertThatThrownBy(() -> trades.moveTwice("OPEN", "OVER", "DONE"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("changes two sets of rows");

    assertThat(trades.inState("OPEN")).hasSize(2);
  }

  /** Rows that always meet the condition are all done, whoever writes them meanwhile. */
  @Tag("exhaustive")
  @Test
  void concurrentWritersGetTheirTurn() throws Exception {
    insert("OPEN", 1, 60);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Integer>> writers = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        long begin = 1_000 + writer * 1_000L;
        writers.add(
            threads.submit(
                () -> {
                  int written = 0;
                  while (!done.get()) {
                    long id = 1L + written % 60;
                    Trade row = trades.get(id);
                    if (row.state().equals("OPEN")) {
                      crossfade.unit(
                          Exchange.MIGRATION, () -> trades.save(trade(begin + id, "NEW", 1)));
                    }
                    trades.delete(begin + id);
                    written++;
                  }
                  return written;
                }));
      }
      assertThat(trades.touch("OPEN")).isEqualTo(60);
      assertThat(trades.move("OPEN", "MOVED")).isEqualTo(60);
      done.set(true);
      for (Future<Integer> writer : writers) {
        assertThat(writer.get(120, TimeUnit.SECONDS)).isPositive();
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
    assertThat(trades.inState("MOVED")).hasSize(60).allMatch(trade -> trade.touched() == 2);
  }

  @Tag("exhaustive")
  @Test
  void eachChunkIsTold() {
    insert("OPEN", 1, 5);

    assertThat(trades.touch("OPEN")).isEqualTo(5);

    assertThat(Exchange.events().writes())
        .filteredOn(event -> event.operation().endsWith(".touch"))
        .extracting(WriteEvent::stage)
        .containsExactly(stage, stage);
  }
}
