package dev.crossfade.cli.inspect;

import dev.crossfade.cli.inspect.ColumnProfile.Form;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBinarySubType;
import org.bson.BsonNumber;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Looks at the values of a field, one after the other. Used by one thread. */
final class FieldValues {
  private final String within;
  private final String name;
  private final FieldBudget budget;
  private final List<Hypothesis> hypotheses;
  private final Map<BsonType, Long> seen = new EnumMap<>(BsonType.class);
  private final Map<BsonType, String> first = new EnumMap<>(BsonType.class);
  private @Nullable Shape documents;
  private @Nullable FieldValues elements;
  private long elementsSeen;
  private @Nullable Long least;
  private @Nullable Long greatest;
  private int decimals;
  private int digits;
  private long notFinite;
  private int longest;
  private long withNul;
  private long withoutForm;
  private long uuids;
  private int shortestList = -1;
  private int longestList = -1;
  private long values;

  FieldValues(String within, String name, FieldBudget budget) {
    this.within = within;
    this.name = name;
    this.budget = budget;
    this.hypotheses = Hypotheses.of(name);
  }

  /** From the top of the document. */
  String path() {
    if (within.isEmpty() || name.equals("[]")) {
      return within + name;
    }
    return within + "." + name;
  }

  /** How many values have been looked at, null among them. */
  long there() {
    return values;
  }

  /**
   * Looks at a value.
   *
   * @param id of the document it is in
   */
  void look(BsonValue value, BsonValue id) {
    BsonType type = value.getBsonType();
    values++;
    seen.merge(type, 1L, Long::sum);
    if (!first.containsKey(type)) {
      first.put(type, DatabaseInspection.shown(id));
    }
    if (!value.isNull()) {
      Object looked = measure(value, id);
      hypotheses.removeIf(hypothesis -> !hypothesis.holdsFor(looked, -1));
    }
  }

  /** Returns the value as SQLite would hold it, where it could. */
  private Object measure(BsonValue value, BsonValue id) {
    switch (value.getBsonType()) {
      case INT32, INT64 -> {
        return whole(((BsonNumber) value).longValue());
      }
      case DOUBLE -> {
        return real(value.asDouble().getValue());
      }
      case DECIMAL128 -> decimal(value);
      case STRING -> {
        return text(value.asString().getValue());
      }
      case BINARY -> binary(value);
      case DOCUMENT -> within(value, id);
      case ARRAY -> list(value.asArray(), id);
      case BOOLEAN, DATE_TIME, OBJECT_ID -> {}
      default -> withoutForm++;
    }
    return value;
  }

  private Long whole(long number) {
    least = least == null ? Long.valueOf(number) : Long.valueOf(Math.min(least, number));
    greatest = greatest == null ? Long.valueOf(number) : Long.valueOf(Math.max(greatest, number));
    measure(BigDecimal.valueOf(number));
    return number;
  }

  private Double real(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      notFinite++;
      withoutForm++;
    } else {
      measure(BigDecimal.valueOf(number));
    }
    return number;
  }

  private void decimal(BsonValue value) {
    if (!value.asDecimal128().getValue().isFinite()) {
      notFinite++;
      withoutForm++;
      return;
    }
    try {
      measure(value.asDecimal128().getValue().bigDecimalValue());
    } catch (ArithmeticException e) {
      measure(BigDecimal.ZERO); // the negative zero, which no BigDecimal is
    }
  }

  private void measure(BigDecimal number) {
    BigDecimal shortest = number.stripTrailingZeros();
    decimals = Math.max(decimals, shortest.scale());
    digits = Math.max(digits, shortest.precision() - shortest.scale());
  }

  private String text(String text) {
    longest = Math.max(longest, text.codePointCount(0, text.length()));
    if (text.indexOf('\0') >= 0) {
      withNul++;
    }
    return text;
  }

  private void binary(BsonValue value) {
    longest = Math.max(longest, value.asBinary().getData().length);
    if (value.asBinary().getType() == BsonBinarySubType.UUID_STANDARD.getValue()) {
      uuids++;
    }
  }

  private void within(BsonValue value, BsonValue id) {
    if (documents == null) {
      documents = new Shape(path(), budget);
    }
    documents.look(value.asDocument(), id);
  }

  private void list(BsonArray list, BsonValue id) {
    shortestList = shortestList < 0 ? list.size() : Math.min(shortestList, list.size());
    longestList = Math.max(longestList, list.size());
    if (elements == null && !list.isEmpty() && budget.takes()) {
      elements = new FieldValues(path(), "[]", budget);
    }
    FieldValues looking = elements;
    if (looking != null) {
      elementsSeen += list.size();
      list.forEach(element -> looking.look(element, id));
    }
  }

  /** Adds its profile, and behind it those of what is within it. */
  void addTo(List<FieldProfile> profiles, long places) {
    int own = profiles.size();
    if (documents != null) {
      documents.addTo(profiles);
    }
    if (elements != null) {
      elements.addTo(profiles, elementsSeen);
    }
    profiles.add(own, profile(places, profiles.subList(own, profiles.size())));
  }

  private FieldProfile profile(long places, List<FieldProfile> inner) {
    List<FieldProfile> children =
        inner.stream().filter(field -> field.within().equals(path())).toList();
    List<Form> forms =
        hypotheses.stream()
            .map(Hypothesis::form)
            .flatMap(Optional::stream)
            .sorted(Comparator.comparingLong(Form::misfits))
            .toList();
    return new FieldProfile(
        path(),
        within,
        name,
        places,
        seen,
        first,
        least,
        greatest,
        decimals,
        digits,
        notFinite,
        longest,
        withNul + children.stream().mapToLong(FieldProfile::withNul).sum(),
        withoutForm + children.stream().mapToLong(FieldProfile::withoutForm).sum(),
        uuids,
        shortestList,
        longestList,
        forms);
  }

  /** Adds what is spelt in several ways within it. */
  void addSpellingsTo(List<CollectionProfile.Spellings> spellings) {
    if (documents != null) {
      documents.addSpellingsTo(spellings);
    }
    if (elements != null) {
      elements.addSpellingsTo(spellings);
    }
  }
}
