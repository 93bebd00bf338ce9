package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.not;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Filters.type;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDouble;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;

/** The forms in documents that are read as one value, for filters that are to find it in any. */
final class Forms {
  private static final DateTimeFormatter OF_JAVASCRIPT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Forms() {}

  /** A Date, and the usual spellings as text. */
  static List<BsonValue> times(Instant time) {
    List<BsonValue> forms = new ArrayList<>();
    forms.add(Codecs.date(time));
    forms.add(new BsonString(time.toString()));
    forms.add(new BsonString(OF_JAVASCRIPT.format(time)));
    return forms;
  }

  /** Binary, text in either case, and the ObjectId that it stands for. */
  static List<BsonValue> uuids(UUID uuid) {
    List<BsonValue> forms = new ArrayList<>(inEitherCase(uuid.toString()));
    forms.add(new BsonBinary(uuid));
    ObjectId id = ObjectIds.id(uuid);
    if (id != null) {
      forms.add(new BsonObjectId(id));
    }
    return forms;
  }

  static List<BsonString> inEitherCase(String text) {
    return List.of(
        new BsonString(text.toLowerCase(Locale.ROOT)),
        new BsonString(text.toUpperCase(Locale.ROOT)));
  }

  /**
   * A decimal as a number that is exact, or as one of the doubles that are rounded to it.
   *
   * @param exact its Decimal128
   */
  static Bson isDecimal(String field, BigDecimal value, BsonValue exact, int scale) {
    Bson isDouble = type(field, BsonType.DOUBLE);
    Bson isExact = and(not(isDouble), eq(field, exact));
    if (scale >= 0 && value.stripTrailingZeros().scale() > scale) {
      return isExact; // nothing is rounded to so many digits
    }
    double low = lowest(value, scale);
    double high = highest(value, scale);
    return low <= high ? or(isExact, and(isDouble, gte(field, low), lte(field, high))) : isExact;
  }

  /** The lowest double that is read as this or as more: one or two away from the bound. */
  private static double lowest(BigDecimal value, int scale) {
    double at = value.subtract(half(scale)).doubleValue();
    while (compare(at, value, scale) >= 0) {
      at = Math.nextDown(at);
    }
    while (compare(at, value, scale) < 0) {
      at = Math.nextUp(at);
    }
    return at;
  }

  /** The highest double that is read as this or as less. */
  private static double highest(BigDecimal value, int scale) {
    double at = value.add(half(scale)).doubleValue();
    while (compare(at, value, scale) <= 0) {
      at = Math.nextUp(at);
    }
    while (compare(at, value, scale) > 0) {
      at = Math.nextDown(at);
    }
    return at;
  }

  private static BigDecimal half(int scale) {
    return scale < 0 ? BigDecimal.ZERO : BigDecimal.valueOf(5, scale + 1);
  }

  private static int compare(double at, BigDecimal value, int scale) {
    if (Double.isInfinite(at)) {
      return at > 0 ? 1 : -1;
    }
    return Codecs.rounded(new BsonDouble(at), scale).compareTo(value);
  }
}
