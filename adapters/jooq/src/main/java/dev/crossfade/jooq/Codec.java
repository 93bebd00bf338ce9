package dev.crossfade.jooq;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How a store's driver takes and gives values of one type. For adapters.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param <S> the type
 */
public interface Codec<S> {
  /** Binds a value; null never reaches it. */
  void bind(PreparedStatement statement, int index, S value) throws SQLException;

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException or {@link java.time.DateTimeException} or {@link
   *     ArithmeticException} if what is stored is no such value
   */
  @Nullable S read(ResultSet rows, int index) throws SQLException;

  /** What it can read, as an error message says it: {@code an INTEGER}. */
  String expected();
}
