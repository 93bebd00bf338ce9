package dev.crossfade.mapping;

import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the file says of one target column. Immutable.
 *
 * @param target the column, as written
 * @param from the legacy column, or the field of a collection's documents; null for the one of the
 *     same name
 * @param second the other legacy column, where two hold one value: the time of day beside the date
 *     in {@code from}; null for one column
 * @param form how the file holds it; null for the usual form of the target's type
 * @param scale with how many decimal places both stores are compared; null for the target's scale
 * @param unit to which unit of time both stores are compared; null for what the form can hold
 * @param json what a JSON column becomes in the record: {@code text}, {@code tree} or a class name;
 *     null for {@code text}
 * @param computed whether the target computes it on its own, so that differences are known
 * @param omit whether it is no component of the record
 * @param redacted whether its values never show in logs and reports
 * @param aliases other names that the field has in some documents
 * @param byDefault what it is in documents that lack the field, as text; null for null
 * @param rest whether it takes all fields that no other column has
 * @param by of a foreign key: the column of the table referred to that the legacy column has the
 *     values of; null where both refer by the same
 * @param place where it stands
 */
public record ColumnRule(
    String target,
    @Nullable String from,
    @Nullable String second,
    @Nullable LegacyForm form,
    @Nullable Integer scale,
    @Nullable ChronoUnit unit,
    @Nullable String json,
    boolean computed,
    boolean omit,
    boolean redacted,
    List<String> aliases,
    @Nullable String byDefault,
    boolean rest,
    @Nullable String by,
    Place place) {
  /** Copies the list. */
  public ColumnRule {
    aliases = List.copyOf(aliases);
  }

  /** The short form: nothing but the legacy column. */
  static ColumnRule from(String target, String from, Place place) {
    return new ColumnRule(
        target, from, null, null, null, null, null, false, false, false, List.of(), null, false,
        null, place);
  }

  /** What there is to say of a column that follows by name. */
  static ColumnRule byName(String target, Place place) {
    return new ColumnRule(
        target, null, null, null, null, null, null, false, false, false, List.of(), null, false,
        null, place);
  }

  /** The same that comes from this field. */
  ColumnRule withField(String field) {
    return new ColumnRule(
        target, field, second, form, scale, unit, json, computed, omit, redacted, aliases,
        byDefault, rest, by, place);
  }
}
