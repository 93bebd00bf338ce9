package dev.crossfade.postgres;

import dev.crossfade.Conversion;
import java.math.BigDecimal;
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
      Map.of(
          String.class, Function.identity(),
          Short.class, Short::valueOf,
          Integer.class, Integer::valueOf,
          Long.class, Long::valueOf,
          Float.class, Float::valueOf,
          Double.class, Double::valueOf,
          BigDecimal.class, BigDecimal::new,
          Boolean.class, PostgresConversions::truth,
          UUID.class, UUID::fromString);

  private PostgresConversions() {}

  /**
   * An array of one dimension as a list that cannot be changed. Elements must not be null, in the
   * list or in the store.
   *
   * @param element {@code String}, for every type that has a text form, {@code Short}, {@code
   *     Integer}, {@code Long}, {@code Float}, {@code Double}, {@code BigDecimal}, {@code Boolean}
   *     or {@code UUID}
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

  private static boolean truth(String text) {
    return switch (text) {
      case "t", "true" -> true;
      case "f", "false" -> false;
      default -> throw new IllegalArgumentException("expected is t or f");
    };
  }
}
