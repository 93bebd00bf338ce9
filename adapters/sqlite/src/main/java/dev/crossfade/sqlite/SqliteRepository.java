package dev.crossfade.sqlite;

import dev.crossfade.jooq.Columns;
import dev.crossfade.jooq.JooqRepository;
import dev.crossfade.jooq.MappedColumn;
import dev.crossfade.jooq.TableMapping;
import dev.crossfade.store.RepositoryContext;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jooq.Table;

/**
 * The rows of one entity in a SQLite file. An application extends it per entity; CRUD comes with
 * it:
 *
 * <pre>{@code
 * final class SqliteTokens extends SqliteRepository<Token, Long> implements TokenRepository {
 *   private static final Table<?> TOKENS = table(name("tokens"));
 *
 *   SqliteTokens(RepositoryContext<Token, Long> context) {
 *     super(context, TOKENS, columns -> columns
 *         .convert("createdAt", SqliteConversions.instantAsText("yyyy-MM-dd HH:mm:ss")));
 *   }
 *
 *   @Override
 *   public List<Token> createdSince(Instant moment) {
 *     Field<Instant> createdAt = column("createdAt", Instant.class);
 *     return fetch(selectFrom(TOKENS).where(createdAt.ge(moment)).orderBy(createdAt));
 *   }
 * }
 * }</pre>
 *
 * <p>SQLite types each value by itself. Read are, for a component of type
 *
 * <ul>
 *   <li>{@code long}, {@code int}, {@code short}: INTEGER; {@code double}, {@code float}: a number
 *   <li>{@code BigDecimal}: a number or a TEXT with one, a REAL as its shortest decimal form;
 *       rounded half up to the scale the entity declares
 *   <li>{@code boolean}: 0, 1, 'true', 'false'; written as 0 and 1
 *   <li>{@code Instant}, {@code OffsetDateTime}: ISO TEXT with {@code T} or a blank, with or
 *       without fraction and zone, <b>UTC where no zone is stated</b>; written as {@code
 *       2024-05-01T10:00:00.5Z}, in UTC
 *   <li>{@code LocalDateTime}, {@code LocalDate}, {@code LocalTime}: ISO TEXT without zone
 *   <li>{@code UUID}: TEXT, written in lower case; enums: TEXT with their names; {@code String}:
 *       TEXT; {@code byte[]}: BLOB
 * </ul>
 *
 * <p>Other forms take a conversion, see {@link SqliteConversions}. What fits none of them throws
 * {@link dev.crossfade.UnreadableValueException}. Times of mixed forms, or with fractions of
 * different length, do not sort as text by their moment; a conversion to one fixed pattern does.
 *
 * <p>Safe for use by many threads.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public abstract class SqliteRepository<T, K> extends JooqRepository<T, K> {
  private final SqliteStore store;

  /** On this table, whose columns are named as the components in snake case. */
  protected SqliteRepository(RepositoryContext<T, K> context, Table<?> table) {
    this(context, table, columnsByName());
  }

  /**
   * On this table.
   *
   * @param columns names other columns and conversions
   */
  protected SqliteRepository(
      RepositoryContext<T, K> context, Table<?> table, Consumer<? super Columns> columns) {
    super(context, table, columns, context.store().unwrap(SqliteStore.class).sessions());
    this.store = context.store().unwrap(SqliteStore.class);
  }

  @Override
  public final OptionalLong highestGenerated() {
    TableMapping<T, K> mapping = mapped().mapping();
    return isGenerated(mapping)
        ? OptionalLong.of(store.highestGenerated(mapping))
        : OptionalLong.empty();
  }

  @Override
  public final void raiseGenerator(long highest) {
    TableMapping<T, K> mapping = mapped().mapping();
    if (isGenerated(mapping)) {
      store.raiseGenerator(mapping, highest);
    }
  }

  private static boolean isGenerated(TableMapping<?, ?> mapping) {
    MappedColumn key = mapping.keyColumns().get(0);
    return key.component().isGenerated() && SqliteDialect.isNumber(key);
  }
}
