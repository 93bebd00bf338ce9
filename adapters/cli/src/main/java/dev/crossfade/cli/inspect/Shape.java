package dev.crossfade.cli.inspect;

import dev.crossfade.cli.inspect.CollectionProfile.Spellings;
import dev.crossfade.mapping.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** The fields of documents that stand in one place. Used by one thread. */
final class Shape {
  private final String path;
  private final FieldBudget budget;
  private final Map<String, FieldValues> fields = new LinkedHashMap<>();

  /** Names by what they are in snake case. */
  private final Map<String, Group> groups = new LinkedHashMap<>();

  private long documents;

  Shape(String path, FieldBudget budget) {
    this.path = path;
    this.budget = budget;
  }

  private static final class Group {
    private final List<String> names = new ArrayList<>();
    private long together;

    void look(BsonDocument document) {
      if (names.size() > 1 && names.stream().filter(document::containsKey).count() > 1) {
        together++;
      }
    }
  }

  /** Looks at a document; {@code id} is that of the one it is in. */
  void look(BsonDocument document, BsonValue id) {
    documents++;
    document.forEach(
        (name, value) -> {
          FieldValues field = field(name);
          if (field != null) {
            field.look(value, id);
          }
        });
    groups.values().forEach(group -> group.look(document));
  }

  private @Nullable FieldValues field(String name) {
    FieldValues field = fields.get(name);
    if (field == null && budget.takes()) {
      field = new FieldValues(path, name, budget);
      fields.put(name, field);
      groups.computeIfAbsent(Names.snakeCase(name), snake -> new Group()).names.add(name);
    }
    return field;
  }

  long documents() {
    return documents;
  }

  void addTo(List<FieldProfile> profiles) {
    fields.values().forEach(field -> field.addTo(profiles, documents));
  }

  void addSpellingsTo(List<Spellings> spellings) {
    for (Group group : groups.values()) {
      if (group.names.size() > 1) {
        List<String> names =
            group.names.stream()
                .sorted(Comparator.comparingLong((String name) -> -there(name)))
                .toList();
        spellings.add(new Spellings(path, names, group.together));
      }
    }
    fields.values().forEach(field -> field.addSpellingsTo(spellings));
  }

  private long there(String name) {
    FieldValues field = fields.get(name);
    return field == null ? 0 : field.there();
  }
}
