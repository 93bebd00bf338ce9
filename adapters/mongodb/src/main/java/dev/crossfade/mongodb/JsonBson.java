package dev.crossfade.mongodb;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBinary;
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
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;

/**
 * JSON text (RFC 8259) as BSON and back. Numbers become the smallest of int32, int64, double and
 * Decimal128 that holds them exactly, and come back as plain numbers; what JSON has no form for is
 * wrapped as in MongoDB's extended JSON: {@code {"$date": "…Z"}}, {@code {"$oid": "…"}}, {@code
 * {"$binary": …}}. The driver's own reader makes a double of every number with a point.
 */
final class JsonBson {
  private static final int DEEPEST = 100; // BSON's own limit

  private final String text;
  private int at;
  private int depth;

  private JsonBson(String text) {
    this.text = text;
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if it is no JSON, or BSON cannot hold it
   */
  static BsonValue parse(String text) {
    JsonBson reader = new JsonBson(text);
    BsonValue value = reader.value();
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.unexpected();
    }
    return value;
  }

  /**
   * The text of a value.
   *
   * @throws IllegalArgumentException if it has no form in JSON: a NaN, a regular expression
   */
  static String text(BsonValue value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  // Reading.

  private BsonValue value() {
    skipSpace();
    if (at >= text.length()) {
      throw unexpected();
    }
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new BsonString(string());
      case 't' -> literal("true", BsonBoolean.TRUE);
      case 'f' -> literal("false", BsonBoolean.FALSE);
      case 'n' -> literal("null", BsonNull.VALUE);
      default -> number();
    };
  }

  private BsonValue object() {
    enter();
    BsonDocument document = new BsonDocument();
    if (!closes('}')) {
      do {
        skipSpace();
        if (at >= text.length() || text.charAt(at) != '"') {
          throw unexpected();
        }
        String name = string();
        expect(':');
        document.put(name, value());
      } while (!ends('}'));
    }
    depth--;
    return unwrapped(document);
  }

  private BsonValue array() {
    enter();
    BsonArray array = new BsonArray();
    if (!closes(']')) {
      do {
        array.add(value());
      } while (!ends(']'));
    }
    depth--;
    return array;
  }

  private void enter() {
    at++;
    if (++depth > DEEPEST) {
      throw new IllegalArgumentException("JSON nested deeper than " + DEEPEST + " levels");
    }
  }

