package dev.crossfade;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * JSON values as Java values, written at random: members in any order, names twice, escapes,
 * numbers in several forms, white space. Two texts are the same exactly if the values are equal.
 */
final class JsonTexts {
  private JsonTexts() {}

  /** A value: maps, lists, texts, decimals without trailing zeros, booleans, and "null" as NULL. */
  static Object value(Random random, int depth) {
    int kinds = depth > 3 ? 4 : 6;
    return switch (random.nextInt(kinds)) {
      case 0 -> text(random);
      case 1, 2 ->
          new BigDecimal(random.nextInt(200) - 100)
              .movePointLeft(random.nextInt(4))
              .stripTrailingZeros();
      case 3 -> random.nextInt(3) == 0 ? Null.NULL : random.nextBoolean();
      case 4 -> {
        List<Object> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          elements.add(value(random, depth + 1));
        }
        yield elements;
      }
      default -> {
        Map<String, Object> members = new HashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
          members.put(text(random), value(random, depth + 1));
        }
        yield members;
      }
    };
  }

  /** JSON has one. */
  enum Null {
    NULL
  }

  private static String text(Random random) {
    // the first two have one hash
    String[] texts = {
      "Aa", "BB", "a", "", "é", "\n", "\"", "\\", "x/y", "😀", "AaBB", "BBAa", "\t"
    };
    return texts[random.nextInt(texts.length)];
  }

  static String random(Random random) {
    return write(value(random, 0), random);
  }

  /** The same text with other white space, or with something changed that may matter. */
  static String rewritten(String text, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> text.replace(",", " ,\n");
      case 1 -> text.replace(":", " : ");
      case 2 -> text.replace("1", "1.0");
      default -> text.replace("a", "b");
    };
  }

  static String write(Object value, Random random) {
    StringBuilder out = new StringBuilder();
    write(value, random, out);
    return out.toString();
  }

  private static void write(Object value, Random random, StringBuilder out) {
    space(random, out);
    if (value instanceof Map<?, ?> members) {
      object(members, random, out);
    } else if (value instanceof List<?> elements) {
      out.append('[');
      for (int i = 0; i < elements.size(); i++) {
        out.append(i == 0 ? "" : ",");
        write(elements.get(i), random, out);
      }
      space(random, out);
      out.append(']');
    } else if (value instanceof String text) {
      quoted(text, random, out);
    } else if (value instanceof BigDecimal number) {
      out.append(
          switch (random.nextInt(3)) {
            case 0 -> number.toPlainString();
            case 1 -> number.setScale(Math.max(0, number.scale()) + 2).toPlainString();
            default -> number.unscaledValue() + "e" + -number.scale();
          });
    } else {
      out.append(value == Null.NULL ? "null" : value);
    }
    space(random, out);
  }

  private static void object(Map<?, ?> members, Random random, StringBuilder out) {
    Map<Object, Object> last = new LinkedHashMap<>(members);
    List<Object> names = new ArrayList<>(last.keySet());
    Collections.shuffle(names, random);
    out.append('{');
    boolean first = true;
    if (!names.isEmpty()
        && random.nextInt(4) == 0) { // given again later, so that it does not count
      quoted((String) names.get(random.nextInt(names.size())), random, out);
      out.append(":[0]");
      first = false;
    }
    for (Object name : names) {
      out.append(first ? "" : ",");
      first = false;
      space(random, out);
      quoted((String) name, random, out);
      space(random, out);
      out.append(':');
      write(last.get(name), random, out);
    }
    space(random, out);
    out.append('}');
  }

  private static void quoted(String text, Random random, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c < ' ' || random.nextInt(6) == 0) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static void space(Random random, StringBuilder out) {
    if (random.nextInt(8) == 0) {
      out.append(" \n\t\r".charAt(random.nextInt(4)));
    }
  }
}
