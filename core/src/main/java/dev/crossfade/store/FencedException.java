package dev.crossfade.store;

import java.util.UUID;

/** The secondary store has fenced the incarnation that wanted to change it. Nothing was changed. */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Made by stores. */
  public FencedException(UUID incarnation) {
    super("incarnation " + incarnation + " is fenced", null, false, false);
  }
}
