package dev.crossfade.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The counters and timers, looked up without asking the registry each time. Safe for use by many
 * threads.
 */
final class Meters {
  private static final Map<String, String> UNITS =
      Map.of(
          "crossfade.repair.repaired", "keys",
          "crossfade.repair.failed", "keys",
          "crossfade.repair.parked", "keys",
          "crossfade.recalled", "keys",
          "crossfade.finish.failures", "operations",
          "crossfade.copy.rows", "rows",
          "crossfade.differences", "rows");

  private final MeterRegistry registry;
  private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  /** A name, and tags as keys and values in turn. */
  private record Key(String name, List<String> tags) {
    Tags forRegistry() {
      return Tags.of(tags.toArray(String[]::new));
    }
  }

  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  MeterRegistry registry() {
    return registry;
  }

  Counter counter(String name, String... tags) {
    Key key = new Key(name, List.of(tags));
    Counter known = counters.get(key);
    return known != null ? known : counters.computeIfAbsent(key, this::registered);
  }

  private Counter registered(Key key) {
    @Nullable String unit = UNITS.get(key.name);
    return Counter.builder(key.name).tags(key.forRegistry()).baseUnit(unit).register(registry);
  }

  Timer timer(String name, String... tags) {
    Key key = new Key(name, List.of(tags));
    Timer known = timers.get(key);
    return known != null
        ? known
        : timers.computeIfAbsent(
            key, made -> Timer.builder(made.name).tags(made.forRegistry()).register(registry));
  }
}
