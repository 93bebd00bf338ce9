package dev.crossfade.rehearsal;

import java.io.InputStream;
import java.io.Reader;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a method, kept for a second call: a caller may go on with its collections and
 * arrays as soon as the first one has returned. Immutable.
 */
final class Arguments {
  private static final List<Class<?>> USED_UP =
      List.of(BaseStream.class, Iterator.class, InputStream.class, Reader.class);

  private final Class<?>[] types;

  Arguments(Method method) {
    this.types = method.getParameterTypes();
  }

  /** Whether no argument is used up by the first call, or is code of the caller's. */
  boolean canBeUsedTwice() {
    return Arrays.stream(types)
        .noneMatch(
            type ->
                USED_UP.stream().anyMatch(used -> used.isAssignableFrom(type))
                    || type.isAnnotationPresent(FunctionalInterface.class));
  }

  /** Copies of what a caller may change, as far as the declared types allow them. */
  Object @Nullable [] kept(Object @Nullable [] given) {
    if (given == null) {
      return null;
    }
    Object[] kept = given.clone();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = kept(types[i], kept[i]);
    }
    return kept;
  }

  @SuppressWarnings("NullAway") // an argument may be null, an array of them says so nowhere
  private static Object kept(Class<?> type, @Nullable Object value) {
    if (value instanceof List<?> list && type.isAssignableFrom(ArrayList.class)) {
      return new ArrayList<>(list);
    } else if (value instanceof Set<?> set && type.isAssignableFrom(LinkedHashSet.class)) {
      return new LinkedHashSet<>(set);
    } else if (value instanceof Collection<?> all && type.isAssignableFrom(ArrayList.class)) {
      return new ArrayList<>(all);
    } else if (value instanceof Map<?, ?> map && type.isAssignableFrom(LinkedHashMap.class)) {
      return new LinkedHashMap<>(map);
    } else if (value != null && value.getClass().isArray()) {
      int length = Array.getLength(value);
      Object copy = Array.newInstance(value.getClass().getComponentType(), length);
      System.arraycopy(value, 0, copy, 0, length);
      return copy;
    }
    return value;
  }

  /** A result, kept as it is now. */
  static @Nullable Object result(@Nullable Object result) {
    return kept(Object.class, result);
  }
}
