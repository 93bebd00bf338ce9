package dev.crossfade.rehearsal;

import dev.crossfade.Component;
import dev.crossfade.Difference;
import dev.crossfade.Entity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * When two rows that two implementations wrote, one after the other, count as the same: by the
 * entity's comparisons, but for what cannot come out the same twice. For one thread.
 */
final class RowRules {
  /** Two moments are never so far apart, two zones always. */
  private static final Duration MOMENT = Duration.ofMinutes(10);

  private final WriteMethod method;
  private final KeyPairs keys;

  RowRules(WriteMethod method, KeyPairs keys) {
    this.method = method;
    this.keys = keys;
  }

  /** Where they differ; their keys too, unless they are known to be of one row. */
  <T> List<Difference> differences(
      Entity<T, ?> entity, @Nullable T primary, @Nullable T secondary) {
    if (primary == null || secondary == null) {
      return primary == secondary
          ? List.of()
          : List.of(new Difference("(row)", presence(primary), presence(secondary)));
    }
    List<Difference> differences = new ArrayList<>();
    for (Component component : entity.components()) {
      Object a = component.get(primary);
      Object b = component.get(secondary);
      if (!isSame(entity, component, a, b)) {
        differences.add(new Difference(component.name(), component.show(a), component.show(b)));
      }
    }
    return differences;
  }

  private boolean isSame(
      Entity<?, ?> entity, Component component, @Nullable Object a, @Nullable Object b) {
    return component.isComputedByTarget()
        || component.comparison().same(a, b)
        || (entity == method.entity() && method.differs().contains(component.name()))
        || (component.isKey() && keys.has(entity, a, b))
        || keys.refersToSame(entity, component, a, b)
        || (component.isDefaulted() && isFilledAlike(a, b));
  }

  /** Whether two defaults may have filled it. */
  private static boolean isFilledAlike(@Nullable Object a, @Nullable Object b) {
    Instant x = moment(a);
    Instant y = moment(b);
    if (x == null || y == null) {
      return a instanceof UUID && b instanceof UUID;
    }
    return Duration.between(x, y).abs().compareTo(MOMENT) <= 0;
  }

  private static @Nullable Instant moment(@Nullable Object value) {
    if (value instanceof Instant time) {
      return time;
    } else if (value instanceof OffsetDateTime time) {
      return time.toInstant();
    } else if (value instanceof ZonedDateTime time) {
      return time.toInstant();
    }
    return value instanceof LocalDateTime time ? time.toInstant(ZoneOffset.UTC) : null;
  }

  private static String presence(@Nullable Object row) {
    return row == null ? "absent" : "present";
  }
}
