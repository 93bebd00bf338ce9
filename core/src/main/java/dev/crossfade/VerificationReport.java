package dev.crossfade;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A comparison of the rows of both stores.
 *
 * @param migration the migration
 * @param mode whether every field was compared, or checksums: {@link Mode#QUICK} is no evidence for
 *     any gate
 * @param rows rows compared per entity: keys that at least one store has
 * @param differences rows that differ, confirmed by reading them again; at most {@link
 *     #MOST_DIFFERENCES}
 * @param differing how many rows differ in all
 * @param unsettled rows that differed and that the journal knows to be under way: repair will bring
 *     them about
 * @param known differences that are declared: computed by the target. Those of ranges whose
 *     checksums agree are not counted
 * @param resumed how many of the rows an earlier verification had compared that was cut short
 * @param duration how long it took, the time before it was resumed not counted
 */
public record VerificationReport(
    String migration,
    Mode mode,
    Map<String, Long> rows,
    List<RowDifference> differences,
    long differing,
    long unsettled,
    long known,
    long resumed,
    Duration duration) {
  /** How many differences are reported in detail. */
  public static final int MOST_DIFFERENCES = 1_000;

  /** How rows are compared. */
  public enum Mode {
    /** Every field of every row. */
    FULL,
    /** Counts and checksums of ranges of keys; row by row only where those differ. */
    QUICK
  }

  /** Copies the collections. */
  public VerificationReport {
    rows = Map.copyOf(rows);
    differences = List.copyOf(differences);
  }

  /** Whether every row was the same in both stores, or about to be. */
  public boolean isClean() {
    return differing == 0;
  }

  /** All rows. */
  public long totalRows() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * A row that differs.
   *
   * @param entity its entity
   * @param key its key
   * @param differences where it differs
   */
  public record RowDifference(String entity, Object key, List<Difference> differences) {
    /** Entity, key and differences in a line. */
    @Override
    public String toString() {
      return entity + " " + key + ": " + differences;
    }
  }
}
