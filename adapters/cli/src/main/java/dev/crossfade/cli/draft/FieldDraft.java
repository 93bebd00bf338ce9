package dev.crossfade.cli.draft;

import java.util.List;

/**
 * A target column that comes from a field.
 *
 * @param name in PostgreSQL
 * @param names the field's, its other spellings behind it; empty for the rest of the fields
 * @param choice its type
 */
record FieldDraft(String name, List<String> names, TypeChoice choice) {
  FieldDraft {
    names = List.copyOf(names);
  }

  /** Whether it takes what no other column does. */
  boolean rest() {
    return names.isEmpty();
  }
}
