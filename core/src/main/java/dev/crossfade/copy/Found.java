package dev.crossfade.copy;

import dev.crossfade.Difference;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.copy.Settling.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found in some rows of an entity. Differences are listed as far as a report has room, and
 * counted beyond. For one thread.
 */
final class Found {
  private final String entity;
  private final List<RowDifference> differences = new ArrayList<>();
  long rows;
  long differing;
  long unsettled;
  long known;

  Found(String entity) {
    this.entity = entity;
  }

  String entity() {
    return entity;
  }

  List<RowDifference> differences() {
    return differences;
  }

  <K> void add(Verdict<K> verdict) {
    unsettled += verdict.unsettled().size();
    verdict.differing().forEach(this::differs);
  }

  void differs(Object key, List<Difference> where) {
    differing++;
    if (differences.size() < VerificationReport.MOST_DIFFERENCES) {
      differences.add(new RowDifference(entity, key, where));
    }
  }

  void add(Found more) {
    rows += more.rows;
    differing += more.differing;
    unsettled += more.unsettled;
    known += more.known;
    int room = VerificationReport.MOST_DIFFERENCES - differences.size();
    differences.addAll(more.differences.subList(0, Math.min(room, more.differences.size())));
  }
}
