package dev.crossfade.journal;

import org.jspecify.annotations.Nullable;

/**
 * A version of the library, as processes tell each other theirs.
 *
 * <p>Two may live together on the same stores if they have the same major and minor number: what
 * they keep there, and what they expect of each other, is the same, whatever their patch number.
 * Where those differ a migration may be running, but it should not be moved. A version that does
 * not begin with two numbers goes with itself alone.
 *
 * @param text such as {@code 1.4.2}
 */
record Version(String text) {
  /** Of a process whose library comes from no jar: an IDE's, a test's. */
  private static final Version UNRELEASED = new Version("unreleased");

  /** That of this process: what its jar's manifest says. */
  static Version ours() {
    Package code = Version.class.getPackage();
    return of(code == null ? null : code.getImplementationVersion());
  }

  /** What a manifest says; unreleased if it says nothing. */
  static Version of(@Nullable String manifest) {
    return manifest == null || manifest.isBlank() ? UNRELEASED : new Version(manifest.trim());
  }

  /** Whether processes with these two may live together. */
  boolean goesWith(Version other) {
    return line().equals(other.line());
  }

  /** Its major and minor number, where it has them. */
  private String line() {
    return text.replaceFirst("^(\\d+\\.\\d+)[.+-].*", "$1");
  }

  @Override
  public String toString() {
    return text;
  }
}
