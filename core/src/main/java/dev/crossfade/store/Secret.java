package dev.crossfade.store;

/**
 * A password or the like, which shows itself to nobody who does not ask: not in logs, messages or
 * debuggers' lists of fields that go through {@link #toString}. Immutable.
 */
public final class Secret {
  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /** Hides this. */
  public static Secret of(String value) {
    return new Secret(value);
  }

  /** What is hidden. */
  public String reveal() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  /** Nothing of what is hidden, not even its length. */
  @Override
  public String toString() {
    return "(hidden)";
  }
}
