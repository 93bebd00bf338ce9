package dev.crossfade.micrometer;

import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.store.JournalStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is, of one migration. Only {@link #look} asks a store; the gauges give what it found last.
 */
final class MigrationGauges {
  private static final Logger log = LoggerFactory.getLogger(MigrationGauges.class);

  private final MeterRegistry registry;
  private final Migration migration;
  private final Duration validity;
  private final List<Meter> meters = new ArrayList<>();
  private volatile @Nullable Found found;

  /** What the journal was at a moment of {@link System#nanoTime}. */
  private record Found(JournalStatus status, long at) {}

  /**
   * Registers the gauges.
   *
   * @param validity how long what was found is given before it is unknown
   */
  MigrationGauges(MeterRegistry registry, Migration migration, Duration validity) {
    this.registry = registry;
    this.migration = migration;
    this.validity = validity;
    Tags tags = Tags.of("migration", migration.name());
    journal("entries", "All entries of the journal.", tags, JournalStatus::entries);
    journal("left", "Entries that wait for repair.", tags, JournalStatus::left);
    journal("parked", "Entries that were given up.", tags, JournalStatus::parked);
    meters.add(
        TimeGauge.builder(
                "crossfade.journal.oldest",
                () -> journal(status -> status.oldest().toNanos()),
                TimeUnit.NANOSECONDS)
            .description("Age of the journal's oldest entry.")
            .tags(tags)
            .register(registry));
    for (Stage stage : Stage.values()) {
      gauge(
          "crossfade.stage",
          "1 for the stage that is, 0 for the others.",
          tags.and("stage", stage.id()),
          () -> migration.stage() == stage ? 1 : 0);
    }
    gauge("crossfade.epoch", "Changes of stage so far, plus one.", tags, migration::epoch);
    gauge(
        "crossfade.secondary.available",
        "1 if writes go to the other store, 0 if they go on without it.",
        tags,
        this::available);
  }

  private void journal(
      String what, String description, Tags tags, ToDoubleFunction<JournalStatus> value) {
    meters.add(
        Gauge.builder("crossfade.journal." + what, () -> journal(value))
            .description(description)
            .baseUnit("entries")
            .tags(tags)
            .register(registry));
  }

  private void gauge(String name, String description, Tags tags, Supplier<Number> value) {
    meters.add(Gauge.builder(name, value).description(description).tags(tags).register(registry));
  }

  private double available() {
    if (migration.stage() == Stage.OFF) {
      return Double.NaN;
    }
    return migration.secondaryAvailable() ? 1 : 0;
  }

  private double journal(ToDoubleFunction<JournalStatus> value) {
    Found last = found;
    return last == null || System.nanoTime() - last.at > validity.toNanos()
        ? Double.NaN
        : value.applyAsDouble(last.status);
  }

  /** Asks the primary; if it cannot say, what was found before stays for its validity. */
  void look() {
    try {
      found = new Found(migration.journal(), System.nanoTime());
    } catch (RuntimeException | Error e) {
      log.debug("the journal of migration '{}' could not be read", migration.name(), e);
    }
  }

  void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }
}
