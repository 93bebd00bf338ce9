package dev.crossfade;

import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Patterns of {@link DateTimeFormatter} whose texts are the same on every version of Java, for what
 * one has written others have to read. Words are English: those of {@code Locale.ROOT} have changed
 * ({@code AD} has become {@code CE}). Letters whose texts differ in English, too, are refused.
 */
final class TextPattern {
  /** Parts of a day, weeks of a month, and names of zones. */
  private static final Set<Character> DIFFERING = Set.of('B', 'F', 'v', 'z');

  private TextPattern() {}

  /**
   * Reads and writes days that are in the calendar: 30 February is none, and not 29 February.
   *
   * @throws IllegalArgumentException if the pattern is none, or its texts depend on the version of
   *     Java
   */
  static DateTimeFormatter format(String pattern) {
    Set<Character> letters = letters(pattern);
    for (char letter : letters) {
      if (DIFFERING.contains(letter)) {
        throw new IllegalArgumentException(
            "pattern letter "
                + letter
                + " stands for texts that are others in other versions of Java");
      }
    }
    String years = letters.contains('G') ? pattern : withYears(pattern);
    return DateTimeFormatter.ofPattern(years, Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /** Those that are not in quotes. */
  private static Set<Character> letters(String pattern) {
    Set<Character> letters = new TreeSet<>();
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      quoted ^= c == '\'';
      if (!quoted && Character.isLetter(c)) {
        letters.add(c);
      }
    }
    return letters;
  }

  /** A strict formatter asks for an era beside {@code y}, not beside {@code u}. */
  private static String withYears(String pattern) {
    StringBuilder years = new StringBuilder(pattern);
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      quoted ^= c == '\'';
      if (!quoted && c == 'y') {
        years.setCharAt(i, 'u');
      }
    }
    return years.toString();
  }
}
