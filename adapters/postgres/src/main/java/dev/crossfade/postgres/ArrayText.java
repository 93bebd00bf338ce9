package dev.crossfade.postgres;

import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's notation of an array of one dimension: <code>{a,"b, c",NULL}</code>. */
final class ArrayText {
  private final String text;
  private int at;

  private ArrayText(String text) {
    this.text = text;
  }

  /**
   * The elements as texts.
   *
   * @throws IllegalArgumentException if one is null, or the array has several dimensions or an
   *     index that does not begin with 1
   */
  static List<String> read(String text) {
    return new ArrayText(text).elements();
  }

  /** Every element in quotes, which PostgreSQL takes for all types. */
  static String write(List<?> elements) {
    StringBuilder text = new StringBuilder("{");
    for (Object element : elements) {
      if (element == null) {
        throw new IllegalArgumentException("an element of a list is null; leave it out");
      }
      text.append(text.length() == 1 ? "" : ",");
      quote(element instanceof Temporal time ? TimeElements.write(time) : element.toString(), text);
    }
    return text.append('}').toString();
  }

  /** The same with elements that may be null. */
  static String writeNullable(List<? extends @Nullable String> elements) {
    StringBuilder text = new StringBuilder("{");
    for (String element : elements) {
      text.append(text.length() == 1 ? "" : ",");
      if (element == null) {
        text.append("NULL");
      } else {
        quote(element, text);
      }
    }
    return text.append('}').toString();
  }

  private static void quote(String element, StringBuilder text) {
    String escaped = element.replace("\\", "\\\\").replace("\"", "\\\"");
    text.append('"').append(escaped).append('"');
  }

  private List<String> elements() {
    if (!text.startsWith("{") || !text.endsWith("}")) {
      throw new IllegalArgumentException("expected is an array that begins with index 1");
    }
    List<String> elements = new ArrayList<>();
    at = 1;
    while (at < text.length() - 1) {
      elements.add(text.charAt(at) == '"' ? quoted() : plain());
      at++;
    }
    return elements;
  }

  private String plain() {
    int end = text.indexOf(',', at);
    end = end < 0 ? text.length() - 1 : end;
    String element = text.substring(at, end);
    if (element.startsWith("{")) {
      throw new IllegalArgumentException("expected is an array of one dimension");
    }
    if (element.equals("NULL")) {
      throw new IllegalArgumentException("expected is an array without null");
    }
    at = end;
    return element;
  }

  private String quoted() {
    StringBuilder element = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      if (text.charAt(at) == '\\') {
        at++;
      }
      element.append(text.charAt(at));
    }
    at++;
    return element.toString();
  }
}
