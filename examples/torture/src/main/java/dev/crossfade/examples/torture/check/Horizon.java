package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.history.Fault;
import dev.crossfade.examples.torture.history.Operation;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Until when a write whose outcome nobody knows may take effect. In SQLite that is when its process
 * knew, or died: it wrote by itself. In PostgreSQL and MongoDB its statement may have been held by
 * a network that was a black hole or slow until that ended, and then run as long as the server's
 * limits allow for statements and idle transactions (two seconds each, or less).
 */
final class Horizon {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(8);

  private final List<Fault> holding;

  Horizon(List<Fault> faults) {
    holding =
        faults.stream()
            .filter(fault -> fault.kind().equals("black hole") || fault.kind().equals("slow"))
            .toList();
  }

  long latest(Operation operation) {
    long latest = later(operation.ended());
    for (Fault fault : holding) {
      if (fault.child() == operation.child()
          && fault.begun() <= latest
          && fault.ended() >= operation.begun()) {
        latest = Math.max(latest, later(fault.ended()));
      }
    }
    return latest;
  }

  private static long later(long time) {
    return time > Long.MAX_VALUE - LIMIT ? Long.MAX_VALUE : time + LIMIT;
  }
}
