package dev.crossfade.store;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An option of a store, as a configuration names it. Immutable.
 *
 * @param name in lower case, words joined by hyphens, sections by dots: {@code pool.max-lifetime}.
 *     One section may be {@code *}: it stands for a name that the configuration chooses, such as a
 *     table's.
 * @param type what its values are
 * @param choices the values there are, in lower case; empty if they are not counted
 * @param byDefault the value where none is given, written as in a configuration; null if there is
 *     none
 * @param consequence what follows from it, in a sentence or two
 */
public record StoreOption(
    String name, Type type, List<String> choices, @Nullable String byDefault, String consequence) {
  private static final Pattern NAME = Pattern.compile("[a-z-]+(\\.([a-z-]+|\\*))*");

  /** What the values of an option are. */
  public enum Type {
    /** Any text: a {@link String}. */
    TEXT("text"),
    /** A whole number: an {@link Integer}. */
    NUMBER("number"),
    /** A number that may have decimals: a {@link Double}. */
    DECIMAL("decimal"),
    /** A {@link Duration}. */
    DURATION("duration"),
    /** A {@link Boolean}. */
    YES_NO("yes or no"),
    /** A file's name: a {@link java.nio.file.Path}. */
    FILE("file"),
    /**
     * What must not be shown: a {@link Secret}. The option's name with {@code -file} behind it
     * names a file that holds it.
     */
    SECRET("secret");

    private final String shown;

    Type(String shown) {
      this.shown = shown;
    }

    /** As documentation and messages name it. */
    public String shown() {
      return shown;
    }
  }

  /** Copies the choices. */
  public StoreOption {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is no name of an option");
    }
    choices = List.copyOf(choices);
  }

  /** An option without a default. */
  public static StoreOption of(String name, Type type, String consequence) {
    return new StoreOption(name, type, List.of(), null, consequence);
  }

  /** An option with a default, written as in a configuration. */
  public static StoreOption of(String name, Type type, String byDefault, String consequence) {
    return new StoreOption(name, type, List.of(), byDefault, consequence);
  }

  /** An option with these values alone. */
  public static StoreOption oneOf(
      String name, List<String> choices, @Nullable String byDefault, String consequence) {
    return new StoreOption(name, Type.TEXT, choices, byDefault, consequence);
  }
}
