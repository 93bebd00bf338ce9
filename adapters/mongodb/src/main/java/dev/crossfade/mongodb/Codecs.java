package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.in;

import dev.crossfade.Conversion;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/** The forms of Java's types in documents. Reading takes what is exact; writing has one form. */
final class Codecs {
  /** JSON text, held as the document, list or value that it stands for. */
  static final Codec JSON = json(Conversion.of(String.class, String.class, s -> s, s -> s));

  /** Instants as ISO text, to the nanosecond. */
  static final Codec INSTANT_TEXT =
      inForms(
          codec(time -> new BsonString(time.toString()), Codecs::instantOrText),
          time -> Forms.times((Instant) time));

  static final Codec UUID_OR_OBJECT_ID =
      inForms(
          codec(value -> objectIdOrBinary((UUID) value), Codecs::uuid),
          value -> Forms.uuids((UUID) value));

  static final Codec TEXT_OR_OBJECT_ID =
      inForms(
          codec(value -> objectIdOrText((String) value), Codecs::textOrObjectId),
          value -> List.of(new BsonString((String) value), objectIdOrText((String) value)));

  private Codecs() {}

  private static Codec codec(
      Function<Object, BsonValue> encoder, Function<BsonValue, Object> decoder) {
    return new Codec() {
      @Override
      public BsonValue encode(Object value) {
        return encoder.apply(value);
      }

      @Override
      public Object decode(BsonValue stored) {
        return decoder.apply(stored);
      }
    };
  }

  /** A codec whose values are read from other forms than the one that is written, too. */
  private static Codec inForms(Codec written, Function<Object, List<? extends BsonValue>> forms) {
    return new Codec() {
      @Override
      public BsonValue encode(Object value) {
        return written.encode(value);
      }

      @Override
      public Object decode(BsonValue stored) {
        return written.decode(stored);
      }

      @Override
      public Bson is(String field, Object value) {
        return in(field, forms.apply(value));
      }
    };
  }

  /** JSON by a conversion, held as the document, list or value that it stands for. */
  @SuppressWarnings("unchecked") // the component is of the conversion's type
  static Codec json(Conversion<?, String> conversion) {
    Conversion<Object, String> typed = (Conversion<Object, String>) conversion;
    return new Codec() {
      @Override
      public BsonValue encode(Object value) {
        return JsonBson.parse(typed.store(value));
      }

      @Override
      public Object decode(BsonValue stored) {
        return typed.load(JsonBson.text(stored));
      }

      @Override
      public boolean takesNull() {
        return true;
      }
    };
  }

  private static Codec decimal(int scale) {
    return new Codec() {
      @Override
      public BsonValue encode(Object value) {
        return new BsonDecimal128(decimal128((BigDecimal) value));
      }

      @Override
      public Object decode(BsonValue stored) {
        return rounded(stored, scale);
      }

      @Override
      public Bson is(String field, Object value) {
        return Forms.isDecimal(field, (BigDecimal) value, encode(value), scale);
      }
    };
  }

  /** The codec of a conversion's stored form. */
  @SuppressWarnings("unchecked") // the component is of the conversion's type
  static @Nullable Codec converted(Conversion<?, ?> conversion, int scale) {
    Codec stored = of(conversion.stored(), scale);
    Conversion<Object, Object> typed = (Conversion<Object, Object>) conversion;
    return stored == null ? null : new Converted(typed, stored);
  }

  /** The codec of a type; null if there is none. */
  static @Nullable Codec of(Type type, int scale) {
    if (type instanceof ParameterizedType generic) {
      return ofGeneric(generic);
    }
    if (!(type instanceof Class<?> raw)) {
      return null;
    }
    if (raw.isRecord()) {
      return nested(raw);
    } else if (raw.isEnum()) {
      return codec(
          value -> new BsonString(((Enum<?>) value).name()), stored -> constant(raw, text(stored)));
    }
    return simple(raw, scale);
  }

