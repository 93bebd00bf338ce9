package dev.crossfade.cli.inspect;

import dev.crossfade.mapping.ColumnDescription;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a column holds, value by value: SQLite types each by itself. Immutable.
 *
 * @param column as it was declared
 * @param defaultExpression what is taken where no value is given, in SQLite's words; null without
 * @param seen how many values there are of each type, those without any left out
 * @param first the rowid of the first value of each type; -1 where rows have none
 * @param leastInteger the least INTEGER; null without any
 * @param greatestInteger the greatest INTEGER; null without any
 * @param decimals the most decimal places of a number, REAL in its shortest form, TEXT with a
 *     number too
 * @param digits the most digits before the point of a number
 * @param significant the most digits of a REAL in its shortest form
 * @param notFinite how many REALs are infinite
 * @param longest characters of the longest TEXT, bytes of the longest BLOB
 * @param withNul how many TEXTs hold U+0000, which PostgreSQL cannot
 * @param notUtf8 how many TEXTs are no UTF-8, which PostgreSQL refuses
 * @param forms what values look like, the form that fits best first
 */
public record ColumnProfile(
    ColumnDescription column,
    @Nullable String defaultExpression,
    Map<StorageClass, Long> seen,
    Map<StorageClass, Long> first,
    @Nullable Long leastInteger,
    @Nullable Long greatestInteger,
    int decimals,
    int digits,
    int significant,
    long notFinite,
    int longest,
    long withNul,
    long notUtf8,
    List<Form> forms) {
  /** Copies what is given. */
  public ColumnProfile {
    seen = Map.copyOf(seen);
    first = Map.copyOf(first);
    forms = List.copyOf(forms);
  }

  /** Its name. */
  public String name() {
    return column.name();
  }

  /** How many values there are of a type. */
  public long count(StorageClass type) {
    return seen.getOrDefault(type, 0L);
  }

  /** How many values there are that are not null. */
  public long values() {
    return seen.values().stream().mapToLong(Long::longValue).sum() - count(StorageClass.NULL);
  }

  /** Whether all values are of these types; true without any. */
  public boolean holdsOnly(StorageClass... types) {
    long of = 0;
    for (StorageClass type : types) {
      of += count(type);
    }
    return of == values();
  }

  /** The form that all values have; null if there is none, or no value. */
  public @Nullable Form form(Likeness likeness) {
    for (Form form : forms) {
      if (form.likeness() == likeness) {
        return form;
      }
    }
    return null;
  }

  /** Whether all values have a form. */
  public boolean looksLike(Likeness likeness) {
    Form form = form(likeness);
    return form != null && form.misfits() == 0;
  }

  /**
   * A form that values have.
   *
   * @param likeness what they look like
   * @param pattern of times and dates, or the two words of a boolean with a slash between; empty
   *     for others
   * @param misfits how many values have another form
   * @param first the rowid of the first of these; -1 without any, or where rows have none
   */
  public record Form(Likeness likeness, String pattern, long misfits, long first) {}
}
