package dev.crossfade;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists of records, in their order: each component of an element by a comparison of its own. */
final class RecordList extends Comparison {
  private static final int ELEMENT = 16;

  private final List<Component> components;

  /** With what the elements' components are compared by. */
  RecordList(Class<?> element, Function<String, Comparison> comparisons) {
    List<Component> all = new ArrayList<>();
    for (RecordComponent component : element.getRecordComponents()) {
      Comparison comparison = comparisons.apply(component.getName());
      all.add(new Component(component, all.size(), Component.Traits.comparedBy(comparison)));
    }
    this.components = List.copyOf(all);
  }

  /** The record that a list of that component has as elements; null if it is no such list. */
  static @Nullable Class<?> elementOf(RecordComponent component) {
    return component.getType() == List.class
            && component.getGenericType() instanceof ParameterizedType list
            && list.getActualTypeArguments()[0] instanceof Class<?> element
            && element.isRecord()
            && element.getRecordComponents().length > 0
        ? element
        : null;
  }

  /** About how many bytes the elements of a list take in memory. */
  int weight(List<?> list) {
    int weight = 0;
    for (Object element : list) {
      weight += ELEMENT * (1 + components.size());
      for (Component component : components) {
        weight += element == null ? 0 : RowType.bytes(component.get(element));
      }
    }
    return weight;
  }

  @Override
  public String toString() {
    return "list";
  }

  @Override
  boolean sameValues(Object a, Object b) {
    List<?> x = (List<?>) a;
    List<?> y = (List<?>) b;
    if (x.size() != y.size()) {
      return false;
    }
    for (int i = 0; i < x.size(); i++) {
      if (!sameElements(x.get(i), y.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean sameElements(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b;
    }
    for (Component component : components) {
      if (!component.comparison().same(component.get(a), component.get(b))) {
        return false;
      }
    }
    return true;
  }

  @Override
  boolean encodes(Class<?> type) {
    return components.stream()
        .allMatch(each -> each.comparison().encodes(RowTypeBuilder.boxed(each.type())));
  }

  @Override
  void encodeValue(Object value, CanonicalOutput out) {
    List<?> list = (List<?>) value;
    out.number(list.size());
    for (Object element : list) {
      out.bool(element != null);
      if (element != null) {
        components.forEach(each -> each.comparison().encode(each.get(element), out));
      }
    }
  }
}
