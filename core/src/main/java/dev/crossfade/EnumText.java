package dev.crossfade;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** An enum held as one text per constant; both directions looked up, never computed per row. */
final class EnumText {
  private EnumText() {}

  static <E extends Enum<E>> Conversion<E, String> of(
      Class<E> type, Function<? super E, String> label) {
    Map<E, String> labels = new EnumMap<>(type);
    Map<String, E> byLabel = new HashMap<>();
    for (E constant : type.getEnumConstants()) {
      String text = label.apply(constant);
      labels.put(constant, text);
      E other = byLabel.put(text, constant);
      if (other != null) {
        throw new IllegalArgumentException(
            type.getName()
                + "."
                + constant
                + " and ."
                + other
                + " have the same text '"
                + text
                + "'");
      }
    }
    return Conversion.of(type, String.class, labels::get, text -> constant(type, byLabel, text));
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
