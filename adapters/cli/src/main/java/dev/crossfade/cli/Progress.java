package dev.crossfade.cli;

import dev.crossfade.CrossfadeListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far a long command has come: a bar where a person looks at a terminal, lines elsewhere. Safe
 * for use by many threads; work on entities may be told of in any order.
 */
abstract class Progress implements CrossfadeListener, AutoCloseable {
  /** How it shows. */
  enum Kind {
    /** A bar on a terminal, lines elsewhere. */
    AUTO,
    /** A bar that is drawn over itself. */
    BAR,
    /** A line every few seconds. */
    LINES,
    /** Nothing. */
    NONE
  }

  static Progress of(Kind kind, Surroundings surroundings) {
    return switch (kind) {
      case AUTO ->
          surroundings.terminal() ? new Bar() : new Lines(surroundings.err(), System::nanoTime);
      case BAR -> new Bar();
      case LINES -> new Lines(surroundings.err(), System::nanoTime);
      case NONE -> new None();
    };
  }

  /** An activity begins; {@code rows} is how many rows each entity has, if that is known. */
  abstract void begin(String activity, Map<String, Long> rows);

  /** It is over. */
  @Override
  public abstract void close();

  private static final class None extends Progress {
    @Override
    void begin(String activity, Map<String, Long> rows) {}

    @Override
    public void close() {}
  }

  /** A line every two seconds, and one at the end. */
  static final class Lines extends Progress {
    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final double NANOS = 1e9;

    /** The time; a test has its own. */
    interface Clock {
      long nanos();
    }

    private final PrintWriter out;
    private final Clock clock;

    // What follows is guarded by this.
    private final Map<String, Long> done = new LinkedHashMap<>();
    private String activity = "";
    private long total;
    private long began;
    private long lastLine;

    Lines(PrintWriter out, Clock clock) {
      this.out = out;
      this.clock = clock;
    }

    @Override
    synchronized void begin(String name, Map<String, Long> rows) {
      activity = name;
      total = rows.values().stream().mapToLong(Long::longValue).sum();
      done.clear();
      began = clock.nanos();
      lastLine = began;
    }

    @Override
    public synchronized void progressed(CopyProgress progress) {
      done.put(progress.entity(), progress.rows());
      if (clock.nanos() - lastLine >= PAUSE_NANOS) {
        lastLine = clock.nanos();
        line(progress.entity());
      }
    }

    private void line(String entity) {
      long rows = done.values().stream().mapToLong(Long::longValue).sum();
      double seconds = Math.max((clock.nanos() - began) / NANOS, 0.001);
      long perSecond = Math.round(rows / seconds);
      StringBuilder text = new StringBuilder(activity);
      text.append(' ').append(entity).append(": ").append(rows);
      if (total > 0) {
        text.append(" of ").append(total);
      }
      text.append(" rows, ").append(perSecond).append(" rows/s");
      if (total > rows && perSecond > 0) {
        text.append(", ").append(Words.duration(Duration.ofSeconds((total - rows) / perSecond)));
        text.append(" to go");
      }
      out.println(text);
      out.flush();
    }

    @Override
    public synchronized void close() {
      activity = "";
    }
  }

  /** A bar per activity, drawn on the standard error output. */
  private static final class Bar extends Progress {
    private static final int WIDTH = 100;
    private final Map<String, Long> done = new LinkedHashMap<>();
    private @Nullable ProgressBar bar;

    @Override
    synchronized void begin(String activity, Map<String, Long> rows) {
      close();
      done.clear();
      bar =
          new ProgressBarBuilder()
              .setTaskName(activity)
              .setInitialMax(rows.values().stream().mapToLong(Long::longValue).sum())
              .setStyle(ProgressBarStyle.ASCII)
              .setUnit(" rows", 1)
              .showSpeed()
              .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
              .build();
    }

    @Override
    public synchronized void progressed(CopyProgress progress) {
      ProgressBar drawn = bar;
      if (drawn != null) {
        done.put(progress.entity(), progress.rows());
        drawn.setExtraMessage(" " + progress.entity());
        drawn.stepTo(done.values().stream().mapToLong(Long::longValue).sum());
      }
    }

    @Override
    public synchronized void close() {
      ProgressBar drawn = bar;
      if (drawn != null) {
        drawn.close();
        bar = null;
      }
    }
  }
}
