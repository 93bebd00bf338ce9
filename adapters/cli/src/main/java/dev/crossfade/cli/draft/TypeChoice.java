package dev.crossfade.cli.draft;

import java.util.List;

/**
 * The type of a target column, and in which form the legacy column holds its values.
 *
 * @param type as a migration declares it
 * @param rule what the mapping says of it in braces, {@code convert: epoch-millis}; empty for the
 *     usual form
 * @param notes where a person should look, a sentence each
 */
record TypeChoice(String type, String rule, List<String> notes) {
  TypeChoice {
    notes = List.copyOf(notes);
  }

  static TypeChoice of(String type) {
    return new TypeChoice(type, "", List.of());
  }

  static TypeChoice of(String type, String note) {
    return new TypeChoice(type, "", List.of(note));
  }

  static TypeChoice by(String type, String rule) {
    return new TypeChoice(type, rule, List.of());
  }

  static TypeChoice by(String type, String rule, String note) {
    return new TypeChoice(type, rule, List.of(note));
  }
}
