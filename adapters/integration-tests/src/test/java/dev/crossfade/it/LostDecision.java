package dev.crossfade.it;

import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Store;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * A store that makes every decision of a change of primary, then lets others go on, and then loses
 * the answer.
 */
final class LostDecision {
  private LostDecision() {}

  static Store in(Store store, Runnable others) {
    ControlTable control =
        proxy(
            ControlTable.class,
            (self, method, arguments) -> {
              Object answer = invoke(store.control(), method, arguments);
              if (!method.getName().equals("replaceIfDrained")) {
                return answer;
              }
              others.run();
              throw new OutcomeUnknownException("the answer to the decision is lost", null);
            });
    return proxy(
        Store.class,
        (self, method, arguments) ->
            method.getName().equals("control") ? control : invoke(store, method, arguments));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
