package dev.crossfade;

/** What a database does to the rows that refer to a deleted row. */
public enum OnDelete {
  /** The delete is refused while such rows exist ({@code no action}, {@code restrict}). */
  REFUSE,
  /** They are deleted too. */
  CASCADE,
  /** Their reference becomes null. */
  SET_NULL
}
