package dev.crossfade.cli;

import dev.crossfade.cli.inspect.CollectionProfile;
import dev.crossfade.cli.inspect.CollectionProfile.DocumentIndex;
import dev.crossfade.cli.inspect.CollectionProfile.Spellings;
import dev.crossfade.cli.inspect.ColumnProfile.Form;
import dev.crossfade.cli.inspect.DatabaseProfile;
import dev.crossfade.cli.inspect.FieldProfile;
import dev.crossfade.cli.inspect.Likeness;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bson.BsonType;

/** What a database of MongoDB holds, as {@code inspect} shows it. */
final class DatabaseReport {
  private DatabaseReport() {}

  static Map<String, Object> json(DatabaseProfile profile) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("database", profile.name());
    document.put("collections", profile.collections().stream().map(DatabaseReport::json).toList());
    document.put("views", profile.views());
    return document;
  }

  private static Map<String, Object> json(CollectionProfile collection) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", collection.name());
    document.put("documents", collection.documents());
    document.put("bytes", collection.bytes());
    document.put("fields", collection.fields().stream().map(DatabaseReport::json).toList());
    document.put("unshown", collection.unshown());
    document.put("spellings", collection.spellings().stream().map(DatabaseReport::json).toList());
    document.put("indexes", collection.indexes().stream().map(DatabaseReport::json).toList());
    return document;
  }

  private static Map<String, Object> json(Spellings spellings) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("within", spellings.within());
    document.put("names", spellings.names());
    document.put("together", spellings.together());
    return document;
  }

  private static Map<String, Object> json(DocumentIndex index) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", index.name());
    document.put("fields", index.fields());
    document.put("unique", index.unique());
    document.put("special", index.special());
    return document;
  }

  private static Map<String, Object> json(FieldProfile field) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("path", field.path());
    document.put("places", field.places());
    document.put("missing", field.missing());
    document.put("null", field.count(BsonType.NULL));
    Map<String, Object> seen = new LinkedHashMap<>();
    Map<String, Object> first = new LinkedHashMap<>();
    for (BsonType type : types(field)) {
      seen.put(shown(type), field.count(type));
      first.put(shown(type), field.first().getOrDefault(type, ""));
    }
    document.put("seen", seen);
    document.put("first", first);
    document.put("longest", field.longest());
    document.put("decimals", field.decimals());
    document.put("notFinite", field.notFinite());
    document.put("withNul", field.withNul());
    document.put("withoutForm", field.withoutForm());
    document.put("uuids", field.uuids());
    if (field.longestList() >= 0) {
      document.put("shortestList", field.shortestList());
      document.put("longestList", field.longestList());
    }
    document.put(
        "looksLike",
        field.forms().stream()
            .map(
                form ->
                    Map.of(
                        "form", form.likeness().label(),
                        "pattern", form.pattern(),
                        "misfits", form.misfits()))
            .toList());
    return document;
  }

  private static List<BsonType> types(FieldProfile field) {
    List<BsonType> types = new ArrayList<>();
    for (BsonType type : BsonType.values()) {
      if (type != BsonType.NULL && field.count(type) > 0) {
        types.add(type);
      }
    }
    return types;
  }

  /** As MongoDB's own shell calls it. */
  private static String shown(BsonType type) {
    return switch (type) {
      case INT32 -> "int";
      case INT64 -> "long";
      case DECIMAL128 -> "decimal";
      case DATE_TIME -> "date";
      case OBJECT_ID -> "objectId";
      case DOCUMENT -> "object";
      case BOOLEAN -> "bool";
      case BINARY -> "binData";
      case REGULAR_EXPRESSION -> "regex";
      default -> type.name().toLowerCase(Locale.ROOT);
    };
  }

  static void text(DatabaseProfile profile, PrintWriter out) {
    out.println(profile.name() + ": " + Words.count(profile.collections().size(), "collection"));
    profile.collections().forEach(collection -> text(collection, out));
    if (!profile.views().isEmpty()) {
      out.println();
      out.println(
          "views and time series, which are not carried over: "
              + String.join(", ", profile.views()));
    }
  }

  private static void text(CollectionProfile collection, PrintWriter out) {
    out.println();
    out.println(
        collection.name()
            + ": "
            + Words.count(collection.documents(), "document")
            + ", "
            + Words.bytes(collection.bytes()));
    int width = collection.fields().stream().mapToInt(f -> f.path().length()).max().orElse(0);
    for (FieldProfile field : collection.fields()) {
      out.println(
          "  " + InspectCommand.padded(field.path(), width) + "  " + share(field) + seen(field));
    }
    if (collection.unshown() > 0) {
      out.println(
          "  and "
              + Words.count(collection.unshown(), "value")
              + " in more fields than are shown: names are values here?");
    }
    collection.spellings().forEach(spellings -> out.println("  " + shown(spellings)));
    for (DocumentIndex index : collection.indexes()) {
      out.println(
          (index.unique() ? "  unique index on " : "  index on ")
              + String.join(", ", index.fields())
              + (index.special().isEmpty() ? "" : ", which " + index.special()));
    }
  }

  private static String shown(Spellings spellings) {
    String within = spellings.within().isEmpty() ? "" : " in " + spellings.within();
    return String.join(" | ", spellings.names())
        + within
        + " differ only by how they are written; "
        + (spellings.together() == 0
            ? "no document has more than one of them"
            : Words.count(spellings.together(), "document") + " with several of them");
  }

  /** How many of those that could have it do. */
  private static String share(FieldProfile field) {
    if (field.missing() == 0) {
      return "100 %  ";
    }
    long percent = field.there() * 100 / field.places();
    String shown = percent == 0 ? "< 1" : String.valueOf(percent);
    return InspectCommand.padded(" ".repeat(Math.max(0, 3 - shown.length())) + shown + " %", 7);
  }

  private static String seen(FieldProfile field) {
    List<String> parts = new ArrayList<>();
    for (BsonType type : types(field)) {
      boolean all = field.count(type) == field.values();
      parts.add(shown(type) + (all ? "" : " " + field.count(type)));
    }
    StringBuilder seen =
        new StringBuilder(parts.isEmpty() ? "(no value)" : String.join(", ", parts));
    part(seen, field.count(BsonType.NULL), "null");
    part(seen, field.missing(), "missing");
    if (field.longestList() >= 0) {
      seen.append(", ").append(field.shortestList()).append(" to ").append(field.longestList());
      seen.append(" elements");
    }
    if (field.uuids() > 0) {
      seen.append("; looks like uuid");
    }
    part(seen, field.withNul(), "with U+0000");
    part(seen, field.withoutForm(), "without a form in JSON");
    return seen + looks(field);
  }

  private static void part(StringBuilder text, long number, String what) {
    if (number > 0) {
      text.append(", ").append(number).append(' ').append(what);
    }
  }

  private static String looks(FieldProfile field) {
    for (Form form : field.forms()) {
      boolean number = form.likeness() == Likeness.DECIMAL_TEXT;
      if (!number || form.misfits() == 0) {
        return "; looks like "
            + form.likeness().label()
            + (form.pattern().isEmpty() ? "" : " " + form.pattern())
            + (form.misfits() == 0 ? "" : ", but " + form.misfits());
      }
    }
    return "";
  }
}
