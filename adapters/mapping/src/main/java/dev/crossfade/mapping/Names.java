package dev.crossfade.mapping;

import java.util.Locale;

/** When names in two conventions are one. */
public final class Names {
  private Names() {}

  /** In snake case: {@code InvoiceLine} and {@code invoiceLine} are {@code invoice_line}. */
  public static String snakeCase(String name) {
    return name.replaceAll("([A-Z]+)([A-Z][a-z])", "$1_$2")
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** Whether they are the same in snake case. */
  public static boolean same(String a, String b) {
    return snakeCase(a).equals(snakeCase(b));
  }

  /** What counts in finding the nearest name. */
  static String letters(String name) {
    return snakeCase(name).replace("_", "");
  }
}
