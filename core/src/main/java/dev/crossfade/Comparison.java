package dev.crossfade;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When two values of a component, one from each store, count as the same.
 *
 * <p>A comparison says how coarse the coarser store is. Null is the same as null and as nothing
 * else, whatever the comparison; text is compared exactly unless declared to be JSON.
 */
public abstract class Comparison {
  private static final Comparison NATURAL = new Natural();
  private static final Comparison JSON = new Json();

  Comparison() {}

  /**
   * The default: decimals by value ({@code 1.0} is {@code 1.00}), instants and local times cut to
   * microseconds, offset and zoned times by their instant, arrays by content, everything else by
   * {@code equals}.
   */
  public static Comparison natural() {
    return NATURAL;
  }

  /** Numbers by value after rounding both half up to {@code scale} decimal places. */
  public static Comparison decimal(int scale) {
    return new Decimal(scale);
  }

  /** Times cut to {@code unit} on both sides. */
  public static Comparison time(ChronoUnit unit) {
    return new Time(unit);
  }

  /**
   * JSON texts by structure: white space and the order of members do not count, numbers by value.
   */
  public static Comparison json() {
    return JSON;
  }

  /** Whether the two are the same. */
  public final boolean same(@Nullable Object a, @Nullable Object b) {
    return a == b || (a != null && b != null && sameValues(a, b));
  }

  /** The number of decimal places both stores are said to hold, or -1. */
  public int scale() {
    return -1;
  }

  /** What it is, in a word. */
  @Override
  public abstract String toString();

  abstract boolean sameValues(Object a, Object b);

  /**
   * Whether all values of that type have a form in {@link #encode}: one that two values share if
   * they are the same, and no two others.
   */
  abstract boolean encodes(Class<?> type);

  abstract void encodeValue(Object value, CanonicalOutput out);

  /** Writes a value of a type that it {@linkplain #encodes encodes}. */
  final void encode(@Nullable Object value, CanonicalOutput out) {
    out.bool(value != null);
    if (value != null) {
      encodeValue(value, out);
    }
  }

  private static final class Natural extends Comparison {
    @Override
    public String toString() {
      return "natural";
    }

    @Override
    boolean sameValues(Object a, Object b) {
      if (a.equals(b)) {
        return true;
      }
      if (a instanceof BigDecimal x && b instanceof BigDecimal y) {
        return x.compareTo(y) == 0;
      }
      Object x = truncated(a, ChronoUnit.MICROS);
      Object y = truncated(b, ChronoUnit.MICROS);
      return Objects.deepEquals(x, y);
    }

    @Override
    boolean encodes(Class<?> type) {
      return type == BigDecimal.class || CanonicalValues.have(type);
    }

    @Override
    void encodeValue(Object value, CanonicalOutput out) {
      if (value instanceof BigDecimal decimal) {
        CanonicalValues.decimal(decimal, out);
      } else {
        CanonicalValues.write(truncated(value, ChronoUnit.MICROS), out);
      }
    }
  }

  private static final class Decimal extends Comparison {
    private static final Set<Class<?>> NUMBERS =
        Set.of(
            BigDecimal.class,
            BigInteger.class,
            Double.class,
            Float.class,
            Long.class,
            Integer.class,
            Short.class,
            Byte.class);

    private final int scale;

    Decimal(int scale) {
      if (scale < 0 || scale > 16383) {
        throw new IllegalArgumentException("scale must be between 0 and 16383, not " + scale);
      }
      this.scale = scale;
    }

    @Override
    public int scale() {
      return scale;
    }

    @Override
    public String toString() {
      return "decimal(" + scale + ")";
    }

    @Override
    boolean sameValues(Object a, Object b) {
      return a.equals(b) || (finite(a) && finite(b) && rounded(a).compareTo(rounded(b)) == 0);
    }

    private BigDecimal rounded(Object number) {
      BigDecimal value =
          number instanceof BigDecimal decimal ? decimal : new BigDecimal(number.toString());
      return value.setScale(scale, RoundingMode.HALF_UP);
    }

    @Override
    boolean encodes(Class<?> type) {
      return NUMBERS.contains(type);
    }

    @Override
    void encodeValue(Object value, CanonicalOutput out) {
      if (finite(value)) {
        CanonicalValues.decimal(rounded(value), out);
      } else {
        CanonicalValues.write(value, out);
      }
    }

    private static boolean finite(Object number) {
      return !(number instanceof Double || number instanceof Float)
          || Double.isFinite(((Number) number).doubleValue());
    }
  }

  private static final class Time extends Comparison {
    private final ChronoUnit unit;

    Time(ChronoUnit unit) {
      this.unit = unit;
    }

    @Override
    public String toString() {
      return "time(" + unit + ")";
    }

    @Override
    boolean sameValues(Object a, Object b) {
      return truncated(a, unit).equals(truncated(b, unit));
    }

    @Override
    boolean encodes(Class<?> type) {
      return CanonicalValues.have(type) && !type.isArray();
    }

    @Override
    void encodeValue(Object value, CanonicalOutput out) {
      CanonicalValues.write(truncated(value, unit), out);
    }
  }

  private static final class Json extends Comparison {
    @Override
    public String toString() {
      return "json";
    }

    @Override
    boolean sameValues(Object a, Object b) {
      return a.equals(b) || JsonText.same(a.toString(), b.toString());
    }

    @Override
    boolean encodes(Class<?> type) {
      return type == String.class;
    }

    @Override
    void encodeValue(Object value, CanonicalOutput out) {
      JsonText.encode((String) value, out);
    }
  }

  private static Object truncated(Object value, ChronoUnit unit) {
    if (value instanceof Instant time) {
      return time.truncatedTo(unit);
    } else if (value instanceof OffsetDateTime time) {
      return time.toInstant().truncatedTo(unit);
    } else if (value instanceof ZonedDateTime time) {
      return time.toInstant().truncatedTo(unit);
    } else if (value instanceof LocalDateTime time) {
      return time.truncatedTo(unit);
    } else if (value instanceof LocalTime time) {
      return time.truncatedTo(unit);
    }
    return value;
  }
}
