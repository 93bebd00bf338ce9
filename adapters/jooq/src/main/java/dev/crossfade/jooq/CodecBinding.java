package dev.crossfade.jooq;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.conf.ParamType;
import org.jooq.exception.SQLDialectNotSupportedException;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A mapped column as a type of jOOQ's, so that statements of applications hold values alike. Only
 * the driver knows the form of a value, so none is ever inlined.
 */
final class CodecBinding<U> implements Binding<Object, U> {
  private static final long serialVersionUID = 1;

  private final transient MappedColumn column;
  private final Class<U> type;

  private CodecBinding(MappedColumn column, Class<U> type) {
    this.column = column;
    this.type = type;
  }

  static <U> DataType<U> type(MappedColumn column, Class<U> type) {
    return SQLDataType.OTHER.asConvertedDataType(new CodecBinding<>(column, boxed(type)));
  }

  /** A primitive type casts nothing. */
  @SuppressWarnings("unchecked") // long.class and Long.class are both a Class<Long>
  private static <U> Class<U> boxed(Class<U> type) {
    return (Class<U>) RowMapping.boxed(type);
  }

  @Override
  public Converter<Object, U> converter() {
    return Converter.ofNullable(Object.class, type, type::cast, value -> value);
  }

  @Override
  public void sql(BindingSQLContext<U> context) throws SQLException {
    if (context.render().paramType() == ParamType.INLINED) {
      // The type that jOOQ's toString() shows instead of failing.
      throw new SQLDialectNotSupportedException(
          column + " is bound, never written into the text of a statement; use DSL.val(…)");
    }
    context.render().sql(column.placeholder().replace("?", context.variable()));
  }

  @Override
  public void set(BindingSetStatementContext<U> context) throws SQLException {
    column.bindBound(context.statement(), context.index(), context.value());
  }

  @Override
  public void get(BindingGetResultSetContext<U> context) throws SQLException {
    @Nullable Object value = column.read(context.resultSet(), context.index());
    context.value(type.cast(value));
  }

  @Override
  public void register(BindingRegisterContext<U> context) throws SQLException {
    throw unsupported();
  }

  @Override
  public void set(BindingSetSQLOutputContext<U> context) throws SQLException {
    throw unsupported();
  }

  @Override
  public void get(BindingGetStatementContext<U> context) throws SQLException {
    throw unsupported();
  }

  @Override
  public void get(BindingGetSQLInputContext<U> context) throws SQLException {
    throw unsupported();
  }

  private static SQLException unsupported() {
    return new SQLFeatureNotSupportedException("mapped columns are not for procedures");
  }
}
