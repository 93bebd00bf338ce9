package dev.crossfade.postgres;

import dev.crossfade.Conversion;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * The forms in which PostgreSQL holds values, where they are not those that {@link
 * PostgresRepository} reads and writes by itself. Given to a column with {@code
 * columns.convert(component, …)}.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class PostgresConversions {
  private static final Map<Class<?>, Function<String, ?>> ELEMENTS =
      Map.ofEntries(
          Map.entry(String.class, Function.identity()),
          Map.entry(Short.class, Short::valueOf),
          Map.entry(Integer.class, Integer::valueOf),
          Map.entry(Long.class, Long::valueOf),
          Map.entry(Float.class, Float::valueOf),
          Map.entry(Double.class, Double::valueOf),
          Map.entry(BigDecimal.class, PostgresConversions::decimal),
          Map.entry(Boolean.class, PostgresConversions::truth),
          Map.entry(UUID.class, UUID::fromString),
          Map.entry(LocalDate.class, TimeElements::date),
          Map.entry(LocalDateTime.class, TimeElements::localDateTime),
          Map.entry(Instant.class, TimeElements::instant));

  private PostgresConversions() {}

  /**
   * An array of one dimension as a list that cannot be changed. Elements must not be null, in the
   * list or in the store.
   *
   * @param element {@code String}, for every type that has a text form, {@code Short}, {@code
   *     Integer}, {@code Long}, {@code Float}, {@code Double}, {@code BigDecimal}, which is read
   *     without zeros at its end, {@code Boolean}, {@code UUID}, or {@code LocalDate}, {@code
   *     LocalDateTime} and {@code Instant}, which are refused if finer than the microsecond
   * @throws IllegalArgumentException if {@code element} is none of these
   */
  @SuppressWarnings("unchecked") // the elements are what the function of their class makes
  public static <E> Conversion<List<E>, String> array(Class<E> element) {
    Function<String, E> parse = (Function<String, E>) ELEMENTS.get(element);
    if (parse == null) {
      throw new IllegalArgumentException(
          "an array cannot be of " + element.getName() + "; of String it can be read as text");
    }
    return Conversion.of(
        (Class<List<E>>) (Class<?>) List.class,
        String.class,
        ArrayText::write,
        text -> ArrayText.read(text).stream().map(parse).toList());
  }

  /** 1.50 and 1.5 are one number, and lists are equal only if their elements are. */
  private static BigDecimal decimal(String text) {
    BigDecimal stripped = new BigDecimal(text).stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "t", "true" -> true;
      case "f", "false" -> false;
      default -> throw new IllegalArgumentException("expected is t or f");
    };
  }
}
