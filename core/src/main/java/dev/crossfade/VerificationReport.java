package dev.crossfade;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A comparison of every field of every row of both stores.
 *
 * @param migration the migration
 * @param rows rows compared per entity: keys that at least one store has
 * @param differences rows that differ, confirmed by reading them again; at most {@link
 *     #MOST_DIFFERENCES}
 * @param differing how many rows differ in all
 * @param unsettled rows that differed and that the journal knows to be under way: repair will bring
 *     them about
 * @param known differences that are declared: computed by the target
 * @param duration how long it took
 */
public record VerificationReport(
    String migration,
    Map<String, Long> rows,
    List<RowDifference> differences,
    long differing,
    long unsettled,
    long known,
    Duration duration) {
  /** How many differences are reported in detail. */
  public static final int MOST_DIFFERENCES = 1_000;

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
