package dev.crossfade.mongodb;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;

/**
 * Whether the command that this thread has asked the driver for has been handed to the network. The
 * driver calls its listeners on the thread that asks, right before it sends. What was not sent has
 * changed nothing; of anything else without an answer that cannot be said.
 */
final class Sent implements CommandListener {
  private static final ThreadLocal<boolean[]> SENT = ThreadLocal.withInitial(() -> new boolean[1]);

  /** From now on nothing has been sent. */
  static void begin() {
    SENT.get()[0] = false;
  }

  /** Whether anything has been since {@link #begin}. */
  static boolean any() {
    return SENT.get()[0];
  }

  @Override
  public void commandStarted(CommandStartedEvent event) {
    SENT.get()[0] = true;
  }
}
