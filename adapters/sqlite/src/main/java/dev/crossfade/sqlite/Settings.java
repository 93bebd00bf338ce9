package dev.crossfade.sqlite;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** How a file is opened; frozen. */
record Settings(
    Path path,
    String name,
    int readers,
    Duration busyTimeout,
    int groupLimit,
    Duration unitTimeLimit,
    Duration turnWait,
    int queueLimit,
    SqliteStore.Synchronous synchronous,
    boolean weakAllowed,
    Clock clock) {
  /** Whether one writer can serve both: everything but the name is the file's. */
  boolean fits(Settings other) {
    return readers == other.readers
        && busyTimeout.equals(other.busyTimeout)
        && groupLimit == other.groupLimit
        && unitTimeLimit.equals(other.unitTimeLimit)
        && turnWait.equals(other.turnWait)
        && queueLimit == other.queueLimit
        && synchronous == other.synchronous
        && weakAllowed == other.weakAllowed;
  }
}
