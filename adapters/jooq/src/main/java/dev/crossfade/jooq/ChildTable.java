package dev.crossfade.jooq;

import dev.crossfade.CheckException;
import dev.crossfade.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Field;
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
  private final List<Link> links;
  private final String parentTable;
  private final String position;
  private final String quotedPosition;

  /**
   * A column of the child that says to which row an element belongs.
   *
   * @param key the column of the parent's key whose values it has
   * @param name its name as the catalogue has it
   * @param quoted the same as statements have it
   */
  public record Link(MappedColumn key, String name, String quoted) {}

  /** With the columns of the parent's key, as many as columns are given for them. */
  ChildTable(
      String entity,
      Component component,
      Columns.Children given,
      RowMapping<?> elements,
      List<MappedColumn> keys,
      String parentTable) {
    Dialect dialect = elements.dialect();
    this.entity = entity;
    this.component = component;
    this.elements = elements;
    this.links = links(keys, given.parents(), dialect);
    this.parentTable = parentTable;
    this.position = given.position().getName();
    this.quotedPosition = dialect.sql().render(given.position().getUnqualifiedName());
  }

  private static List<Link> links(
      List<MappedColumn> keys, List<? extends Field<?>> parents, Dialect dialect) {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      Field<?> parent = parents.get(i);
      links.add(
          new Link(
              keys.get(i), parent.getName(), dialect.sql().render(parent.getUnqualifiedName())));
    }
    return List.copyOf(links);
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

  /** The columns that have the parent's key, in its order. */
  public List<Link> links() {
    return links;
  }

  /** Their names as the catalogue has them. */
  public List<String> linkNames() {
    return links.stream().map(Link::name).toList();
  }

  /** The names of all columns that writes give a value, as the catalogue has them. */
  public Set<String> columnNames() {
    Set<String> names = new TreeSet<>(linkNames());
    names.add(position);
    columns().forEach(column -> names.addAll(column.names()));
    return names;
  }

  /** The parent's table as statements have it. */
  public String parentTable() {
    return parentTable;
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
