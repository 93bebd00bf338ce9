package dev.crossfade;

import java.util.ArrayList;
import java.util.List;

/** A text with separators. */
final class SeparatedText {
  private SeparatedText() {}

  /** What is between the separators, empty texts at either end included. */
  static List<String> split(String text, String separator) {
    List<String> parts = new ArrayList<>();
    int begin = 0;
    for (int end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, begin)) {
      parts.add(text.substring(begin, end));
      begin = end + separator.length();
    }
    parts.add(text.substring(begin));
    return List.copyOf(parts);
  }
}
