package dev.crossfade;

import java.util.ArrayList;
import java.util.List;

/**
 * The settings that a running process keeps: its name in the stores, and queues, whose room is
 * given when they are made.
 */
final class UntilRestart {
  private UntilRestart() {}

  /** The names of those that would be others, as {@link Settings} has them. */
  static List<String> changed(Settings running, Settings next) {
    List<String> changed = new ArrayList<>();
    if (!next.instance().equals(running.instance())) {
      changed.add("instance");
    }
    if (next.secondaryQueue() != running.secondaryQueue()) {
      changed.add("secondaryQueue");
    }
    if (next.shadowQueue() != running.shadowQueue()) {
      changed.add("shadowQueue");
    }
    return changed;
  }

  /** The new settings, but for those. */
  static Settings keep(Settings running, Settings next) {
    return next.toBuilder()
        .instance(running.instance())
        .secondaryQueue(running.secondaryQueue())
        .shadowQueue(running.shadowQueue())
        .build();
  }
}
