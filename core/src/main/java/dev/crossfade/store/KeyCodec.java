package dev.crossfade.store;

import dev.crossfade.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The canonical form of an entity's keys: bytes whose unsigned order is the key order that all
 * stores share.
 *
 * <ul>
 *   <li>{@code long}, {@code int}: 8 bytes, big-endian, sign bit flipped;
 *   <li>{@code String}: UTF-8; text with U+0000 or half a surrogate pair is refused, PostgreSQL
 *       cannot hold it;
 *   <li>{@code UUID}: its 16 bytes; {@code byte[]}: itself;
 *   <li>{@code Instant}, {@code LocalDateTime}: the microseconds since 1970, in UTC where they know
 *       no zone, as a {@code long}; {@code LocalDate}: the days; what {@link TimeKeys} says no key
 *       can be is refused;
 *   <li>a record of these: its components one after the other, those of variable length closed by
 *       {@code 00 01} unless last; a zero byte inside them is written as {@code 00 FF}.
 * </ul>
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <K> the key's type
 */
public final class KeyCodec<K> {
  private final Class<K> type;
  private final List<Part> parts;
  private final boolean composite;
  private final List<Method> accessors;

  private enum Part {
    NUMBER,
    INT,
    TEXT,
    UUID,
    BYTES,
    INSTANT,
    LOCAL_DATE_TIME,
    LOCAL_DATE;

    boolean isClosed() {
      return this == TEXT || this == BYTES;
    }
  }

  private KeyCodec(Class<K> type, List<Part> parts, List<Method> accessors) {
    this.type = type;
    this.parts = parts;
    this.accessors = accessors;
    this.composite = !accessors.isEmpty();
  }

