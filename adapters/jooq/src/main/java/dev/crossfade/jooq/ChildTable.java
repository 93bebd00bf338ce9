package dev.crossfade.jooq;

import dev.crossfade.CheckException;
import dev.crossfade.Component;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows are the elements of a list that a component of another table's rows has: as
 * statements have it. For adapters.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChildTable {
  private final String entity;
  private final Component component;
  private final RowMapping<?> elements;
  private final MappedColumn key;
  private final String parentTable;
  private final String parent;
  private final String quotedParent;
  private final String position;
  private final String quotedPosition;

  ChildTable(
      String entity,
      Component component,
      Columns.Children given,
      RowMapping<?> elements,
      MappedColumn key,
      String parentTable) {
    Dialect dialect = elements.dialect();
    this.entity = entity;
    this.component = component;
    this.elements = elements;
    this.key = key;
    this.parentTable = parentTable;
    this.parent = given.parent().getName();
    this.quotedParent = dialect.sql().render(given.parent().getUnqualifiedName());
    this.position = given.position().getName();
    this.quotedPosition = dialect.sql().render(given.position().getUnqualifiedName());
  }

  /** The component that has the list. */
  public Component component() {
    return component;
  }

  /** The child table's name as the catalogue has it. */
  public String name() {
    return elements.name();
  }

  /** The child table as statements have it. */
  public String table() {
    return elements.table();
  }

  /** What holds the components of an element, in their order. */
  public List<MappedColumn> columns() {
    return elements.columns();
  }

  /** The column of the parent's key. */
  public MappedColumn key() {
    return key;
  }

  /** The parent's table as statements have it. */
  public String parentTable() {
    return parentTable;
  }

  /** The name of the child's column that has the parent's key. */
  public String parent() {
    return parent;
  }

  /** The same as statements have it. */
  public String quotedParent() {
    return quotedParent;
  }

  /** The name of the child's column that has the place of an element in its list, from 0. */
  public String position() {
    return position;
  }

  /** The same as statements have it. */
  public String quotedPosition() {
    return quotedPosition;
  }

  /**
   * The list of a row.
   *
   * @throws CheckException if it or one of its elements is null
   */
  public List<?> list(Object row) {
    if (!(component.get(row) instanceof List<?> list)) {
      throw refused(
          "is null, which table " + name() + " cannot tell from an empty list; give it List.of()");
    }
    for (Object element : list) {
      if (element == null) {
        throw refused(
            "has an element that is null, which no row of table " + name() + " is; leave it out");
      }
    }
    return list;
  }

  private CheckException refused(String why) {
    return new CheckException(entity + "." + component + " " + why, null);
  }

  /** The element that has these values in stored form, one for each column. */
  public Object element(@Nullable Object[] stored) {
    @Nullable Object[] values = new Object[stored.length];
    for (int i = 0; i < stored.length; i++) {
      values[i] = columns().get(i).load(stored[i]);
    }
    return elements.type().row(values);
  }
}
