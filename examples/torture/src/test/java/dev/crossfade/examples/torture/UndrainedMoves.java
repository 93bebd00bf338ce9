package dev.crossfade.examples.torture;

import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.app.StoreWrapper;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Store;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Stores of which the primary changes without being drained: its journal says that it is empty
 * while it is closing, and the decision does not look. The legacy store takes its time, so that
 * something is under way then.
 */
public final class UndrainedMoves implements StoreWrapper {
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  @Override
  public Store wrap(Side side, Store store) {
    AtomicBoolean closing = new AtomicBoolean();
    return proxy(
        Store.class,
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "control" -> {
              return control(store.control(), closing);
            }
            case "journal" -> {
              return journal(store.journal(), closing);
            }
            case "apply" -> {
              if (side == Side.LEGACY) {
                LockSupport.parkNanos(SLOW_NANOS);
              }
            }
            default -> {
              // as ever
            }
          }
          return call(store, method, arguments);
        });
  }

  private static ControlTable control(ControlTable control, AtomicBoolean closing) {
    return proxy(
        ControlTable.class,
        (proxy, method, arguments) -> {
          if (!method.getName().startsWith("replace")) {
            return call(control, method, arguments);
          }
          ControlRow next = (ControlRow) arguments[1];
          closing.set(next.state() == ControlRow.State.CLOSING);
          Method blindly = ControlTable.class.getMethod("replace", method.getParameterTypes());
          return call(control, blindly, arguments);
        });
  }

  private static Journal journal(Journal journal, AtomicBoolean closing) {
    return proxy(
        Journal.class,
        (proxy, method, arguments) ->
            method.getName().equals("status") && closing.get()
                ? new JournalStatus(0, 0, 0, Duration.ZERO)
                : call(journal, method, arguments));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