  private static @Nullable Codec simple(Class<?> type, int scale) {
    if (type == String.class) {
      return codec(value -> new BsonString(valid((String) value)), Codecs::text);
    } else if (type == Long.class || type == long.class) {
      return codec(value -> new BsonInt64((Long) value), stored -> whole(stored).longValueExact());
    } else if (type == Integer.class || type == int.class) {
      return codec(
          value -> new BsonInt32((Integer) value), stored -> whole(stored).intValueExact());
    } else if (type == Short.class || type == short.class) {
      return codec(
          value -> new BsonInt32((Short) value), stored -> whole(stored).shortValueExact());
    } else if (type == Double.class || type == double.class) {
      return codec(value -> new BsonDouble((Double) value), Codecs::floating);
    } else if (type == Float.class || type == float.class) {
      return codec(
          value -> new BsonDouble((Float) value), stored -> (float) (double) floating(stored));
    } else if (type == Boolean.class || type == boolean.class) {
      return codec(value -> BsonBoolean.valueOf((Boolean) value), Codecs::bool);
    } else if (type == BigDecimal.class) {
      return decimal(scale);
    }
    return timeOrBytes(type);
  }

  private static @Nullable Codec timeOrBytes(Class<?> type) {
    if (type == Instant.class) {
      return inForms(
          codec(value -> date((Instant) value), Codecs::instantOrText),
          value -> Forms.times((Instant) value));
    } else if (type == OffsetDateTime.class) {
      return inForms(
          codec(
              value -> date(((OffsetDateTime) value).toInstant()),
              stored -> instantOrText(stored).atOffset(ZoneOffset.UTC)),
          value -> Forms.times(((OffsetDateTime) value).toInstant()));
    } else if (type == LocalDateTime.class) {
      return inForms(
          codec(
              value -> date(((LocalDateTime) value).toInstant(ZoneOffset.UTC)),
              stored -> LocalDateTime.ofInstant(instantOrText(stored), ZoneOffset.UTC)),
          value -> Forms.times(((LocalDateTime) value).toInstant(ZoneOffset.UTC)));
    } else if (type == LocalDate.class) {
      return inForms(
          codec(value -> midnight((LocalDate) value), Codecs::day),
          value -> List.of(midnight((LocalDate) value), new BsonString(value.toString())));
    } else if (type == UUID.class) {
      return inForms(
          codec(value -> new BsonBinary((UUID) value), Codecs::uuid),
          value -> Forms.uuids((UUID) value));
    } else if (type == byte[].class) {
      return codec(value -> new BsonBinary((byte[]) value), Codecs::bytes);
    } else if (type == ObjectId.class) {
      return codec(value -> new BsonObjectId((ObjectId) value), Codecs::objectId);
    } else if (type == BsonValue.class || type == BsonDocument.class) {
      return codec(value -> (BsonValue) value, type::cast);
    }
    return null;
  }

  // Documents within documents.

  private static @Nullable Codec ofGeneric(ParameterizedType type) {
    Type[] arguments = type.getActualTypeArguments();
    if (type.getRawType() == List.class) {
      Codec element = of(arguments[0], -1);
      return element == null
          ? null
          : codec(value -> list((List<?>) value, element), stored -> list(stored, element));
    } else if (type.getRawType() == Map.class && arguments[0] == String.class) {
      Codec element = of(arguments[1], -1);
      return element == null
          ? null
          : codec(value -> map((Map<?, ?>) value, element), stored -> map(stored, element));
    }
    return null;
  }

  private static BsonArray list(List<?> values, Codec element) {
    BsonArray array = new BsonArray();
    for (Object value : values) {
      array.add(encoded(element, value));
    }
    return array;
  }

  private static List<@Nullable Object> list(BsonValue stored, Codec element) {
    if (!stored.isArray()) {
      throw expected("a list", stored);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (BsonValue each : stored.asArray()) {
      values.add(decoded(element, each));
    }
    return java.util.Collections.unmodifiableList(values);
  }

  private static BsonDocument map(Map<?, ?> values, Codec element) {
    BsonDocument document = new BsonDocument();
    values.forEach((name, value) -> document.put((String) name, encoded(element, value)));
    return document;
  }

  private static Map<String, @Nullable Object> map(BsonValue stored, Codec element) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    document(stored).forEach((name, value) -> values.put(name, decoded(element, value)));
    return java.util.Collections.unmodifiableMap(values);
  }

  private static BsonValue encoded(Codec codec, @Nullable Object value) {
    return value == null ? BsonNull.VALUE : codec.encode(value);
  }

