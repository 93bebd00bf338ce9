package dev.crossfade.it;

import dev.crossfade.store.Notices;
import dev.crossfade.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A store that does one of its calls otherwise than it should: without a guard of the protocol. */
final class StoreWithout {
  private StoreWithout() {}

  /** The call as the store makes it, with arguments of choice. */
  interface Original {
    Object call(Object... arguments) throws Throwable;
  }

  /** What is done instead. */
  interface Instead {
    Object call(Object[] arguments, Original original) throws Throwable;
  }

  /**
   * The store, but for one method of its own or of its {@code journal}, {@code control}, {@code
   * instances}.
   */
  static Store in(Store store, String part, String method, Instead instead) {
    if (part.isEmpty()) {
      return proxy(Store.class, store, method, instead);
    }
    return proxy(
        Store.class,
        store,
        part,
        (arguments, original) -> {
          Object whole = original.call();
          Class<?> type = Store.class.getMethod(part).getReturnType();
          return proxy(type, whole, method, instead);
        });
  }

  /** The store, but nobody is told of changes of its control rows. */
  static Store notices(Store store) {
    return in(store, "", "onControlChange", (arguments, original) -> Notices.NONE);
  }

  private static <T> T proxy(Class<T> type, Object target, String name, Instead instead) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Original original = others -> invoke(target, method, others);
              Object[] given = arguments == null ? new Object[0] : arguments;
              return method.getName().equals(name)
                  ? instead.call(given, original)
                  : original.call(given);
            }));
  }

  private static Object invoke(Object target, Method method, Object... arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
