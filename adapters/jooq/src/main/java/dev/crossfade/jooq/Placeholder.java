package dev.crossfade.jooq;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values that a unique column has nowhere else, for the moment between two updates of one
 * transaction: null where it can be, else drawn from a corner of the type where real values are
 * not. A collision, or a constraint that minds, fails the change, which is tried again later.
 */
record Placeholder(MappedColumn column, boolean nullable, @Nullable Supplier<?> values) {
  /** Null is always free, and a value that may be drawn beats a column that has none. */
  static final Comparator<Placeholder> EASIEST =
      Comparator.comparing((Placeholder part) -> !part.nullable)
          .thenComparing(part -> part.values == null);

  private static final Map<Class<?>, Supplier<?>> UNUSED = new HashMap<>();

  static {
    UNUSED.put(String.class, () -> Long.toString(below(0), Character.MAX_RADIX));
    UNUSED.put(Long.class, () -> below(Long.MIN_VALUE / 2));
    UNUSED.put(Integer.class, () -> ThreadLocalRandom.current().nextInt(Integer.MIN_VALUE, -1));
    UNUSED.put(Short.class, () -> (short) ThreadLocalRandom.current().nextInt(Short.MIN_VALUE, -1));
    UNUSED.put(Double.class, () -> (double) below(Long.MIN_VALUE / 2));
    UNUSED.put(BigDecimal.class, () -> BigDecimal.valueOf(-aDay()));
    UNUSED.put(UUID.class, UUID::randomUUID);
    UNUSED.put(byte[].class, () -> Long.toString(below(0)).getBytes(StandardCharsets.US_ASCII));
    UNUSED.put(LocalDate.class, () -> LocalDate.EPOCH.minusDays(aDay()));
    UNUSED.put(LocalDateTime.class, () -> LocalDate.EPOCH.minusDays(aDay()).atTime(aTime()));
    UNUSED.put(LocalTime.class, Placeholder::aTime);
    UNUSED.put(Instant.class, Placeholder::anInstant);
    UNUSED.put(OffsetDateTime.class, () -> anInstant().atOffset(ZoneOffset.UTC));
  }

  static Placeholder of(MappedColumn column, TableFacts facts) {
    boolean nullable =
        facts.columns().stream()
            .anyMatch(known -> known.name().equals(column.name()) && known.nullable());
    Supplier<?> values = column.isLookup() ? null : UNUSED.get(column.stored());
    return new Placeholder(column, nullable, values);
  }

  boolean exists() {
    return nullable || values != null;
  }

  @Nullable Object next() {
    return nullable || values == null ? null : values.get();
  }

  private static long below(long highest) {
    return ThreadLocalRandom.current().nextLong(Long.MIN_VALUE + 1, highest);
  }

  /** Before the Christian era, where applications rarely keep dates. */
  private static long aDay() {
    return ThreadLocalRandom.current().nextLong(730_000, 1_700_000);
  }

  private static LocalTime aTime() {
    return LocalTime.ofNanoOfDay(ThreadLocalRandom.current().nextLong(86_400_000_000L) * 1_000);
  }

  private static Instant anInstant() {
    return LocalDate.EPOCH.minusDays(aDay()).atTime(aTime()).toInstant(ZoneOffset.UTC);
  }
}
