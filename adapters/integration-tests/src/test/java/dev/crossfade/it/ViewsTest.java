package dev.crossfade.it;

import static dev.crossfade.it.Exchange.trade;
import static dev.crossfade.junit.app.Parity.assertParity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.crossfade.ComparedReads;
import dev.crossfade.ConfigurationException;
import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.ShadowReadEvent.Result;
import dev.crossfade.Difference;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.ViewRepository;
import dev.crossfade.Writes;
import dev.crossfade.it.Exchange.PostgresVolumes;
import dev.crossfade.it.Exchange.Report;
import dev.crossfade.it.Exchange.SqliteVolumes;
import dev.crossfade.it.Exchange.Trades;
import dev.crossfade.it.Exchange.Volume;
import dev.crossfade.it.Exchange.Volumes;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.junit.app.OnlyIn;
import dev.crossfade.sqlite.SqliteViewRepository;
import dev.crossfade.store.ViewContext;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Views are read by the stage and compared as entities are, and nothing of them is written. */
@CrossfadeTest(Exchange.class)
class ViewsTest {
  private Stage stage;
  private CrossfadeKit kit;
  private Crossfade crossfade;
  private RowReader rows;
  private Trades trades;
  private Volumes volumes;
  private Report report;

  @BeforeEach
  void fill(Stage current, CrossfadeKit its) {
    stage = current;
    kit = its;
    crossfade = kit.crossfade();
    rows = new RowReader(kit.legacyFile(), kit.database());
    trades = crossfade.repository(Trades.class, "trades_0001");
    volumes = crossfade.view(Volumes.class);
    report = crossfade.view(Report.class);
    trades.saveAll(List.of(trade(1, "OPEN", 10), trade(2, "OPEN", 5), trade(3, "CLOSED", 100)));
  }

  private void refresh() {
    kit.<RuntimeException>unrecorded(
        () -> rows.execute(Side.TARGET, "refresh materialized view report"));
  }

  private void awaitCompared(int reads) {
    await("reads are compared")
        .atMost(Scenario.PATIENCE)
        .until(() -> Exchange.events().shadowReads().size() >= reads);
  }

  private static List<String> shown(List<Volume> all) {
    return all.stream().map(ViewsTest::shown).toList();
  }

  private static String shown(Volume volume) {
    return volume.state() + " " + volume.amount().intValueExact() + " " + volume.trades();
  }

