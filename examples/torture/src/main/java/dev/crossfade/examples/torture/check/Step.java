package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.history.Operation;
import dev.crossfade.examples.torture.history.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * What one operation did to one key, or saw of it.
 *
 * @param operation which
 * @param type what it did
 * @param seen the value it found or replaced; empty if there was no row, null if it did not say
 * @param seenPrevious what that value had replaced; null if it did not say
 * @param strict whether it looked at the primary for certain
 */
record Step(
    Operation operation,
    Type type,
    @Nullable String seen,
    @Nullable String seenPrevious,
    boolean strict) {
  /** What a step does. */
  enum Type {
    PUT,
    DELETE,
    READ
  }

  /** The step of a write: what it saw, it saw in its transaction on the primary. */
  static Step of(Operation operation, Type type, @Nullable String seen) {
    return new Step(operation, type, operation.isAnswered() ? seen : null, null, true);
  }

  /** The value it puts there: the operation's id, which no other puts anywhere. */
  String value() {
    return operation.id();
  }

  long begun() {
    return operation.begun();
  }

  long ended() {
    return operation.ended();
  }

  boolean isAcknowledged() {
    return operation.isAcknowledged();
  }

  boolean isUnknown() {
    return operation.outcome() == Outcome.UNKNOWN;
  }

  boolean changes() {
    return type != Type.READ;
  }
}