  private static @Nullable Object decoded(Codec codec, BsonValue stored) {
    return stored.isNull() ? null : codec.decode(stored);
  }

  private static BsonDocument document(BsonValue stored) {
    if (!stored.isDocument()) {
      throw expected("a document", stored);
    }
    return stored.asDocument();
  }

  /** A record in a document of its own. A field that is missing is null. */
  private static @Nullable Codec nested(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    List<Codec> codecs = new ArrayList<>();
    List<Method> accessors = new ArrayList<>();
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      Codec codec = of(components[i].getGenericType(), -1);
      if (codec == null) {
        return null;
      }
      codecs.add(codec);
      types[i] = components[i].getType();
      Method accessor = components[i].getAccessor();
      accessor.setAccessible(true);
      accessors.add(accessor);
    }
    Constructor<?> constructor;
    try {
      constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type.getName() + " has no constructor of its own", e);
    }
    return codec(
        value -> record(value, components, accessors, codecs),
        stored -> record(document(stored), components, codecs, constructor));
  }

  private static BsonDocument record(
      Object value, RecordComponent[] components, List<Method> accessors, List<Codec> codecs) {
    BsonDocument document = new BsonDocument();
    for (int i = 0; i < components.length; i++) {
      try {
        @Nullable Object part = accessors.get(i).invoke(value);
        if (part != null) {
          document.put(components[i].getName(), codecs.get(i).encode(part));
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(accessors.get(i) + " cannot be called", e);
      }
    }
    return document;
  }

  private static Object record(
      BsonDocument document,
      RecordComponent[] components,
      List<Codec> codecs,
      Constructor<?> constructor) {
    @Nullable Object[] parts = new Object[components.length];
    for (int i = 0; i < parts.length; i++) {
      BsonValue stored = document.get(components[i].getName());
      parts[i] = stored == null ? null : decoded(codecs.get(i), stored);
      if (parts[i] == null && components[i].getType().isPrimitive()) {
        throw new IllegalArgumentException(components[i].getName() + " is missing");
      }
    }
    try {
      return constructor.newInstance(parts);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(constructor.getName() + " refuses what is stored", e);
    }
  }

  // Values.

  private static String valid(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException("text with half a surrogate pair");
      }
    }
    return text;
  }

  private static String text(BsonValue stored) {
    if (!stored.isString()) {
      throw expected("text", stored);
    }
    return stored.asString().getValue();
  }

  private static Object constant(Class<?> type, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("expected a name of " + type.getSimpleName());
  }

  private static boolean bool(BsonValue stored) {
    if (!stored.isBoolean()) {
      throw expected("a boolean", stored);
    }
    return stored.asBoolean().getValue();
  }

  private static BigDecimal number(BsonValue stored) {
    if (stored.isInt32() || stored.isInt64()) {
      return BigDecimal.valueOf(stored.asNumber().longValue());
    } else if (stored.isDecimal128()) {
      return JsonBson.big(stored.asDecimal128().getValue());
    } else if (stored.isDouble() && Double.isFinite(stored.asDouble().getValue())) {
      return new BigDecimal(Double.toString(stored.asDouble().getValue()));
    }
    throw expected("a number", stored);
  }

  private static BigDecimal whole(BsonValue stored) {
    BigDecimal value = number(stored);
    if (value.precision() - value.scale() > 20) {
      throw new IllegalArgumentException("expected a whole number in range");
    }
    try {
      return value.setScale(0, RoundingMode.UNNECESSARY);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("expected a whole number, found a fraction", e);
    }
  }

  private static Double floating(BsonValue stored) {
    if (stored.isDouble()) {
      return stored.asDouble().getValue();
    }
    BigDecimal value = number(stored);
    double nearest = value.doubleValue();
    boolean exact =
        Double.isFinite(nearest)
            && (new BigDecimal(nearest).compareTo(value) == 0
                || new BigDecimal(Double.toString(nearest)).compareTo(value) == 0);
    if (!exact) {
      throw new IllegalArgumentException("expected a number that 8 bytes hold, found more digits");
    }
    return nearest;
  }

  private static Decimal128 decimal128(BigDecimal value) {
    try {
      return new Decimal128(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a decimal of more than 34 digits", e);
    }
  }

  /** A double is its shortest decimal, rounded to the scale that the entity declares. */
  static BigDecimal rounded(BsonValue stored, int scale) {
    BigDecimal value = number(stored);
    return stored.isDouble() && scale >= 0 && value.scale() > scale
        ? value.setScale(scale, RoundingMode.HALF_UP)
        : value;
  }

  /** A Date has milliseconds; what is finer is cut. */
  static BsonDateTime date(Instant time) {
    try {
      return new BsonDateTime(time.toEpochMilli());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a time that a Date cannot hold", e);
    }
  }

  private static BsonDateTime midnight(LocalDate day) {
    return date(day.atStartOfDay().toInstant(ZoneOffset.UTC));
  }

  private static Instant instantOrText(BsonValue stored) {
    if (stored.isDateTime()) {
      return Instant.ofEpochMilli(stored.asDateTime().getValue());
    } else if (stored.isString()) {
      try {
        return OffsetDateTime.parse(stored.asString().getValue()).toInstant();
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("expected a Date, or ISO text with a zone", e);
      }
    }
    throw expected("a Date", stored);
  }

  private static LocalDate day(BsonValue stored) {
    if (stored.isString()) {
      try {
        return LocalDate.parse(stored.asString().getValue());
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("expected a day, yyyy-MM-dd", e);
      }
    }
    LocalDateTime time = LocalDateTime.ofInstant(instantOrText(stored), ZoneOffset.UTC);
    if (!time.equals(time.toLocalDate().atStartOfDay())) {
      throw new IllegalArgumentException("expected a day: a Date at midnight, UTC");
    }
    return time.toLocalDate();
  }

  private static byte[] bytes(BsonValue stored) {
    if (!stored.isBinary()) {
      throw expected("binary data", stored);
    }
    return stored.asBinary().getData();
  }

  private static ObjectId objectId(BsonValue stored) {
    if (!stored.isObjectId()) {
      throw expected("an ObjectId", stored);
    }
    return stored.asObjectId().getValue();
  }

  private static UUID uuid(BsonValue stored) {
    if (stored.isObjectId()) {
      return ObjectIds.uuid(stored.asObjectId().getValue());
    } else if (stored.isBinary()
        && stored.asBinary().getType() == BsonBinarySubType.UUID_STANDARD.getValue()
        && stored.asBinary().getData().length == 16) {
      ByteBuffer bytes = ByteBuffer.wrap(stored.asBinary().getData());
      return new UUID(bytes.getLong(), bytes.getLong());
    } else if (stored.isString() && stored.asString().getValue().length() == 36) {
      return UUID.fromString(stored.asString().getValue());
    }
    throw expected("a UUID (binary subtype 4)", stored);
  }

  private static BsonValue objectIdOrBinary(UUID value) {
    ObjectId id = ObjectIds.id(value);
    return id == null ? new BsonBinary(value) : new BsonObjectId(id);
  }

  /** Exactly what an ObjectId's own text looks like. */
  static boolean isObjectId(String text) {
    return text.length() == 24 && text.chars().allMatch(c -> "0123456789abcdef".indexOf(c) >= 0);
  }

  private static BsonValue objectIdOrText(String value) {
    return isObjectId(value) ? new BsonObjectId(new ObjectId(value)) : new BsonString(value);
  }

  private static String textOrObjectId(BsonValue stored) {
    return stored.isObjectId() ? stored.asObjectId().getValue().toHexString() : text(stored);
  }

  private static IllegalArgumentException expected(String what, BsonValue stored) {
    BsonType found = stored.getBsonType();
    return new IllegalArgumentException(
        "expected "
            + what
            + ", found BSON type "
            + found.name().toLowerCase(java.util.Locale.ROOT));
  }

  /** A conversion's value, held as another codec holds the stored form. */
  private record Converted(Conversion<Object, Object> conversion, Codec stored) implements Codec {
    @Override
    public BsonValue encode(Object value) {
      return stored.encode(conversion.store(value));
    }

    @Override
    public Object decode(BsonValue value) {
      return conversion.load(stored.decode(value));
    }

    @Override
    public Bson is(String field, Object value) {
      Object form = conversion.store(value);
      return value instanceof UUID && form instanceof String text
          ? in(field, Forms.inEitherCase(text))
          : stored.is(field, form);
    }
  }
}
