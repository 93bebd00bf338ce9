package dev.crossfade;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Values as messages show them: quoted, told apart from null, and never longer than a line. */
final class Shown {
  private static final int LONGEST = 120;

  private Shown() {}

  static String value(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    String text =
        value instanceof byte[] bytes
            ? "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, LONGEST))
            : value.toString();
    String shortened =
        text.length() > LONGEST
            ? text.substring(0, LONGEST) + "… (" + text.length() + " characters)"
            : text;
    return value instanceof CharSequence ? "'" + shortened + "'" : shortened;
  }
}
