package dev.crossfade.jooq;

import java.sql.SQLException;
import java.util.List;

/**
 * How a store reads and writes lists as rows of a {@link ChildTable}. For adapters.
 *
 * <p>Immutable and safe for use by many threads.
 */
public interface ChildRows {
  /** What reads the list in a select from the parent's table, and in what it returns. */
  String selected();

  /** Reads what {@link #selected} gives; binds nothing. */
  Codec<?> codec();

  /**
   * Makes the lists of these rows what they are to be, in statements for all together. The rows are
   * there, and were locked by this transaction: that keeps others who write the same lists out.
   *
   * @param keys the keys of the rows in stored form: a value for each of {@link ChildTable#links}
   * @param lists a list for each key, without null
   */
  void write(Session session, List<List<Object>> keys, List<? extends List<?>> lists)
      throws SQLException;
}
