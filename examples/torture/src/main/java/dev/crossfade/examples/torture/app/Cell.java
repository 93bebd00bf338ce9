package dev.crossfade.examples.torture.app;

/**
 * A row that knows what it replaced: each write puts a value there that no other write puts
 * anywhere, and the store itself moves the old value aside in the same statement. So every
 * acknowledged write knows its one predecessor, whatever happened in between.
 *
 * @param <T> the row
 */
interface Cell<T extends Cell<T>> {
  /** Its key. */
  Long id();

  /** Who wrote it last: the id of the operation. */
  String value();

  /** What was there before; empty if nothing was. */
  String previous();

  /** The same row, said to be decided on that store. */
  T decidedOn(String store);

  /** The store that decided. */
  String decidedOn();
}
