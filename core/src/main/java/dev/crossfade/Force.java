package dev.crossfade;

import java.util.EnumSet;
import java.util.Set;

/**
 * What an operator takes upon himself with a move. It holds for the gates it names and for that one
 * move; the audit keeps it.
 *
 * @param gates the gates that may refuse in vain, all of them {@linkplain Gate#isForcible forcible}
 * @param reason why, for whoever reads the audit; not blank
 */
public record Force(Set<Gate> gates, String reason) {
  /**
   * Checks and copies what is given.
   *
   * @throws IllegalArgumentException if a gate may not be forced, none is named, or the reason is
   *     blank
   */
  public Force {
    gates = Set.copyOf(gates);
    if (gates.isEmpty() || reason.isBlank()) {
      throw new IllegalArgumentException(
          "a forced move names the gates to be forced, and a reason");
    }
    EnumSet<Gate> never = EnumSet.copyOf(gates);
    never.removeIf(Gate::isForcible);
    if (!never.isEmpty()) {
      throw new IllegalArgumentException(
          "may not be forced: "
              + String.join(", ", never.stream().map(Gate::id).toList())
              + "; acknowledged writes would be missing behind the move. Keys that the other store"
              + " refuses can be given up by name: Migration.giveUp");
    }
  }
}
