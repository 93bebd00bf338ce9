package dev.crossfade.examples.quickstart;

import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.quickstart.Contents.Rows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads both databases from scratch, with nothing but their drivers, and compares them with each
 * other and with what the writers know. Nobody writes meanwhile.
 */
final class Inspection {
  private final Databases databases;
  private final WriteLog log;
  private final String legacyName;
  private final Side primary;
  private final boolean both;
  private final List<String> losses = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private long lost;
  private long compared;
  private long different;

  private Inspection(Databases databases, WriteLog log, Stage stage) {
    this.databases = databases;
    this.log = log;
    this.legacyName = databases.legacy().kind().shown();
    this.primary = stage.primary();
    this.both = stage.writesBoth();
  }

  /** The verdict, in a stage in which both stores hold everything, or else of the primary alone. */
  static Verdict verdict(Databases databases, WriteLog log, Stage stage, long pauseMillis)
      throws SQLException {
    return new Inspection(databases, log, stage).run(pauseMillis);
  }

  private Verdict run(long pauseMillis) throws SQLException {
    log.closeContests();
    try (Contents legacy = contents(Side.LEGACY);
        Contents target = contents(Side.TARGET)) {
      try (Rows a = legacy.tokens();
          Rows b = target.tokens()) {
        compare(a, b, log.tokens());
      }
      try (Rows a = legacy.scores();
          Rows b = target.scores()) {
        compare(a, b, log.scores());
      }
      try (Rows a = legacy.settings();
          Rows b = target.settings()) {
        compare(a, b, log.settings());
      }
      log.checkCounter((primary == Side.LEGACY ? legacy : target).counter());
    }
    lost += log.contradicted();
    losses.addAll(log.contradictions());
    return new Verdict(
        log.acknowledged(),
        lost,
        losses.stream().limit(Verdict.SHOWN).toList(),
        compared,
        different,
        differences,
        pauseMillis);
  }

  /** A store; nothing if the stage does not keep it up to date. */
  private Contents contents(Side side) throws SQLException {
    if (!both && side != primary) {
      return Contents.NONE;
    }
    return side == Side.LEGACY
        ? databases.legacy().contents()
        : new SqlContents(databases.openPostgres());
  }

  private void compare(Rows legacy, Rows target, Ledger ledger) throws SQLException {
    Set<Object> missing = new HashSet<>(ledger.keys());
    Canonical a = legacy.next();
    Canonical b = target.next();
    while (a != null || b != null) {
      int order = order(a, b);
      Canonical left = order <= 0 ? a : null;
      Canonical right = order >= 0 ? b : null;
      if (both) {
        compare(ledger, left, right);
      }
      Canonical truth = primary == Side.LEGACY ? left : right;
      if (truth != null) {
        missing.remove(truth.key());
        check(ledger, truth);
      }
      a = order <= 0 ? legacy.next() : a;
      b = order >= 0 ? target.next() : b;
    }
    for (Object absent : missing) {
      if (!ledger.allowsAbsence(absent)) {
        lose(ledger.name() + " " + absent + " was acknowledged and is not there");
      }
    }
  }

  private void compare(Ledger ledger, @Nullable Canonical legacy, @Nullable Canonical postgres) {
    compared++;
    if (legacy == null || postgres == null) {
      Canonical only = legacy == null ? postgres : legacy;
      differ(
          ledger.name()
              + " "
              + (only == null ? "" : only.key())
              + " is in "
              + (legacy == null ? "PostgreSQL" : legacyName)
              + " only");
    } else if (!legacy.fields().equals(postgres.fields())) {
      differ(
          ledger.name()
              + " "
              + legacy.key()
              + ": "
              + Canonical.difference(
                  ledger.fields(), legacyName, legacy.fields(), postgres.fields()));
    }
  }

  /** The counter has no single writer and is checked by itself. */
  private void check(Ledger ledger, Canonical row) {
    if (!row.key().equals(WriteLog.COUNTER) && !ledger.allows(row)) {
      lose(
          ledger.name()
              + " "
              + row.key()
              + (ledger.keys().contains(row.key())
                  ? " is not what was acknowledged last, but " + row.fields()
                  : " is there, but nobody wrote it: " + row.fields()));
    }
  }

  private void lose(String what) {
    lost++;
    if (losses.size() < Verdict.SHOWN) {
      losses.add(what);
    }
  }

  private void differ(String what) {
    different++;
    if (differences.size() < Verdict.SHOWN) {
      differences.add(what);
    }
  }

  private static int order(@Nullable Canonical a, @Nullable Canonical b) {
    if (a == null || b == null) {
      return a == null ? 1 : -1;
    }
    return a.key() instanceof Long id
        ? Long.compare(id, (Long) b.key())
        : a.key().toString().compareTo(b.key().toString());
  }
}
