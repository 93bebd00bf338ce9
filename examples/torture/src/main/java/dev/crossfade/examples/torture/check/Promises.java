package dev.crossfade.examples.torture.check;

import java.util.Set;

/**
 * What the legacy store promises.
 *
 * @param store its name
 * @param leased whether only a lease keeps a process out that stood still: such a process may write
 *     late, and leave a key different that no journal has. That is counted apart, if a verification
 *     names the key
 * @param verified the keys that the last verification has named, when all had come to rest
 */
public record Promises(String store, boolean leased, Set<String> verified) {
  /** Of SQLite: whoever stood still is kept out by the file itself. */
  public static final Promises SQLITE = new Promises("SQLite", false, Set.of());

  /** Copies the set. */
  public Promises {
    verified = Set.copyOf(verified);
  }

  /** Of MongoDB without transactions. */
  public static Promises mongo(Set<String> verified) {
    return new Promises("MongoDB", true, verified);
  }
}
