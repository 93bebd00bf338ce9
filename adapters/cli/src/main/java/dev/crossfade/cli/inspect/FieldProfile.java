package dev.crossfade.cli.inspect;

import dev.crossfade.cli.inspect.ColumnProfile.Form;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * What a field holds, document by document: MongoDB types each value by itself. Immutable.
 *
 * @param path from the top of the document, elements of lists as {@code []}: {@code items[].price}
 * @param within the path of the documents that may have it; empty for the collection's own
 * @param name its name there; {@code []} for elements of a list
 * @param places how many documents, or elements, could have it
 * @param seen how many values there are of each type, {@code NULL} among them
 * @param first the {@code _id} of the first document with a value of each type
 * @param least the least whole number; null without any
 * @param greatest the greatest whole number; null without any
 * @param decimals the most decimal places of a number, a double in its shortest form
 * @param digits the most digits before the point of a number
 * @param notFinite how many numbers are infinite or NaN
 * @param longest characters of the longest text, bytes of the longest binary
 * @param withNul how many texts hold U+0000, which PostgreSQL cannot, those within included
 * @param withoutForm how many values have no form in JSON, those within included
 * @param uuids how many binaries are UUIDs of subtype 4
 * @param shortestList elements of the shortest list; -1 without any
 * @param longestList elements of the longest list; -1 without any
 * @param forms what values look like, the form that fits best first
 */
public record FieldProfile(
    String path,
    String within,
    String name,
    long places,
    Map<BsonType, Long> seen,
    Map<BsonType, String> first,
    @Nullable Long least,
    @Nullable Long greatest,
    int decimals,
    int digits,
    long notFinite,
    int longest,
    long withNul,
    long withoutForm,
    long uuids,
    int shortestList,
    int longestList,
    List<Form> forms) {
  /** Copies what is given. */
  public FieldProfile {
    seen = Map.copyOf(seen);
    first = Map.copyOf(first);
    forms = List.copyOf(forms);
  }

  /** Whether the collection's own documents have it. */
  public boolean isTopLevel() {
    return within.isEmpty();
  }

  /** How many values there are of a type. */
  public long count(BsonType type) {
    return seen.getOrDefault(type, 0L);
  }

  /** How many documents, or elements, have it, null or not. */
  public long there() {
    return seen.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many values there are that are not null. */
  public long values() {
    return there() - count(BsonType.NULL);
  }

  /** How many documents lack it. */
  public long missing() {
    return places - there();
  }

  /** Whether all values are of these types; true without any. */
  public boolean holdsOnly(Collection<BsonType> types) {
    return types.stream().mapToLong(this::count).sum() == values();
  }

  /** Whether all values are of these types; true without any. */
  public boolean holdsOnly(BsonType... types) {
    return holdsOnly(List.of(types));
  }

  /** The first form of that kind that all values have; null if there is none. */
  public @Nullable Form exact(Likeness likeness) {
    return forms.stream()
        .filter(form -> form.likeness() == likeness && form.misfits() == 0)
        .findFirst()
        .orElse(null);
  }

  /** Whether all values have a form. */
  public boolean looksLike(Likeness likeness) {
    return exact(likeness) != null;
  }

  /** Both as one, under this one's name: for a field that has two spellings. */
  public FieldProfile and(FieldProfile other) {
    return new FieldProfile(
        path,
        within,
        name,
        places,
        sum(other),
        firsts(other),
        least == null ? other.least : other.least == null ? least : min(least, other.least),
        greatest == null
            ? other.greatest
            : other.greatest == null ? greatest : max(greatest, other.greatest),
        Math.max(decimals, other.decimals),
        Math.max(digits, other.digits),
        notFinite + other.notFinite,
        Math.max(longest, other.longest),
        withNul + other.withNul,
        withoutForm + other.withoutForm,
        uuids + other.uuids,
        Math.min(shortestList, other.shortestList),
        Math.max(longestList, other.longestList),
        common(other));
  }

  private static Long min(Long a, Long b) {
    return Math.min(a, b);
  }

  private static Long max(Long a, Long b) {
    return Math.max(a, b);
  }

  private Map<BsonType, Long> sum(FieldProfile other) {
    Map<BsonType, Long> sum = new EnumMap<>(BsonType.class);
    sum.putAll(seen);
    other.seen.forEach((type, count) -> sum.merge(type, count, Long::sum));
    return sum;
  }

  private Map<BsonType, String> firsts(FieldProfile other) {
    Map<BsonType, String> firsts = new EnumMap<>(BsonType.class);
    firsts.putAll(other.first);
    firsts.putAll(first);
    return firsts;
  }

  /** Forms that the values of both have; where one has no values those of the other. */
  private List<Form> common(FieldProfile other) {
    if (values() == 0 || other.values() == 0) {
      return values() == 0 ? other.forms : forms;
    }
    return forms.stream()
        .flatMap(
            form ->
                other.forms.stream()
                    .filter(each -> each.likeness() == form.likeness())
                    .filter(each -> each.pattern().equals(form.pattern()))
                    .map(
                        each ->
                            new Form(
                                form.likeness(),
                                form.pattern(),
                                form.misfits() + each.misfits(),
                                -1)))
        .toList();
  }
}
