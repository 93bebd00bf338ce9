package dev.crossfade.routing;

import dev.crossfade.Stage.Side;
import dev.crossfade.wiring.Pair;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A method of a repository interface, bound to both implementations. Immutable. */
final class MethodPlan {
  private static final Object[] NONE = {};

  private final String name;
  private final MethodHandle legacy;
  private final MethodHandle target;

  MethodPlan(Pair<?> pair, Method method) throws IllegalAccessException {
    this.name = method.getName();
    this.legacy = bound(method, pair.on(Side.LEGACY));
    this.target = bound(method, pair.on(Side.TARGET));
  }

  String name() {
    return name;
  }

  @Nullable Object call(Side side, Object @Nullable [] arguments) throws Throwable {
    Object[] given = arguments == null ? NONE : arguments;
    return side == Side.LEGACY
        ? (Object) legacy.invokeExact(given)
        : (Object) target.invokeExact(given);
  }

  private static MethodHandle bound(Method method, Object implementation)
      throws IllegalAccessException {
    method.setAccessible(true);
    return MethodHandles.lookup()
        .unreflect(method)
        .bindTo(implementation)
        .asSpreader(Object[].class, method.getParameterCount())
        .asType(MethodType.methodType(Object.class, Object[].class));
  }
}
