package dev.crossfade.jooq.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of the database as names of Java. What they become depends on nothing but themselves. */
final class Words {
  /** What no identifier may be. */
  private static final Set<String> KEYWORDS =
      Set.of(
          ("abstract assert boolean break byte case catch char class const continue default do"
                  + " double else enum extends false final finally float for goto if implements"
                  + " import instanceof int interface long native new null package private"
                  + " protected public return short static strictfp super switch synchronized"
                  + " this throw throws transient true try void volatile while _")
              .split(" "));

  /** What no component of a record may be, because its accessor would be a method of Object. */
  private static final Set<String> METHODS_OF_OBJECT =
      Set.of("clone finalize getClass hashCode notify notifyAll toString wait".split(" "));

  /** Of {@code java.lang}, which code of the same package means without saying so. */
  private static final Set<String> JAVA_LANG =
      Set.of(
          ("AbstractMethodError Appendable ArithmeticException ArrayIndexOutOfBoundsException"
                  + " ArrayStoreException AssertionError AutoCloseable Boolean Byte CharSequence"
                  + " Character Class ClassCastException ClassLoader ClassValue Cloneable Comparable"
                  + " Compiler Deprecated Double Enum Error Exception Float FunctionalInterface"
                  + " IllegalArgumentException IllegalStateException IndexOutOfBoundsException Integer"
                  + " InterruptedException Iterable LinkageError Long Math Module ModuleLayer"
                  + " NullPointerException Number NumberFormatException Object Override Package"
                  + " Process ProcessBuilder ProcessHandle Readable Record Runnable Runtime"
                  + " RuntimeException RuntimePermission SafeVarargs SecurityException SecurityManager"
                  + " Short StackWalker StrictMath String StringBuffer StringBuilder SuppressWarnings"
                  + " System Thread ThreadGroup ThreadLocal Throwable UnsupportedOperationException"
                  + " Void")
              .split(" "));

  private Words() {}

  /** A class name: {@code unit_price} is {@code UnitPrice}. */
  static String pascal(String name) {
    StringBuilder text = new StringBuilder();
    for (String word : words(name)) {
      text.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return identifier(text.toString());
  }

  /** A component's name: {@code unit_price} is {@code unitPrice}. */
  static String camel(String name) {
    String pascal = pascal(name);
    String camel = pascal.substring(0, 1).toLowerCase(Locale.ROOT) + pascal.substring(1);
    return KEYWORDS.contains(camel) || METHODS_OF_OBJECT.contains(camel) ? camel + "_" : camel;
  }

  /** In mid-name: {@code unitPrice} is {@code UnitPrice} in {@code findByUnitPrice}. */
  static String capitalized(String camel) {
    return camel.substring(0, 1).toUpperCase(Locale.ROOT) + camel.substring(1);
  }

  /** A table's name with its last word in the singular, by the rules that the document has. */
  static String singular(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.length() > 4 && lower.endsWith("ies")) {
      return cut(name, 3) + (Character.isUpperCase(name.charAt(name.length() - 1)) ? "Y" : "y");
    }
    for (String ending : List.of("sses", "shes", "ches", "xes", "zes")) {
      if (lower.endsWith(ending)) {
        return cut(name, 2);
      }
    }
    for (String ending : List.of("ss", "us", "is", "as", "os")) {
      if (lower.endsWith(ending)) {
        return name;
      }
    }
    return lower.length() > 1 && lower.endsWith("s") ? cut(name, 1) : name;
  }

  /** Whether the base class of repositories finds the column by itself. */
  static boolean isFoundByName(String component, String column) {
    return column.equalsIgnoreCase(snake(component)) || column.equalsIgnoreCase(component);
  }

  /** Whether it finds the column where it has no table to look into. */
  static boolean isSnakeOf(String column, String component) {
    return column.equalsIgnoreCase(snake(component));
  }

  static boolean isOfJavaLang(String className) {
    return JAVA_LANG.contains(className);
  }

  private static String snake(String camelCase) {
    return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  private static String cut(String name, int letters) {
    return name.substring(0, name.length() - letters);
  }

  /** What letters and digits are joined by separates words; so does a capital after a small one. */
  private static List<String> words(String name) {
    List<String> words = new ArrayList<>();
    for (String part : name.split("[^\\p{L}\\p{Nd}]+", -1)) {
      if (!part.isEmpty()) {
        words.add(part.equals(part.toUpperCase(Locale.ROOT)) ? lower(part) : part);
      }
    }
    return words;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static String identifier(String text) {
    if (text.isEmpty()) {
      return "_unnamed";
    }
    return Character.isJavaIdentifierStart(text.charAt(0)) ? text : "_" + text;
  }
}
