package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;

import java.math.BigDecimal;
import java.util.Objects;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** How a value of a record is held in a document. Null never reaches it. Immutable. */
interface Codec {
  /**
   * The stored form.
   *
   * @throws IllegalArgumentException if MongoDB cannot hold it
   */
  BsonValue encode(Object value);

  /**
   * The value of a stored form.
   *
   * @throws IllegalArgumentException if it is none, with what was expected
   */
  Object decode(BsonValue stored);

  /** The filter that a field meets which holds what is read as this value. */
  default Bson is(String field, Object value) {
    return eq(field, encode(value));
  }

  /** Whether a value is read as what it was, once it is written. */
  default boolean holds(Object value) {
    try {
      return same(decode(encode(value)), value);
    } catch (IllegalArgumentException | ArithmeticException e) {
      return false;
    }
  }

  /** Decimals are the same whatever their scale, as in SQL. */
  static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a instanceof BigDecimal one && b instanceof BigDecimal other) {
      return one.compareTo(other) == 0;
    }
    return Objects.deepEquals(a, b);
  }

  /** Whether null in a document is a value, as it is in JSON. */
  default boolean takesNull() {
    return false;
  }
}
