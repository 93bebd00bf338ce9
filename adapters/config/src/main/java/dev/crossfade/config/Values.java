package dev.crossfade.config;

import dev.crossfade.store.Secret;
import dev.crossfade.store.StoreOption;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as they are written, and as they are shown. */
final class Values {
  private static final Pattern AMOUNT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([a-z]*)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "min", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);
  private static final List<String> YES = List.of("yes", "true", "on");
  private static final List<String> NO = List.of("no", "false", "off");

  private Values() {}

  /**
   * The value of an option.
   *
   * @throws IllegalArgumentException saying what the text is not
   */
  static Object parse(StoreOption option, String text) {
    return switch (option.type()) {
      case TEXT -> option.choices().isEmpty() ? text : choice(option.choices(), text);
      case NUMBER -> number(text);
      case DECIMAL -> decimal(text);
      case DURATION -> duration(text);
      case YES_NO -> yes(text);
      case FILE -> file(text);
      case SECRET -> Secret.of(text);
    };
  }

  private static String choice(List<String> choices, String text) {
    String given = plain(text);
    for (String choice : choices) {
      if (plain(choice).equals(given)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is none of "
            + String.join(", ", choices)
            + "; the nearest is "
            + Nearest.of(text, choices));
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Integer number(String text) {
    try {
      return Integer.valueOf(text.replace("_", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no whole number up to 2147483647", e);
    }
  }

  private static Double decimal(String text) {
    try {
      return new BigDecimal(text).doubleValue();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no number; write it like 0.25", e);
    }
  }

  private static Boolean yes(String text) {
    String given = text.toLowerCase(Locale.ROOT);
    if (!YES.contains(given) && !NO.contains(given)) {
      throw new IllegalArgumentException("'" + text + "' is neither yes nor no");
    }
    return YES.contains(given);
  }

  private static Path file(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + text + "' is no path: " + e.getReason(), e);
    }
  }

  /** {@code 250ms}, {@code 1.5s}, {@code 5m}, {@code 2h}, {@code 7d}, ISO 8601, or {@code 0}. */
  static Duration duration(String text) {
    try {
      if (text.startsWith("P") || text.startsWith("p")) {
        return Duration.parse(text);
      }
      Matcher amount = AMOUNT.matcher(text);
      if (amount.matches()) {
        Long unit = NANOS.get(amount.group(2));
        BigDecimal number = new BigDecimal(amount.group(1));
        if (unit != null) {
          return ofNanos(number.multiply(BigDecimal.valueOf(unit)).toBigIntegerExact());
        } else if (amount.group(2).isEmpty() && number.signum() == 0) {
          return Duration.ZERO;
        }
      }
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException(noDuration(text), e);
    }
    throw new IllegalArgumentException(noDuration(text));
  }

  private static Duration ofNanos(BigInteger nanos) {
    BigInteger[] parts = nanos.divideAndRemainder(BigInteger.valueOf(1_000_000_000));
    return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
  }

  private static String noDuration(String text) {
    return "'"
        + text
        + "' is no duration; write it with its unit: 250ms, 1s, 5m, 2h, 7d, or PT1.5S";
  }

  /** As a configuration would have it. */
  static String show(Object value) {
    if (value instanceof Duration duration) {
      return show(duration);
    } else if (value instanceof Boolean yes) {
      return yes ? "yes" : "no";
    }
    return value.toString();
  }

  private static String show(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0";
    } else if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    } else if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
