package dev.crossfade.mapping;

/**
 * Where something stands in a mapping file. Immutable.
 *
 * @param file what messages call the file
 * @param line from 1
 */
public record Place(String file, int line) {
  /** As {@code crossfade.yaml:12}. */
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
