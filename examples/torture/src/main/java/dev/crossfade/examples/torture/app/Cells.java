package dev.crossfade.examples.torture.app;

import dev.crossfade.Repository;
import dev.crossfade.Writes;
import java.util.List;

/** What all cells have; each write says what it found. */
interface Cells<T extends Cell<T>> extends Repository<T, Long> {
  /** Replaces the value where there is a row; returns the row as it is now, or none. */
  @Writes(differs = "decidedOn")
  List<T> put(long id, String value);

  /** Inserts the row; refused if there is one. */
  @Writes(differs = "decidedOn")
  T create(T row);

  /** Deletes the row; returns what it was, or none. */
  @Writes
  List<T> take(long id);
}
