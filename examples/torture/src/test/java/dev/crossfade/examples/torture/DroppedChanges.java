package dev.crossfade.examples.torture;

import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.app.StoreWrapper;
import dev.crossfade.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that says it has taken a change over, and has not, once in a while. */
public final class DroppedChanges implements StoreWrapper {
  private static final int EVERY = 40;

  @Override
  public Store wrap(Side side, Store store) {
    AtomicInteger changes = new AtomicInteger();
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("apply") && changes.incrementAndGet() % EVERY == 0) {
                return null;
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
