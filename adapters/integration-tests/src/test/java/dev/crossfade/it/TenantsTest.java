package dev.crossfade.it;

import static dev.crossfade.it.Exchange.fill;
import static dev.crossfade.it.Exchange.trade;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Crossfade;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Exchange.Fill;
import dev.crossfade.it.Exchange.Fills;
import dev.crossfade.it.Exchange.Trade;
import dev.crossfade.it.Exchange.Trades;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.junit.app.OnlyIn;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One interface, one record and one pair of implementations on the tables of each user. */
@CrossfadeTest(Exchange.class)
class TenantsTest {
  private Stage stage;
  private Crossfade crossfade;
  private RowReader rows;

  @BeforeEach
  void start(Stage current, CrossfadeKit kit) {
    stage = current;
    crossfade = kit.crossfade();
    rows = new RowReader(kit.legacyFile(), kit.database());
  }

  private Trades trades(String user) {
    return crossfade.repository(Trades.class, "trades_" + user);
  }

  private long count(Side side, String table) {
    return rows.count(side, "select count(*) from " + table);
  }

  @Test
  void eachHasItsOwnRows() {
    Trade mine = trades("0001").insert(new Trade(null, "OPEN", trade(0, "", 3).amount(), 0));
    trades("0002").saveAll(List.of(trade(1, "OPEN", 1), trade(2, "CLOSED", 2)));
    crossfade.unit(
        Exchange.MIGRATION,
        () -> {
          trades("0001").save(trade(7, "NEW", 1));
          trades("0002").save(trade(7, "NEW", 2));
        });

    assertThat(trades("0001").inState("OPEN")).extracting(Trade::id).containsExactly(mine.id());
    assertThat(trades("0002").inState("OPEN")).extracting(Trade::id).containsExactly(1L);
    assertThat(trades("0001").get(7L).amount()).isEqualByComparingTo("1");
    assertThat(trades("0002").get(7L).amount()).isEqualByComparingTo("2");
    for (Side side : Side.values()) {
      boolean written = stage.writesBoth() || side == stage.primary();
      assertThat(count(side, "trades_0001")).isEqualTo(written ? 2 : 0);
      assertThat(count(side, "trades_0002")).isEqualTo(written ? 3 : 0);
    }
  }

  @Tag("exhaustive")
  @Test
  void referencesStayWithinATenant() {
    Fills fills = crossfade.repository(Fills.class, "fills_0002");
    trades("0001").save(trade(1, "OPEN", 1));
    trades("0002").save(trade(2, "OPEN", 1));
    fills.save(fill(2, 1));

    assertThatThrownBy(() -> fills.save(fill(1, 1))).isExactlyInstanceOf(ForeignKeyException.class);
    assertThat(trades("0002").delete(2L)).isTrue();

    assertThat(fills.count()).isZero();
    assertThat(trades("0001").count()).isEqualTo(1);
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void aLookUpSaysWhichThereAre() {
    assertThatThrownBy(() -> crossfade.repository(Trades.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the entities [trades_0001, trades_0002] all have implementations of")
        .hasMessageContaining("repository(Trades.class, \"trades_0001\")");
    assertThatThrownBy(() -> trades("0003"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none that is named 'trades_0003'")
        .hasMessageContaining("the entities [trades_0001, trades_0002] do");
    assertThatThrownBy(() -> crossfade.repository(Trades.class, "fills_0001"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the nearest is 'trades_0001'");
    assertThat(trades("0002")).isSameAs(trades("0002")).isNotSameAs(trades("0001"));
    assertThat(trades("0002")).hasToString("Trades of trades_0002 (routed)");
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void aParentMustBeOne() {
    assertThatThrownBy(() -> Exchange.TRADE.named("other", Exchange.FILL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trades_0001 refers to no entity of " + Fill.class.getName());
    assertThat(Exchange.TRADE.named("other").keys()).isSameAs(Exchange.TRADE.keys());
  }
}