  @Test
  void readsAreThoseOfThePrimary() {
    assertThat(shown(volumes.all())).containsExactlyInAnyOrder("OPEN 15 2", "CLOSED 100 1");
    assertThat(volumes.count()).isEqualTo(2);
    assertThat(shown(volumes.largest(1))).containsExactly("CLOSED 100 1");
    assertThat(volumes.of("OPEN")).map(ViewsTest::shown).contains("OPEN 15 2");
    assertThat(volumes.of("NONE")).isEmpty();
    assertThat(volumes).hasToString("Volumes of volumes (routed)");

    assertParity(volumes, view -> view.largest(10));
    if (stage.shadowReads()) {
      awaitCompared(5);
      assertThat(Exchange.events().mismatches()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void aUnitSeesItsOwnWrites() {
    crossfade.unit(
        Exchange.MIGRATION,
        () -> {
          trades.save(trade(4, "NEW", 7));
          assertThat(volumes.of("NEW")).map(ViewsTest::shown).contains("NEW 7 1");
          assertThatThrownBy(() -> ComparedReads.of(volumes, ViewRepository::all))
              .isInstanceOf(IllegalStateException.class);
        });

    assertThat(volumes.count()).isEqualTo(3);
  }

  @Tag("exhaustive")
  @Test
  void aMaterializedViewIsComparedWhenTheApplicationSaysSo() {
    refresh();
    trades.save(trade(4, "NEW", 7));

    assertThat(report.inOrder()).hasSize(stage.primary() == Side.LEGACY ? 3 : 2);

    refresh();
    assertThat(shown(report.inOrder())).containsExactly("CLOSED 100 1", "NEW 7 1", "OPEN 15 2");
    assertParity(report, Report::inOrder);
    assertThat(Exchange.events().shadowReads()).isEmpty(); // no sample was taken
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn({Stage.SHADOW, Stage.LIVE})
  void aViewThatMeansSomethingElseThereIsReported() {
    assertThat(crossfade.migration(Exchange.MIGRATION).awaitSettled(Scenario.PATIENCE)).isTrue();
    kit.<RuntimeException>unrecorded(
        () ->
            rows.execute(
                Side.TARGET,
                "create or replace view volumes as select state, sum(amount) as amount,"
                    + " count(*) + 1 as trades from trades_0001 group by state"));

    assertThat(volumes.of("OPEN")).isPresent();
    awaitCompared(1);
    assertThat(Exchange.events().shadowReads(Result.MISMATCH)).isEqualTo(1);
    assertThat(Exchange.events().mismatches())
        .extracting(Mismatch::entity, Mismatch::method, Mismatch::key, Mismatch::differences)
        .containsExactly(
            tuple(
                "volumes",
                "of",
                null,
                stage == Stage.SHADOW
                    ? List.of(new Difference("trades", "2", "3"))
                    : List.of(new Difference("trades", "3", "2"))));

    assertThat(volumes.all()).hasSize(2);
    awaitCompared(2);
    assertThat(Exchange.events().mismatches().get(1).differences())
        .containsExactly(new Difference("(result)", "2 rows", "2 rows"));
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void whatIsMissingIsSaidBeforeItIsNeeded() {
    kit.endsApart();
    rows.execute(
        Side.TARGET,
        List.of(
            "drop view volumes",
            "create view volumes as select state, sum(amount) as total from trades_0001"
                + " group by state",
            "drop materialized view report"));

    assertThatThrownBy(() -> kit.moveTo(Stage.DUAL_WRITE))
        .hasMessageContaining("\"volumes\" has no column amount for component amount")
        .hasMessageContaining("it has [state, total]")
        .hasMessageContaining("view report cannot be read")
        .hasMessageContaining("with a refresh if it is materialized");
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void aViewThatWasNeverRefreshedCannotBeRead() {
    kit.endsApart();
    rows.execute(Side.TARGET, "refresh materialized view report with no data");

    assertThatThrownBy(() -> kit.moveTo(Stage.DUAL_WRITE))
        .hasMessageContaining("has not been populated");
  }

  interface Writing extends ViewRepository<Volume> {
    @Writes
    void change();

    List<Volume> unmarked();
  }

  static final class SqliteWriting extends SqliteViewRepository<Volume> implements Writing {
    SqliteWriting(ViewContext<Volume> context) {
      super(context, Exchange.table("volumes"), columns -> columns.column("nothing", "state"));
    }

    @Override
    public void change() {
      throw new AssertionError("a view that writes is refused at the start");
    }

    @Override
    public List<Volume> unmarked() {
      return all();
    }
  }

  private List<String> problems(Consumer<MigrationBuilder> more) {
    ConfigurationException refusal =
        catchThrowableOfType(
            ConfigurationException.class,
            () ->
                Crossfade.builder()
                    .legacy(new Exchange().legacy(kit.legacyFile()))
                    .target(new Exchange().target(kit.database()))
                    .migration(
                        "other",
                        m -> {
                          m.entity(
                              Exchange.TRADE,
                              Exchange.SqliteTrades::new,
                              Exchange.PostgresTrades::new);
                          more.accept(m);
                        })
                    .build()
                    .close());
    assertThat(refusal).isNotNull();
    return refusal.problems();
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void whatDoesNotFitIsRefusedAtTheStart() {
    assertThat(problems(m -> m.view(Exchange.VOLUME, SqliteWriting::new, PostgresVolumes::new)))
        .anyMatch(p -> p.contains("Writing.change is @Writes, but a view is only read"))
        .anyMatch(p -> p.contains("Writing.unmarked is neither @Reads nor @Writes"))
        .anyMatch(p -> p.contains("PostgresVolumes does not implement"))
        .anyMatch(p -> p.contains("SqliteWriting does not implement"));
    assertThat(
            problems(
                m ->
                    m.view(Exchange.VOLUME, SqliteVolumes::new, PostgresVolumes::new)
                        .view(Exchange.VOLUME, SqliteVolumes::new, PostgresVolumes::new)))
        .anyMatch(p -> p.contains("has two views named 'volumes'"));
    assertThat(
            problems(
                m ->
                    m.view(
                        Exchange.VOLUME.named("trades_0001"),
                        SqliteVolumes::new,
                        PostgresVolumes::new)))
        .anyMatch(p -> p.contains("a view is named 'trades_0001' as an entity or another view is"));
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void aLookUpThatDoesNotFitSaysWhatThereIs() {
    assertThatThrownBy(() -> crossfade.view(Writing.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no migration has a view");
    assertThatThrownBy(() -> crossfade.view(Volumes.class, "volums"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the nearest is 'volumes'");
    assertThat(crossfade.view(Volumes.class, "volumes").count()).isEqualTo(2);
  }
}
