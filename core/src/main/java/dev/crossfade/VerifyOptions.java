package dev.crossfade;

import dev.crossfade.VerificationReport.Mode;
import java.util.Set;

/**
 * What a verification is to do. Immutable; begins with {@link #full} or {@link #quick}:
 *
 * <pre>{@code
 * migration.verify(VerifyOptions.quick().only("token_scores"));
 * }</pre>
 *
 * @param mode how rows are compared. What {@link Mode#QUICK} finds is no evidence for any gate
 * @param entities the entities to compare, by name; empty for all. Without all of them it is no
 *     evidence either
 * @param afresh whether it begins anew where an earlier one was cut short; else it goes on from
 *     there
 */
public record VerifyOptions(Mode mode, Set<String> entities, boolean afresh) {
  private static final VerifyOptions FULL = new VerifyOptions(Mode.FULL, Set.of(), false);
  private static final VerifyOptions QUICK = new VerifyOptions(Mode.QUICK, Set.of(), false);

  /** Copies the set. */
  public VerifyOptions {
    entities = Set.copyOf(entities);
  }

  /** Every field of every row of all entities. */
  public static VerifyOptions full() {
    return FULL;
  }

  /** Counts and checksums of all entities. */
  public static VerifyOptions quick() {
    return QUICK;
  }

  /** Of these entities alone. */
  public VerifyOptions only(String... names) {
    return new VerifyOptions(mode, Set.of(names), afresh);
  }

  /** From the beginning, whatever an earlier one has left. */
  public VerifyOptions fromTheBeginning() {
    return new VerifyOptions(mode, entities, true);
  }

  /** Whether what it finds says something of all rows, field by field. */
  public boolean isWhole() {
    return mode == Mode.FULL && entities.isEmpty();
  }
}
