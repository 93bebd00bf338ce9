package dev.crossfade;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** An enum held as one text per constant; both directions looked up, never computed per row. */
final class EnumText {
  private EnumText() {}

  static <E extends Enum<E>> Conversion<E, String> of(
      Class<E> type, Function<? super E, String> label) {
    E[] constants = type.getEnumConstants();
    String[] labels = new String[constants.length];
    Map<String, E> byLabel = new HashMap<>();
    for (E constant : constants) {
      labels[constant.ordinal()] = label.apply(constant);
      E other = byLabel.put(labels[constant.ordinal()], constant);
      if (other != null) {
        throw new IllegalArgumentException(
            type.getName()
                + "."
                + constant
                + " and ."
                + other
                + " have the same text '"
                + label.apply(constant)
                + "'");
      }
    }
    return Conversion.of(
        type, String.class, e -> labels[e.ordinal()], text -> constant(type, byLabel, text));
  }

  private static <E> E constant(Class<E> type, Map<String, E> byLabel, String text) {
    E constant = byLabel.get(text);
    if (constant == null) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no "
              + type.getSimpleName()
              + "; known are "
              + byLabel.keySet().stream().sorted().toList());
    }
    return constant;
  }
}