  private boolean closes(char end) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == end) {
      at++;
      return true;
    }
    return false;
  }

  /** Whether the end, rather than a comma, comes next. */
  private boolean ends(char end) {
    if (closes(end)) {
      return true;
    }
    expect(',');
    return false;
  }

  private void expect(char next) {
    skipSpace();
    if (at >= text.length() || text.charAt(at) != next) {
      throw unexpected();
    }
    at++;
  }

  private BsonValue literal(String word, BsonValue value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    at++;
    while (true) {
      if (at >= text.length()) {
        throw unexpected();
      }
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      } else if (c < ' ') {
        throw unexpected();
      }
      out.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    if (at >= text.length()) {
      throw unexpected();
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw unexpected();
    };
  }

  private char unicode() {
    if (at + 4 > text.length()) {
      throw unexpected();
    }
    int code = 0;
    for (int end = at + 4; at < end; at++) {
      int digit = Character.digit(text.charAt(at), 16);
      if (digit < 0) {
        throw unexpected();
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private BsonValue number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(from, at);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      at = from;
      throw unexpected();
    }
    return number(new BigDecimal(digits));
  }

  /** The smallest type that holds it exactly. */
  static BsonValue number(BigDecimal value) {
    if (isWhole(value)) {
      try {
        long whole = value.longValueExact();
        return whole == (int) whole ? new BsonInt32((int) whole) : new BsonInt64(whole);
      } catch (ArithmeticException e) {
        // larger than a long
      }
    }
    double near = value.doubleValue();
    if (Double.isFinite(near) && new BigDecimal(Double.toString(near)).compareTo(value) == 0) {
      return new BsonDouble(near);
    }
    try {
      return new BsonDecimal128(new Decimal128(value));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a number of more digits than Decimal128 holds (34)", e);
    }
  }

  private static boolean isWhole(BigDecimal value) {
    return value.precision() - value.scale() <= 19 && value.stripTrailingZeros().scale() <= 0;
  }

  private static BsonValue unwrapped(BsonDocument document) {
    try {
      if (document.size() == 1 && document.isString("$oid")) {
        return new BsonObjectId(new ObjectId(document.getString("$oid").getValue()));
      } else if (document.size() == 1 && document.isString("$date")) {
        return new BsonDateTime(
            Instant.parse(document.getString("$date").getValue()).toEpochMilli());
      } else if (document.size() == 1 && document.isDocument("$binary")) {
        BsonDocument binary = document.getDocument("$binary");
        return new BsonBinary(
            (byte) Integer.parseInt(binary.getString("subType").getValue(), 16),
            Base64.getDecoder().decode(binary.getString("base64").getValue()));
      }
    } catch (IllegalArgumentException
        | DateTimeParseException
        | org.bson.BsonInvalidOperationException e) {
      return document; // looks like one, and is none
    }
    return document;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("no JSON: unexpected at character " + (at + 1));
  }

  // Writing.

  private static void write(BsonValue value, StringBuilder out) {
    switch (value.getBsonType()) {
      case DOCUMENT -> write(value.asDocument(), out);
      case ARRAY -> write(value.asArray(), out);
      case STRING -> quote(value.asString().getValue(), out);
      case BOOLEAN -> out.append(value.asBoolean().getValue());
      case NULL, UNDEFINED -> out.append("null");
      case INT32 -> out.append(value.asInt32().getValue());
      case INT64 -> out.append(value.asInt64().getValue());
      case DOUBLE -> out.append(decimal(value.asDouble().getValue()));
      case DECIMAL128 -> out.append(decimal(value.asDecimal128().getValue()));
      case DATE_TIME ->
          wrap("$date", Instant.ofEpochMilli(value.asDateTime().getValue()).toString(), out);
      case OBJECT_ID -> wrap("$oid", value.asObjectId().getValue().toHexString(), out);
      case BINARY -> binary(value.asBinary(), out);
      default ->
          throw new IllegalArgumentException(
              "a value of BSON type " + value.getBsonType() + ", which JSON cannot hold");
    }
  }

  private static String decimal(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a double that is no number, which JSON cannot hold");
    }
    return new BigDecimal(Double.toString(value)).toString();
  }

  static String decimal(Decimal128 value) {
    return big(value).toString();
  }

  /** Negative zero is zero. */
  static BigDecimal big(Decimal128 value) {
    if (value.isNaN() || value.isInfinite()) {
      throw new IllegalArgumentException("a Decimal128 that is " + value + ", no number");
    }
    try {
      return value.bigDecimalValue();
    } catch (ArithmeticException e) {
      return BigDecimal.ZERO;
    }
  }

  private static void write(BsonDocument document, StringBuilder out) {
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, BsonValue> each : document.entrySet()) {
      out.append(first ? "" : ",");
      quote(each.getKey(), out);
      out.append(':');
      write(each.getValue(), out);
      first = false;
    }
    out.append('}');
  }

  private static void write(BsonArray array, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < array.size(); i++) {
      out.append(i == 0 ? "" : ",");
      write(array.get(i), out);
    }
    out.append(']');
  }

  private static void wrap(String name, String value, StringBuilder out) {
    out.append("{\"").append(name).append("\":");
    quote(value, out);
    out.append('}');
  }

  private static void binary(BsonBinary value, StringBuilder out) {
    out.append("{\"$binary\":{\"base64\":\"")
        .append(Base64.getEncoder().encodeToString(value.getData()))
        .append("\",\"subType\":\"")
        .append(String.format(java.util.Locale.ROOT, "%02x", value.getType()))
        .append("\"}}");
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
