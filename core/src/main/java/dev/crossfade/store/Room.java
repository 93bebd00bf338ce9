package dev.crossfade.store;

import java.util.OptionalLong;

/**
 * How much room a store takes and has, in bytes, as far as it can tell.
 *
 * @param used what the rows take there, indexes included
 * @param free what is free on the disk; empty if that cannot be told, as from afar
 */
public record Room(OptionalLong used, OptionalLong free) {
  /** Nothing is known. */
  public static final Room UNKNOWN = new Room(OptionalLong.empty(), OptionalLong.empty());
}
