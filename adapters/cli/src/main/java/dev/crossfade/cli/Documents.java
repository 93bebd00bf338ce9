package dev.crossfade.cli;

import dev.crossfade.AuditEntry;
import dev.crossfade.BackfillReport;
import dev.crossfade.GateAnswer;
import dev.crossfade.MigrationStatus;
import dev.crossfade.MovePlan;
import dev.crossfade.MoveReport;
import dev.crossfade.ParkedKey;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.store.JournalStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The library's reports as JSON documents: names in camel case, durations in milliseconds. */
final class Documents {
  private Documents() {}

  static Map<String, Object> of(BackfillReport report, List<ParkedKey> parked) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", report.migration());
    document.put("rows", new TreeMap<>(report.rows()));
    document.put("totalRows", report.totalRows());
    document.put("refused", report.refused());
    document.put("parked", parked.stream().map(Documents::of).toList());
    document.put("durationMillis", report.duration().toMillis());
    return document;
  }

  static Map<String, Object> of(VerificationReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", report.migration());
    document.put("mode", report.mode().name().toLowerCase(Locale.ROOT));
    document.put("clean", report.isClean());
    document.put("rows", new TreeMap<>(report.rows()));
    document.put("totalRows", report.totalRows());
    document.put("resumed", report.resumed());
    document.put("differing", report.differing());
    document.put("unsettled", report.unsettled());
    document.put("known", report.known());
    document.put("differences", report.differences().stream().map(Documents::of).toList());
    document.put("durationMillis", report.duration().toMillis());
    return document;
  }

  private static Map<String, Object> of(RowDifference row) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("entity", row.entity());
    document.put("key", shown(row.key()));
    document.put(
        "differences",
        row.differences().stream()
            .map(
                difference -> {
                  Map<String, Object> field = new LinkedHashMap<>();
                  field.put("column", difference.component());
                  field.put("primary", difference.primary());
                  field.put("secondary", difference.secondary());
                  return field;
                })
            .toList());
    return document;
  }

  /** A key; one of several columns is a record that was made at run time. */
  static String shown(Object key) {
    String text = String.valueOf(key);
    return key instanceof Record ? text.substring(Math.max(0, text.indexOf('['))) : text;
  }

  static Map<String, Object> of(ParkedKey parked) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("entity", parked.entity());
    document.put("key", parked.key());
    document.put("attempts", parked.attempts());
    document.put("reason", parked.reason());
    document.put("since", parked.since().toString());
    return document;
  }

  static Map<String, Object> of(GateAnswer answer) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("gate", answer.gate().id());
    document.put("verdict", answer.verdict().name().toLowerCase(java.util.Locale.ROOT));
    document.put("evidence", answer.evidence());
    document.put("ageMillis", millis(answer.age()));
    document.put("threshold", answer.threshold());
    document.put("advice", answer.advice());
    document.put("forcible", answer.gate().isForcible());
    return document;
  }

  static Map<String, Object> of(MovePlan plan) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", plan.migration());
    document.put("from", plan.from().id());
    document.put("to", plan.to().id());
    document.put("epoch", plan.epoch());
    document.put("path", plan.path().stream().map(dev.crossfade.Stage::id).toList());
    document.put("allowed", plan.allowed());
    document.put("holds", plan.holds());
    document.put("gates", plan.gates().stream().map(Documents::of).toList());
    return document;
  }

  static Map<String, Object> of(MoveReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", report.migration());
    document.put("from", report.from().id());
    document.put("to", report.to().id());
    document.put("epoch", report.epoch());
    document.put("pauseMillis", report.pause().toMillis());
    return document;
  }

  static Map<String, Object> of(AuditEntry entry) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", entry.id().toString());
    document.put("at", entry.at().toString());
    document.put("action", entry.action().name().toLowerCase(java.util.Locale.ROOT));
    document.put("from", entry.from().id());
    document.put("to", entry.to().id());
    document.put("epoch", entry.epoch());
    document.put("actor", entry.actor());
    document.put("instance", entry.instance());
    document.put("gates", entry.gates());
    document.put("reason", entry.reason());
    document.put("pauseMillis", millis(entry.pause()));
    return document;
  }

  /** Without what this process alone has counted: it has only just begun. */
  static Map<String, Object> of(MigrationStatus status) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", status.migration());
    document.put("stage", status.stage().id());
    document.put("primary", status.primary().name().toLowerCase(java.util.Locale.ROOT));
    document.put("epoch", status.epoch());
    document.put("changing", status.changing());
    document.put("secondaryAvailable", status.secondaryAvailable());
    document.put("journal", of(status.journal()));
    document.put("instances", status.instances().stream().map(Documents::of).toList());
    document.put("next", status.next() == null ? null : status.next().id());
    document.put("gates", status.gates().stream().map(Documents::of).toList());
    return document;
  }

  static Map<String, Object> of(JournalStatus journal) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("entries", journal.entries());
    document.put("left", journal.left());
    document.put("parked", journal.parked());
    document.put("oldestMillis", journal.oldest().toMillis());
    return document;
  }

  private static Map<String, Object> of(MigrationStatus.Instance instance) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", instance.name());
    document.put("version", instance.version());
    document.put("live", instance.live());
    document.put("epoch", instance.epoch());
    document.put("silentMillis", instance.silentFor().toMillis());
    document.put("compared", instance.compared());
    document.put("mismatched", instance.mismatched());
    document.put("rehearsed", instance.rehearsed());
    document.put("differed", instance.differed());
    return document;
  }

  private static @Nullable Long millis(@Nullable Duration duration) {
    return duration == null ? null : Long.valueOf(duration.toMillis());
  }
}
