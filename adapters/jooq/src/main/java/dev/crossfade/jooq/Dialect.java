package dev.crossfade.jooq;

import dev.crossfade.Component;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * What differs between relational stores in how rows are held. For adapters, which supply one.
 *
 * <p>Immutable and safe for use by many threads.
 */
public abstract class Dialect {
  private final SQLDialect family;

  /**
   * Values stay bound however many there are: jOOQ would write more than 999 into the statement for
   * SQLite. What is too much for a driver it refuses itself.
   */
  private final Settings settings =
      new Settings().withExecuteLogging(false).withInlineThreshold(Integer.MAX_VALUE);

  /** With jOOQ's dialect for the statements that applications build. */
  protected Dialect(SQLDialect family) {
    this.family = family;
  }

  /**
   * How values are held.
   *
   * @param component what is mapped; its comparison's scale may matter
   * @param stored the type to hold, boxed: that of the component, or of its conversion's stored
   *     form
   * @param column the column, with jOOQ's type where the table is generated
   * @return null if the store cannot hold it without a conversion
   */
  public abstract @Nullable Codec<?> codec(Component component, Class<?> stored, Field<?> column);

  /** What stands for a value in a statement; must contain one question mark. */
  public String placeholder(Component component, Class<?> stored, Field<?> column) {
    return "?";
  }

  /** What a key column is compared and sorted by, so that its order is the canonical one. */
  public String keyOrder(String quotedColumn, Class<?> stored) {
    return quotedColumn;
  }

  /** Whether two columns may hold one component together. */
  public boolean hasPairs() {
    return false;
  }

  /**
   * Whether a component may refer to a row by a value that is looked up: see {@link #unreferred}.
   */
  public boolean hasLookups() {
    return false;
  }

  /**
   * What fails as a foreign key does, in the place of a value.
   *
   * @param typed an expression of the value's type
   * @param parent the name of the table in which there is no row
   */
  public String unreferred(String typed, String parent) {
    throw new UnsupportedOperationException("this store looks nothing up");
  }

  /** Whether a component may be a list of records that are rows of a table of their own. */
  public boolean hasChildren() {
    return false;
  }

  /**
   * Whether values of that type, boxed, can be in a row of a child table.
   *
   * @param stored as with {@link #codec}
   */
  public boolean holdsInChild(Class<?> stored) {
    return false;
  }

  /** How lists are read from a child table and written into it, if {@link #hasChildren}. */
  public ChildRows childRows(ChildTable table) {
    throw new UnsupportedOperationException("this store has no child tables");
  }

  /**
   * Whether values of that type, one of {@link dev.crossfade.store.TimeKeys}, have one form each,
   * and its order is that of time, where no conversion holds them as something else.
   */
  public boolean ordersTimes(Class<?> stored) {
    return true;
  }

  /**
   * Whether locator columns belong to the unique key of a table, as in partitioned tables. If not
   * they are ordinary columns.
   */
  public boolean locatorsIdentify() {
    return false;
  }

  /**
   * Excludes other writers of a key until the transaction ends, in a table where no unique index
   * does because its unique key holds locators besides.
   *
   * @param key in canonical form
   */
  public void lockKey(Session session, TableMapping<?, ?> mapping, byte[] key)
      throws SQLException {}

  /** What locks the rows of a select until the transaction ends; with a leading blank. */
  public String lockClause() {
    return "";
  }

  /**
   * What makes the next key when the store is to generate it; null to leave the column out of the
   * insert.
   */
  public @Nullable String generatedKey(TableMapping<?, ?> mapping) {
    return null;
  }

  /**
   * Puts the checks of foreign keys off, where the store can, while unique values pass through
   * placeholders, or back on.
   */
  public void deferForeignKeys(Session session, boolean deferred) throws SQLException {}

  /** Renders and builds statements; has no connection. */
  public final DSLContext sql() {
    return DSL.using(family, settings);
  }

  final DSLContext on(Session session) throws SQLException {
    session.check();
    return DSL.using(session.connection(), family, settings);
  }
}
