package dev.crossfade;

import dev.crossfade.store.NearestName;
import dev.crossfade.wiring.Pair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The routed repositories of a {@link Crossfade}, each made once. Safe for use by many threads. */
final class Repositories {
  private final Collection<RunningMigration> migrations;
  private final Map<Wanted, Object> made = new ConcurrentHashMap<>();

  /** What is asked for: an interface, of the one that has it or of the one named. */
  private record Wanted(Class<?> type, @Nullable String name) {}

  private record Found(RunningMigration migration, Pair<?> pair) {}

  Repositories(Collection<RunningMigration> migrations) {
    this.migrations = migrations;
  }

  <R> R of(Class<R> type, @Nullable String name) {
    return type.cast(made.computeIfAbsent(new Wanted(type, name), this::make));
  }

  private Object make(Wanted wanted) {
    List<Found> all = new ArrayList<>();
    for (RunningMigration migration : migrations) {
      migration.pairsFor(wanted.type()).forEach(pair -> all.add(new Found(migration, pair)));
    }
    List<Found> meant =
        wanted.name() == null
            ? all
            : all.stream().filter(each -> each.pair().name().equals(wanted.name())).toList();
    if (meant.size() != 1) {
      List<String> names = all.stream().map(each -> each.pair().name()).toList();
      throw new ConfigurationException(List.of(notOne(wanted, names)));
    }
    Found found = meant.get(0);
    return found.migration().repository(wanted.type(), found.pair());
  }

  private static String notOne(Wanted wanted, List<String> names) {
    boolean view = ViewRepository.class.isAssignableFrom(wanted.type());
    String type = wanted.type().getName();
    if (names.isEmpty()) {
      return "no migration has "
          + (view ? "a view" : "an entity")
          + " whose implementations have the interface "
          + type
          + "; let both implement it and add the "
          + (view ? "view" : "entity")
          + " to a migration";
    }
    String have = "the " + (view ? "views " : "entities ") + names;
    return wanted.name() == null
        ? have
            + " all have implementations of "
            + type
            + "; say which is meant, as with "
            + (view ? "view(" : "repository(")
            + wanted.type().getSimpleName()
            + ".class, \""
            + names.get(0)
            + "\"), or give each an interface of its own"
        : "none that is named '"
            + wanted.name()
            + "' has implementations of "
            + type
            + "; "
            + have
            + " do, the nearest is '"
            + NearestName.of(wanted.name(), names)
            + "'";
  }
}
