package dev.crossfade.examples.quickstart;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** JSON with its members sorted, without blanks, its numbers by value. Reads valid JSON only. */
final class Json {
  private static final int HEX = 16;

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static String canonical(String text) {
    Json json = new Json(text);
    String value = json.value();
    if (json.peek() != 0) {
      throw new IllegalArgumentException("no JSON: " + text);
    }
    return value;
  }

  private String value() {
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> '"' + string() + '"';
      default -> scalar();
    };
  }

  private String object() {
    Map<String, String> members = new TreeMap<>();
    at++;
    while (peek() != '}') {
      skip(',');
      String name = peek() == '"' ? string() : fail();
      skip(':');
      members.put(name, value());
    }
    at++;
    StringJoiner joined = new StringJoiner(",", "{", "}");
    members.forEach((name, value) -> joined.add('"' + name + "\":" + value));
    return joined.toString();
  }

  private String array() {
    List<String> elements = new ArrayList<>();
    at++;
    while (peek() != ']') {
      skip(',');
      elements.add(value());
    }
    at++;
    return "[" + String.join(",", elements) + "]";
  }

  /** Unescaped, but for what would end it. */
  private String string() {
    StringBuilder string = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      char next = text.charAt(at);
      string.append(next == '\\' ? escaped() : String.valueOf(next));
    }
    at++;
    return string.toString();
  }

  private String escaped() {
    char escape = text.charAt(++at);
    return switch (escape) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case 'b' -> "\b";
      case 'f' -> "\f";
      case 'u' -> unicode();
      case '"', '\\' -> "\\" + escape;
      default -> String.valueOf(escape);
    };
  }

  private String unicode() {
    at += 4;
    return String.valueOf((char) Integer.parseInt(text.substring(at - 3, at + 1), HEX));
  }

  private String scalar() {
    int begin = at;
    while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String scalar = text.substring(begin, at);
    return switch (scalar) {
      case "true", "false", "null" -> scalar;
      default -> new BigDecimal(scalar).stripTrailingZeros().toPlainString();
    };
  }

  /** The next character that is no blank; 0 at the end. */
  private char peek() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private void skip(char separator) {
    if (peek() == separator) {
      at++;
      peek();
    }
  }

  private String fail() {
    throw new IllegalArgumentException("no JSON at character " + at + ": " + text);
  }
}
