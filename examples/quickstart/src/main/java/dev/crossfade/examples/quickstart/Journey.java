package dev.crossfade.examples.quickstart;

import dev.crossfade.BackfillReport;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.Migration;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.MoveReport;
import dev.crossfade.Stage;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.VerificationReport;
import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The way of the token monitor to PostgreSQL, under load. */
final class Journey implements AutoCloseable {
  private static final Duration OUTAGE = Duration.ofSeconds(3);

  /** Runs whose stages are shorter have a shorter outage as well. */
  private static final Duration FULL_STAGE = Duration.ofSeconds(2);

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration REPAIRED = Duration.ofMinutes(1);
  private static final int BEST = 50;

  private final Options options;
  private final Databases databases;
  private final WriteLog log;
  private final Board board;
  private final Meter meter = new Meter();
  private final AtomicLong mismatches = new AtomicLong();
  private final TokenMonitor monitor;
  private final Migration migration;
  private long legacyMicros;

  /** The application starts, on its file alone. */
  Journey(Options options, Databases databases, WriteLog log, PrintStream out) {
    this.options = options;
    this.databases = databases;
    this.log = log;
    this.board = new Board(out);
    this.monitor =
        databases
            .legacy()
            .application(
                databases.applicationUrl(),
                new CrossfadeListener() {
                  @Override
                  public void mismatch(Mismatch mismatch) {
                    mismatches.incrementAndGet();
                  }
                });
    this.migration = monitor.migration();
  }

  /** Goes all the way, or to the stage that was asked for; nobody writes any more at the end. */
  void travel() throws InterruptedException, SQLException {
    board.head();
    try (Traffic traffic = new Traffic(monitor, log, meter, options)) {
      traffic.start();
      meter.next();
      for (Stop stop : Stop.values()) {
        stop.at(this);
        if (stop.stage == options.until()) {
          break;
        }
      }
    }
    settle();
  }

  /** The stations of the way, in their order. */
  private enum Stop {
    OFF(Stage.OFF) {
      @Override
      void at(Journey journey) throws InterruptedException {
        journey.live(journey.legacy() + " alone; PostgreSQL need not exist");
        journey.legacyMicros = journey.timeBest();
        journey.databases.migratePostgres();
        journey.meter.next();
      }
    },
    DUAL_WRITE(Stage.DUAL_WRITE) {
      @Override
      void at(Journey journey) throws InterruptedException {
        journey.move(stage, "writes go to both");
        journey.outage();
        journey.backfill();
        journey.verify();
      }
    },
    SHADOW(Stage.SHADOW) {
      @Override
      void at(Journey journey) throws InterruptedException {
        journey.move(stage, "reads are compared");
      }
    },
    LIVE(Stage.LIVE) {
      @Override
      void at(Journey journey) throws InterruptedException {
        journey.move(stage, "the cutover: PostgreSQL is the truth");
      }
    },
    BACK(null) {
      @Override
      void at(Journey journey) throws InterruptedException {
        journey.move(Stage.SHADOW, "the rollback: " + journey.legacy() + " is the truth again");
        journey.move(Stage.LIVE, "the second cutover");
      }
    },
    RAMP_DOWN(Stage.RAMP_DOWN) {
      @Override
      void at(Journey journey) throws InterruptedException {
        journey.move(stage, "reads are no longer compared");
      }
    },
    COMPLETE(Stage.COMPLETE) {
      @Override
      void at(Journey journey) throws InterruptedException, SQLException {
        journey.move(stage, "PostgreSQL alone; changed keys are remembered");
        journey.best();
      }
    };

    final @Nullable Stage stage;

    Stop(@Nullable Stage stage) {
      this.stage = stage;
    }

    abstract void at(Journey journey) throws InterruptedException, SQLException;
  }

  private String legacy() {
    return options.legacy().shown();
  }

  // ---- what is done on the way

