package dev.crossfade.it;

import static dev.crossfade.it.Domain.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CheckException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.FaultyStore.Fault;
import dev.crossfade.junit.FaultyStore.Step;
import dev.crossfade.micrometer.CrossfadeMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The meters of a real crossing are those that docs/metrics.md lists, and say what happened. */
class MetricsTest {
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `(crossfade\\.[a-z.]+)` \\| (\\w+) \\| (\\w*) ?\\| ([^|]*)\\| [^|]+\\|[^|]*\\|$");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  private long timed(String name, String... tags) {
    return registry.get(name).tags(tags).timer().count();
  }

  @Test
  void theTableAndTheRegistryAgreeAfterACrossing() throws IOException {
    CrossfadeMetrics metrics = new CrossfadeMetrics(registry, Duration.ofMillis(50));
    try (Scenario app =
        Scenario.with()
            .listener(metrics)
            .settings(s -> s.shadowSampling(1).rehearsalSampling(1).repairMismatches(true))
            .start()) {
      checkACrossing(app, metrics.bindTo(app.crossfade));
    } finally {
      metrics.close();
    }
  }

  private void checkACrossing(Scenario app, CrossfadeMetrics metrics) throws IOException {
    try (metrics) {
      assertThat(gauge("crossfade.secondary.available")).isNaN();
      drive(app);

      assertThat(registered()).isEqualTo(documented());

      assertThat(timed("crossfade.writes", "operation", "account.save", "outcome", "written"))
          .isGreaterThanOrEqualTo(2);
      assertThat(timed("crossfade.writes", "exception", "CheckException")).isEqualTo(1);
      assertThat(timed("crossfade.writes", "operation", "unit", "outcome", "not_written"))
          .isEqualTo(1);
      assertThat(count("crossfade.moves", "from", "shadow", "to", "live", "result", "moved"))
          .isEqualTo(1);
      assertThat(count("crossfade.moves", "result", "failed")).isEqualTo(1);
      assertThat(timed("crossfade.switch.pause")).isEqualTo(1);
      assertThat(registry.get("crossfade.switch.pause").timer().totalTime(TimeUnit.SECONDS))
          .isPositive();
      assertThat(count("crossfade.copy.rows", "activity", "backfill", "entity", "account"))
          .isEqualTo(2);
      assertThat(gauge("crossfade.stage", "stage", "live")).isEqualTo(1);
      assertThat(gauge("crossfade.stage", "stage", "shadow")).isZero();
      assertThat(gauge("crossfade.epoch")).isEqualTo((double) app.migration.epoch());
      assertThat(registry.getMeters())
          .as("tags name no keys and no values")
          .allSatisfy(
              meter ->
                  assertThat(meter.getId().getTags())
                      .extracting(Tag::getValue)
                      .noneMatch(value -> value.contains("secret") || value.matches(".*\\d.*")));
    }
    assertThat(registry.getMeters())
        .as("gauges that are left")
        .noneMatch(meter -> meter.getId().getType() == Meter.Type.GAUGE);
  }

  /** Writes, a backfill, compared reads, a switch, an outage. */
  private void drive(Scenario app) {
    app.accounts.save(account(1, "secret a", 1));
    app.accounts.save(account(2, "secret b", 1));
    app.moveTo(Stage.DUAL_WRITE);
    assertThatThrownBy(() -> app.migration.moveTo(Stage.SHADOW))
        .isInstanceOf(MoveRefusedException.class);
    app.moveTo(Stage.SHADOW);
    assertThat(app.accounts.find(1L)).isPresent();
    app.accounts.save(account(1, "secret a", 2));
    await()
        .atMost(Scenario.PATIENCE)
        .until(() -> registry.find("crossfade.rehearsals").counter() != null);
    app.rows.execute(Side.TARGET, "update account set balance = 7 where id = 2");
    assertThat(app.accounts.find(2L)).isPresent();
    await().atMost(Scenario.PATIENCE).until(() -> !app.events.mismatches().isEmpty());
    app.assertSettled();
    app.moveTo(Stage.LIVE);
    assertThatThrownBy(() -> app.accounts.save(account(3, "c", -1)))
        .isInstanceOf(CheckException.class);
    assertThatThrownBy(
            () ->
                app.crossfade.unit(
                    Scenario.MIGRATION,
                    () -> {
                      throw new Domain.Changed();
                    }))
        .isInstanceOf(Domain.Changed.class);
    conflict(app);
    outage(app);
  }

  private static void conflict(Scenario app) {
    app.rows.execute(
        Side.TARGET,
        List.of(
            "create sequence tries",
            """
            create function give_up() returns trigger language plpgsql as $$
            begin
              if nextval('tries') < 2 then raise exception 'again' using errcode = '40001'; end if;
              return new;
            end $$
            """,
            "create trigger give_up before update on account"
                + " for each row execute function give_up()"));
    assertThat(app.accounts.activate(1)).isTrue();
    app.rows.execute(Side.TARGET, "drop trigger give_up on account");
  }

  private void outage(Scenario app) {
    app.secondaryStore().plan(Fault.DOWN, 1, Step.APPLY, Step.INSTANCES);
    await()
        .atMost(Scenario.PATIENCE)
        .until(
            () -> {
              app.accounts.save(account(1, "secret a", 5));
              return gauge("crossfade.secondary.available") == 0;
            });
    await()
        .atMost(Scenario.PATIENCE)
        .until(
            () ->
                gauge("crossfade.journal.entries") > 0
                    && gauge("crossfade.journal.oldest") > 0
                    && gauge("crossfade.journal.parked") == 0);
    app.secondaryStore().heal();
    await()
        .atMost(Scenario.PATIENCE)
        .until(
            () ->
                gauge("crossfade.secondary.available") == 1
                    && gauge("crossfade.journal.entries") == 0);
    assertThat(count("crossfade.repair.repaired")).isPositive();
  }

  @Test
  void whatThePrimaryDoesNotSayIsUnknownAndNoScrapeWaitsForIt() throws Exception {
    CrossfadeMetrics metrics = new CrossfadeMetrics(registry, Duration.ofMillis(20));
    try (Scenario app = Scenario.with().listener(metrics).startIn(Stage.DUAL_WRITE)) {
      metrics.bindTo(app.crossfade);
      assertThatThrownBy(() -> metrics.bindTo(app.crossfade))
          .isInstanceOf(IllegalStateException.class);
      await().atMost(Scenario.PATIENCE).until(() -> gauge("crossfade.journal.entries") == 0);
      app.primaryStore().slow(Scenario.PATIENCE); // to all that ask: repair does, too
      await()
          .atMost(Scenario.PATIENCE)
          .until(() -> Double.isNaN(gauge("crossfade.journal.entries")));
      app.primaryStore().heal();
      await().atMost(Scenario.PATIENCE).until(() -> gauge("crossfade.journal.entries") == 0);
      app.primaryStore().plan(Fault.DOWN, 1, Step.STATUS);
      await().atMost(Scenario.PATIENCE).until(() -> Double.isNaN(gauge("crossfade.journal.left")));
      app.primaryStore().heal();
      metrics.close();
    } finally {
      metrics.close();
    }
  }

  private Set<String> registered() {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .map(
            id ->
                line(
                    id.getName(),
                    id.getType().name().toLowerCase(Locale.ROOT),
                    id.getBaseUnit() == null ? "" : id.getBaseUnit(),
                    id.getTags().stream().map(Tag::getKey)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> documented() throws IOException {
    Set<String> lines = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("../../docs/metrics.md")));
    while (row.find()) {
      Stream<String> tags =
          Pattern.compile("`(\\w+)`").matcher(row.group(4)).results().map(tag -> tag.group(1));
      lines.add(
          line(
              row.group(1),
              row.group(2),
              row.group(3),
              Stream.concat(Stream.of("migration"), tags)));
    }
    return lines;
  }

  private static String line(String name, String type, String unit, Stream<String> tags) {
    return name + " " + type + " [" + unit + "] " + tags.sorted().toList();
  }
}
