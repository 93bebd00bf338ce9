package dev.crossfade.wiring;

import dev.crossfade.CrossfadeListener;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of a Crossfade. Immutable; a listener that throws does not disturb what it listens
 * to.
 */
public final class Events {
  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private final List<CrossfadeListener> listeners;

  /** Made with all listeners. */
  public Events(List<CrossfadeListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  /** Whether anybody listens; hot paths need not make events otherwise. */
  public boolean wanted() {
    return !listeners.isEmpty();
  }

  /** Tells all listeners. */
  public void tell(Consumer<CrossfadeListener> event) {
    for (CrossfadeListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (Throwable e) {
        // also what another language threw unchecked
        log.warn("A listener threw; it is called again for the next event.", e);
      }
    }
  }
}
