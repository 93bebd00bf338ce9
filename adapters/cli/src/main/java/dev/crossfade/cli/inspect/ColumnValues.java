package dev.crossfade.cli.inspect;

import dev.crossfade.cli.inspect.ColumnProfile.Form;
import dev.crossfade.mapping.ColumnDescription;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks at the values of a column, one after the other. Used by one thread. */
final class ColumnValues {
  private static final char REPLACEMENT = '\uFFFD';
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+([.]\\d+)?");

  private final ColumnDescription column;
  private final @Nullable String defaultExpression;
  private final List<Hypothesis> hypotheses;
  private final Map<StorageClass, Long> seen = new EnumMap<>(StorageClass.class);
  private final Map<StorageClass, Long> first = new EnumMap<>(StorageClass.class);
  private @Nullable Long least;
  private @Nullable Long greatest;
  private int decimals;
  private int digits;
  private int significant;
  private long notFinite;
  private int longest;
  private long withNul;
  private long notUtf8;

  ColumnValues(ColumnDescription column, @Nullable String defaultExpression) {
    this.column = column;
    this.defaultExpression = defaultExpression;
    this.hypotheses = Hypotheses.of(column.name());
  }

  /** Looks at the value at the cursor. */
  void look(ResultSet rows, int index, long rowid) throws SQLException {
    Object value = rows.getObject(index);
    if (value == null) {
      seen.merge(StorageClass.NULL, 1L, Long::sum);
      return;
    }
    Object looked = value instanceof Integer number ? Long.valueOf(number) : value;
    StorageClass type = measure(looked, rows, index);
    seen.merge(type, 1L, Long::sum);
    first.putIfAbsent(type, rowid);
    hypotheses.removeIf(hypothesis -> !hypothesis.holdsFor(looked, rowid));
  }

  private StorageClass measure(Object value, ResultSet rows, int index) throws SQLException {
    if (value instanceof Long number) {
      least = least == null ? number : Long.valueOf(Math.min(least, number));
      greatest = greatest == null ? number : Long.valueOf(Math.max(greatest, number));
      measure(BigDecimal.valueOf(number));
      return StorageClass.INTEGER;
    } else if (value instanceof Double real) {
      measure(real);
      return StorageClass.REAL;
    } else if (value instanceof String text) {
      measure(text, rows, index);
      return StorageClass.TEXT;
    }
    longest = Math.max(longest, ((byte[]) value).length);
    return StorageClass.BLOB;
  }

  private void measure(double real) {
    if (Double.isInfinite(real)) {
      notFinite++;
      return;
    }
    BigDecimal shortest = BigDecimal.valueOf(real).stripTrailingZeros();
    significant = Math.max(significant, shortest.precision());
    measure(shortest);
  }

  private void measure(BigDecimal number) {
    decimals = Math.max(decimals, number.scale());
    digits = Math.max(digits, number.precision() - number.scale());
  }

  private void measure(String text, ResultSet rows, int index) throws SQLException {
    longest = Math.max(longest, text.codePointCount(0, text.length()));
    if (text.indexOf('\0') >= 0) {
      withNul++;
    }
    if (text.indexOf(REPLACEMENT) >= 0 && !isUtf8(rows.getBytes(index))) {
      notUtf8++;
    }
    if (text.length() < 100 && NUMBER.matcher(text).matches()) {
      measure(new BigDecimal(text));
    }
  }

  /** The driver puts U+FFFD where a text is no UTF-8; a text may hold that, too. */
  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  ColumnProfile profile() {
    List<Form> forms =
        hypotheses.stream()
            .map(Hypothesis::form)
            .flatMap(Optional::stream)
            .sorted(Comparator.comparingLong(Form::misfits))
            .toList();
    return new ColumnProfile(
        column,
        defaultExpression,
        seen,
        first,
        least,
        greatest,
        decimals,
        digits,
        significant,
        notFinite,
        longest,
        withNul,
        notUtf8,
        forms);
  }
}
