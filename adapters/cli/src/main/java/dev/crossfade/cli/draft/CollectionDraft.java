package dev.crossfade.cli.draft;

import dev.crossfade.cli.inspect.CollectionProfile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A target table that comes from a collection.
 *
 * @param collection where it comes from
 * @param name in PostgreSQL
 * @param fields the first one is the key
 * @param notes where a person should look, a sentence each
 */
record CollectionDraft(
    CollectionProfile collection, String name, List<FieldDraft> fields, List<String> notes) {
  CollectionDraft {
    fields = List.copyOf(fields);
    notes = List.copyOf(notes);
  }

  FieldDraft key() {
    return fields.get(0);
  }

  /** The column that comes from a field; null if none does. */
  @Nullable FieldDraft of(String field) {
    return fields.stream().filter(each -> each.names().contains(field)).findFirst().orElse(null);
  }
}
