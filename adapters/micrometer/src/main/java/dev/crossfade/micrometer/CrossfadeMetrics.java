package dev.crossfade.micrometer;

import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.Migration;
import dev.crossfade.MoveReport;
import dev.crossfade.VerificationReport;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Meters of a {@link Crossfade}: a listener for what happens, and gauges for what is.
 *
 * <pre>{@code
 * CrossfadeMetrics metrics = new CrossfadeMetrics(registry);
 * Crossfade crossfade = Crossfade.builder().listener(metrics)….build();
 * metrics.bindTo(crossfade);
 * }</pre>
 *
 * <p>All meters are named {@code crossfade.…}, tagged with the migration, and listed in
 * docs/metrics.md with their units, tags and what to alarm on. Tags hold names of migrations,
 * entities, methods, stages and exception classes: never keys, values or messages.
 *
 * <p>A scrape never asks a store: a thread of its own looks at the journal every few seconds, and a
 * value that it could not get for three times as long is {@code NaN}. Recording is safe for use by
 * many threads; bind and close once each. {@link #close} ends the thread and removes the gauges;
 * close it before the Crossfade.
 */
public final class CrossfadeMetrics implements CrossfadeListener, AutoCloseable {
  private static final Duration REFRESH = Duration.ofSeconds(5);
  private static final long CLOSING_MILLIS = 5_000;
  private static final String NONE = "none";

  private final Meters meters;
  private final Duration refresh;
  private final CountDownLatch closed = new CountDownLatch(1);

  // Guarded by this.
  private List<MigrationGauges> gauges = List.of();
  private @Nullable Thread thread;

  /** Looks at the journal every five seconds. */
  public CrossfadeMetrics(MeterRegistry registry) {
    this(registry, REFRESH);
  }

  /**
   * Looks at the journal as often as given: each look is one small query on the primary store per
   * migration.
   *
   * @throws IllegalArgumentException if it is less than 10 ms
   */
  public CrossfadeMetrics(MeterRegistry registry, Duration refresh) {
    if (refresh.toMillis() < 10) {
      throw new IllegalArgumentException("refresh must be at least 10 ms, not " + refresh);
    }
    this.meters = new Meters(registry);
    this.refresh = refresh;
  }

  /**
   * Adds the gauges of all migrations, and their counters at zero; starts the thread.
   *
   * @return this
   * @throws IllegalStateException if it was bound or closed before
   */
  public synchronized CrossfadeMetrics bindTo(Crossfade crossfade) {
    if (thread != null || closed.getCount() == 0) {
      throw new IllegalStateException(
          "metrics are bound once and not after they were closed; make new ones");
    }
    List<MigrationGauges> made = new ArrayList<>();
    for (Migration migration : crossfade.migrations()) {
      made.add(new MigrationGauges(meters.registry(), migration, refresh.multipliedBy(3)));
      begin(migration.name());
    }
    gauges = made;
    thread = new Thread(() -> look(List.copyOf(made)), "crossfade-metrics");
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private void look(List<MigrationGauges> all) {
    try {
      do {
        all.forEach(MigrationGauges::look);
      } while (!closed.await(refresh.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody but its owner does this, who closes
    }
  }

  /** What has not happened yet counts zero, so that the first time is seen as a change. */
  private void begin(String migration) {
    for (String name :
        List.of(
            "crossfade.repair.repaired",
            "crossfade.repair.failed",
            "crossfade.repair.parked",
            "crossfade.repair.errors",
            "crossfade.finish.failures",
            "crossfade.recalled",
            "crossfade.differences",
            "crossfade.switch.undone")) {
      meters.counter(name, "migration", migration);
    }
    for (FencingEvent.Cause cause : FencingEvent.Cause.values()) {
      meters.counter("crossfade.fenced", "migration", migration, "cause", lower(cause));
    }
  }

  @Override
  public void written(WriteEvent event) {
    Throwable failure = event.failure();
    meters
        .timer(
            "crossfade.writes",
            "migration",
            event.migration(),
            "operation",
            event.operation(),
            "outcome",
            outcome(failure),
            "exception",
            exception(failure))
        .record(event.duration());
    if (event.retries() > 0) {
      meters
          .counter(
              "crossfade.write.retries",
              "migration",
              event.migration(),
              "operation",
              event.operation())
          .increment(event.retries());
    }
  }

  /** What an application throws from the body of a unit is rolled back like any other failure. */
  private static String outcome(@Nullable Throwable failure) {
    if (failure == null) {
      return lower(CrossfadeException.Outcome.WRITTEN);
    }
    return lower(
        failure instanceof CrossfadeException known
            ? known.outcome()
            : CrossfadeException.Outcome.NOT_WRITTEN);
  }

  @Override
  public void secondary(SecondaryEvent event) {
    meters
        .timer(
            "crossfade.secondary",
            "migration",
            event.migration(),
            "outcome",
            lower(event.outcome()),
            "exception",
            exception(event.failure()))
        .record(event.duration());
  }

  @Override
  public void shadowRead(ShadowReadEvent event) {
    meters
        .counter(
            "crossfade.shadow.reads",
            "migration",
            event.migration(),
            "entity",
            event.entity(),
            "method",
            event.method(),
            "result",
            lower(event.result()))
        .increment();
  }

  @Override
  public void rehearsed(RehearsalEvent event) {
    meters
        .counter(
            "crossfade.rehearsals",
            "migration",
            event.migration(),
            "entity",
            event.entity(),
            "method",
            event.method(),
            "result",
            lower(event.result()))
        .increment();
  }

  @Override
  public void mismatch(Mismatch mismatch) {
    meters
        .counter(
            "crossfade.mismatches",
            "migration",
            mismatch.migration(),
            "entity",
            mismatch.entity(),
            "method",
            mismatch.method())
        .increment();
  }

  @Override
  public void repaired(RepairEvent event) {
    count("crossfade.repair.repaired", event.migration(), event.repaired());
    count("crossfade.repair.failed", event.migration(), event.failed());
    count("crossfade.repair.parked", event.migration(), event.parked());
  }

  @Override
  public void repairFailed(RepairFailure event) {
    count("crossfade.repair.errors", event.migration(), 1);
  }

  @Override
  public void finishFailed(FinishFailure event) {
    count("crossfade.finish.failures", event.migration(), event.operations());
  }

  @Override
  public void fenced(FencingEvent event) {
    meters
        .counter("crossfade.fenced", "migration", event.migration(), "cause", lower(event.cause()))
        .increment();
  }

  @Override
  public void progressed(CopyProgress progress) {
    meters
        .counter(
            "crossfade.copy.rows",
            "migration",
            progress.migration(),
            "activity",
            progress.activity(),
            "entity",
            progress.entity())
        .increment((double) progress.more());
  }

  @Override
  public void backfilled(BackfillEvent event) {
    copied(event.report().migration(), "backfill", event.report().duration());
  }

  @Override
  public void verified(VerificationEvent event) {
    VerificationReport report = event.report();
    copied(report.migration(), "verify", report.duration());
    count("crossfade.differences", report.migration(), report.differing());
  }

  @Override
  public void roundVerified(VerificationEvent event) {
    VerificationReport report = event.report();
    copied(report.migration(), "continuous", report.duration());
    count("crossfade.differences", report.migration(), report.differing());
  }

  private void copied(String migration, String activity, Duration duration) {
    meters.timer("crossfade.copies", "migration", migration, "activity", activity).record(duration);
  }

  @Override
  public void recalled(RecallEvent event) {
    count("crossfade.recalled", event.migration(), event.keys());
  }

  @Override
  public void moved(MoveReport move) {
    moves(move.migration(), move.from().id(), move.to().id(), "moved");
    if (!move.pause().isZero()) {
      meters.timer("crossfade.switch.pause", "migration", move.migration()).record(move.pause());
    }
  }

  @Override
  public void moveFailed(FailedMove event) {
    moves(event.migration(), event.from().id(), event.to().id(), "failed");
  }

  private void moves(String migration, String from, String to, String result) {
    meters
        .counter(
            "crossfade.moves", "migration", migration, "from", from, "to", to, "result", result)
        .increment();
  }

  @Override
  public void attemptUndone(UndoneAttempt event) {
    count("crossfade.switch.undone", event.migration(), 1);
  }

  private void count(String name, String migration, long times) {
    meters.counter(name, "migration", migration).increment((double) times);
  }

  private static String exception(@Nullable Throwable failure) {
    if (failure == null) {
      return NONE;
    }
    String name = failure.getClass().getSimpleName();
    return name.isEmpty() ? failure.getClass().getName() : name; // an anonymous class
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Ends the thread and removes the gauges; what was counted stays. Safe to repeat. */
  @Override
  public synchronized void close() {
    closed.countDown();
    if (thread != null) {
      thread.interrupt();
      try {
        thread.join(CLOSING_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    gauges.forEach(MigrationGauges::close);
    gauges = List.of();
  }
}
