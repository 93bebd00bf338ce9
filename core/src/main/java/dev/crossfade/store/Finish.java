package dev.crossfade.store;

import java.util.List;
import java.util.UUID;

/**
 * An operation that has come to step 4 of the protocol.
 *
 * @param migration the migration it belongs to
 * @param owner the incarnation that owns its entries
 * @param entries its entries
 * @param outcome what became of step 3
 * @param taken the entries of others that a repair chose when it marked; deleted if step 3
 *     succeeded. Of these only owner and id count.
 */
public record Finish(
    String migration, UUID owner, List<Entry> entries, Outcome outcome, List<Entry> taken) {
  /** What is known about a change of the secondary store. */
  public enum Outcome {
    /** It is there. */
    DONE,
    /** It is not there and never will be. */
    NOT_DONE,
    /** It may be there, or may still come. */
    UNKNOWN
  }
}
