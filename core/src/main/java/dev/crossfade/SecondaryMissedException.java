package dev.crossfade;

import org.jspecify.annotations.Nullable;

/**
 * The write is in the primary store, but was not acknowledged by the other one, which {@link
 * Settings.Secondary#REQUIRED} asks for.
 *
 * <p>When it is thrown the primary store has the whole write, and every reader there sees it. The
 * other store does not have it yet, or, where {@link #isUnknown} says so, may have it or still get
 * it. The journal has its keys, so it comes there in any case, as in {@link
 * Settings.Secondary#OPTIONAL}; the library does not try the write itself again, and its caller
 * need not. {@link Migration#awaitSettled} waits until both stores agree.
 */
public final class SecondaryMissedException extends CrossfadeException {
  private static final long serialVersionUID = 1;

  private final boolean unknown;

  /** Made by the library; the message goes on with what is in the stores. */
  public SecondaryMissedException(String message, boolean unknown, @Nullable Throwable cause) {
    super(
        message
            + "; the primary has the write, "
            + (unknown ? "whether the other store has it is not known" : "the other store not yet")
            + ": the journal has its keys and brings it there, do not write it again",
        cause,
        Outcome.WRITTEN);
    this.unknown = unknown;
  }

  /** Whether the other store may have the write all the same; if not, it is known not to. */
  public boolean isUnknown() {
    return unknown;
  }
}