  /**
   * The codec for a key type.
   *
   * @throws ConfigurationException if a key cannot be of that type
   */
  public static <K> KeyCodec<K> of(Class<K> type) {
    if (!type.isRecord()) {
      return new KeyCodec<>(type, List.of(part(type)), List.of());
    }
    List<Part> parts = new ArrayList<>();
    List<Method> accessors = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      parts.add(part(component.getType()));
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      accessors.add(accessor);
    }
    return new KeyCodec<>(type, List.copyOf(parts), List.copyOf(accessors));
  }

  private static Part part(Class<?> type) {
    if (type == Long.class || type == long.class) {
      return Part.NUMBER;
    } else if (type == Integer.class || type == int.class) {
      return Part.INT;
    } else if (type == String.class) {
      return Part.TEXT;
    } else if (type == UUID.class) {
      return Part.UUID;
    } else if (type == byte[].class) {
      return Part.BYTES;
    } else if (TimeKeys.have(type)) {
      return time(type);
    }
    throw new ConfigurationException(
        List.of(
            "a key cannot be of type "
                + type.getName()
                + "; use long, int, String, UUID, byte[], Instant, LocalDateTime, LocalDate or a"
                + " record of these"));
  }

  private static Part time(Class<?> type) {
    if (type == Instant.class) {
      return Part.INSTANT;
    }
    return type == LocalDate.class ? Part.LOCAL_DATE : Part.LOCAL_DATE_TIME;
  }

  /** The key's type. */
  public Class<K> type() {
    return type;
  }

  /** Whether keys are records of several values. */
  public boolean isComposite() {
    return composite;
  }

  /** The values a key is made of, in order. */
  public Object[] values(K key) {
    if (!composite) {
      return new Object[] {key};
    }
    Object[] values = new Object[accessors.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = call(accessors.get(i), key);
    }
    return values;
  }

  /** The key made of these values, which must not be null. */
  public K key(Object[] values) {
    return composite ? construct(values) : type.cast(values[0]);
  }

  /**
   * The canonical form of a key.
   *
   * @throws IllegalArgumentException if a text or a time in it cannot be held by PostgreSQL
   */
  public byte[] encode(K key) {
    return composite ? encodeAll(values(key)) : encodeLast(parts.get(0), key);
  }

  /** Compares two keys in canonical order. */
  public int compare(K one, K other) {
    if (!composite && one instanceof Number a && other instanceof Number b) {
      return Long.compare(a.longValue(), b.longValue());
    }
    return Arrays.compareUnsigned(encode(one), encode(other));
  }

  /** The key of a canonical form. */
  public K decode(byte[] canonical) {
    ByteBuffer in = ByteBuffer.wrap(canonical);
    Object[] values = new Object[parts.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = read(parts.get(i), in, i == values.length - 1);
    }
    return key(values);
  }

  /** A key as messages show it. */
  public String show(K key) {
    Object[] values = values(key);
    List<String> shown = new ArrayList<>();
    for (Object value : values) {
      shown.add(
          value instanceof byte[] bytes
              ? "0x" + HexFormat.of().formatHex(bytes)
              : String.valueOf(value));
    }
    return shown.size() == 1 ? shown.get(0) : "(" + String.join(", ", shown) + ")";
  }

  private byte[] encodeAll(Object[] values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(32);
    for (int i = 0; i < values.length; i++) {
      Part part = parts.get(i);
      byte[] bytes = encodeLast(part, values[i]);
      if (part.isClosed() && i < values.length - 1) {
        writeClosed(out, bytes);
      } else {
        out.writeBytes(bytes);
      }
    }
    return out.toByteArray();
  }

  private static void writeClosed(ByteArrayOutputStream out, byte[] bytes) {
    for (byte b : bytes) {
      out.write(b);
      if (b == 0) {
        out.write(0xFF);
      }
    }
    out.write(0);
    out.write(1);
  }

  private static byte[] encodeLast(Part part, Object value) {
    return switch (part) {
      case NUMBER, INT -> number(((Number) value).longValue());
      case TEXT -> text((String) value);
      case UUID -> uuid((UUID) value);
      case BYTES -> ((byte[]) value).clone();
      case INSTANT, LOCAL_DATE_TIME, LOCAL_DATE -> number(TimeKeys.number(value));
    };
  }

  private static byte[] number(long value) {
    byte[] bytes = new byte[8];
    long flipped = value ^ Long.MIN_VALUE;
    for (int i = 7; i >= 0; i--) {
      bytes[i] = (byte) flipped;
      flipped >>>= 8;
    }
    return bytes;
  }

  private static byte[] text(String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a text key must not contain U+0000; PostgreSQL cannot hold it");
    }
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      byte[] result = new byte[bytes.remaining()];
      bytes.get(result);
      return result;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text key must not contain half a surrogate pair", e);
    }
  }

  private static byte[] uuid(UUID value) {
    return ByteBuffer.allocate(16)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits())
        .array();
  }

  private static Object read(Part part, ByteBuffer in, boolean last) {
    return switch (part) {
      case NUMBER -> number(in);
      case INT -> Math.toIntExact(number(in));
      case UUID -> new UUID(in.getLong(), in.getLong());
      case TEXT -> new String(bytes(in, last), StandardCharsets.UTF_8);
      case BYTES -> bytes(in, last);
      case INSTANT -> TimeKeys.instant(number(in));
      case LOCAL_DATE_TIME -> TimeKeys.localDateTime(number(in));
      case LOCAL_DATE -> LocalDate.ofEpochDay(number(in));
    };
  }

  private static long number(ByteBuffer in) {
    return in.getLong() ^ Long.MIN_VALUE;
  }

  private static byte[] bytes(ByteBuffer in, boolean last) {
    if (last) {
      byte[] rest = new byte[in.remaining()];
      in.get(rest);
      return rest;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (true) {
      byte b = in.get();
      if (b == 0 && in.get() == 1) {
        return out.toByteArray();
      }
      out.write(b);
    }
  }

  private static Object call(Method accessor, Object key) {
    try {
      return accessor.invoke(key);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(accessor + " cannot be called", e);
    }
  }

  private K construct(Object[] values) {
    try {
      Class<?>[] types = new Class<?>[accessors.size()];
      for (int i = 0; i < types.length; i++) {
        types[i] = accessors.get(i).getReturnType();
      }
      Constructor<K> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a key of " + type.getName() + " cannot be made", e);
    }
  }
}