  private void live(String what) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(options.dwell().toNanos());
    report(what, null);
  }

  private void move(@Nullable Stage stage, String what) throws InterruptedException {
    if (stage == null) {
      throw new IllegalArgumentException(what);
    }
    MoveReport move = moveTo(stage);
    TimeUnit.NANOSECONDS.sleep(options.dwell().toNanos());
    report(what, move.from().primary() == move.to().primary() ? null : move.pause());
  }

  private MoveReport moveTo(Stage stage) throws InterruptedException {
    meter.moveBegins();
    try {
      return patiently(() -> migration.moveTo(stage));
    } finally {
      meter.moveEnds();
    }
  }

  /** As whoever operates it would: what a busy machine had no time for is asked for again. */
  private static <R> R patiently(Supplier<R> work) throws InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      try {
        return work.get();
      } catch (MoveRefusedException | StoreUnavailableException e) {
        if (System.nanoTime() - begun > PATIENCE.toNanos()) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  /** PostgreSQL does not answer; the application does not notice, and the journal remembers. */
  private void outage() throws InterruptedException {
    databases.network().refuse();
    boolean scaledDown = options.dwell().compareTo(FULL_STAGE) < 0;
    TimeUnit.NANOSECONDS.sleep((scaledDown ? options.dwell() : OUTAGE).toNanos());
    report("PostgreSQL refuses connections", null);
    databases.network().pass();
    awaitRepaired();
    report("it is back; what it missed is copied", null);
  }

  /** The journal is never quite empty under load; what the outage left should be gone. */
  private void awaitRepaired() throws InterruptedException {
    long deadline = System.nanoTime() + REPAIRED.toNanos();
    while (migration.journal().oldest().toMillis() > 1_000 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void backfill() throws InterruptedException {
    BackfillReport backfill = patiently(migration::backfill);
    report(
        "backfill of " + backfill.totalRows() + " rows, " + backfill.refused() + " refused", null);
  }

  private void verify() throws InterruptedException {
    VerificationReport report = patiently(migration::verify);
    if (!report.isClean()) {
      mismatches.addAndGet(report.differing());
      migration.repair(report.differences());
      report("verification: " + report.differing() + " rows differ, repaired", null);
      report = patiently(migration::verify);
      mismatches.addAndGet(report.differing());
    }
    report(
        "verification of " + report.totalRows() + " rows: " + report.differing() + " differ", null);
  }

  private void best() throws SQLException {
    refreshView();
    long view = timeBest();
    board.say(
        "%n\"best %d by latest score\": %s %.1f ms, materialized view on PostgreSQL %.1f ms",
        BEST, legacy(), legacyMicros / 1e3, view / 1e3);
    meter.next();
  }

  private void refreshView() throws SQLException {
    try (Connection connection = databases.openPostgres();
        Statement statement = connection.createStatement()) {
      statement.execute("refresh materialized view concurrently latest_token_scores");
    }
  }

  /** As the application asks for it, under load; the best of a few. */
  private long timeBest() {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long begun = System.nanoTime();
      monitor.scores().best(BEST);
      best = Math.min(best, System.nanoTime() - begun);
    }
    return TimeUnit.NANOSECONDS.toMicros(best);
  }

  private void report(String what, @Nullable Duration pause) {
    board.line(
        migration.stage().id(),
        what,
        meter.next(),
        pause,
        migration.journal().entries(),
        mismatches.get());
  }

  /** Nobody writes any more. From complete it goes back a stage, for which it kept the keys. */
  private void settle() throws InterruptedException {
    if (migration.stage() == Stage.COMPLETE) {
      moveTo(Stage.RAMP_DOWN);
    }
    if (migration.stage().writesBoth() && !migration.awaitSettled(PATIENCE)) {
      board.say("the journal did not settle: %s", migration.journal());
    }
  }

  // ---- what it came to

  /** Reads both stores from scratch; then ends where it was to end. */
  Verdict arrive() throws SQLException {
    Verdict verdict =
        Inspection.verdict(databases, log, migration.stage(), meter.longestPauseMillis());
    if (options.until() == Stage.COMPLETE) {
      migration.moveTo(Stage.COMPLETE);
    }
    board.table();
    return verdict;
  }

  @Override
  public void close() {
    monitor.close();
  }
}
