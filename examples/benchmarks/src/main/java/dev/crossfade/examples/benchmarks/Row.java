package dev.crossfade.examples.benchmarks;

import dev.crossfade.junit.TestPostgres;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** One row of the figures: makes what it needs, measures, and cleans up. */
interface Row {
  /** All rows, by the names that {@code -Dbenchmarks.only} knows. */
  Map<String, Row> ALL = all();

  /** Their names. */
  Set<String> NAMES = ALL.keySet();

  /** Measures it. */
  void measure(Options options, TestPostgres server, Figures figures) throws Exception;

  private static Map<String, Row> all() {
    Map<String, Row> rows = new LinkedHashMap<>();
    rows.put("routed-read", new RoutedRead());
    rows.put("by-hand", new ByHand());
    rows.put("code-generation", new CodeGeneration());
    rows.put("journaled-write", new JournaledWrite());
    rows.put("dual-write", new DualWrite());
    rows.put("sqlite-write", new SqliteWrite());
    rows.put("shadow-read", new ShadowRead());
    rows.put("switch-pause", new SwitchPause());
    rows.put("backfill", new BackfillRow());
    rows.put("beside-backfill", new BesideBackfill());
    rows.put("verification", new Verifying());
    rows.put("mongodb-write", new MongoWrite());
    rows.put("mongodb-backfill", new MongoBackfill());
    return rows;
  }
}
