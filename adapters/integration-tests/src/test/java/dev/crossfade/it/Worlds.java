package dev.crossfade.it;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * All states that a store may be in after operations of which some failed and some have an unknown
 * outcome. For one thread.
 */
final class Worlds<W> {
  private Set<W> possible = new LinkedHashSet<>();

  Worlds(W beginning) {
    possible.add(beginning);
  }

  Set<W> possible() {
    return possible;
  }

  /** An operation, and what it does to a world if it is done. Returns its outcome. */
  Outcome attempt(Runnable operation, UnaryOperator<W> effect) {
    Outcome outcome = outcome(operation);
    if (outcome == Outcome.NOT_WRITTEN) {
      return outcome;
    }
    Set<W> next = new LinkedHashSet<>();
    possible.forEach(world -> next.add(effect.apply(world)));
    if (outcome == Outcome.UNKNOWN) {
      next.addAll(possible);
    }
    possible = next;
    return outcome;
  }

  static Outcome outcome(Runnable operation) {
    try {
      operation.run();
      return Outcome.WRITTEN;
    } catch (CrossfadeException e) {
      return e.outcome();
    }
  }
}
