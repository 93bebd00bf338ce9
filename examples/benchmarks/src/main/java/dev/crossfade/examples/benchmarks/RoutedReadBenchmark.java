package dev.crossfade.examples.benchmarks;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A read that costs nothing, called on the implementation and through the library. Started by
 * {@link RoutedRead}, which says where the stores are. Used by the threads JMH makes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutedReadBenchmark {
  private static final Long KEY = 1L;

  /** The stage it is called in. */
  @Param({"off"})
  public String stage = "off";

  /** The legacy file. */
  @Param({""})
  public String sqlite = "";

  /** The target. */
  @Param({""})
  public String postgres = "";

  @SuppressWarnings("NullAway.Init") // JMH calls open()
  private Application application;

  @SuppressWarnings("NullAway.Init")
  private Items implementation;

  @SuppressWarnings("NullAway.Init")
  private Items routed;

  /** Opens both stores and goes to the stage. */
  @Setup
  public void open() {
    Items[] made = new Items[2];
    application =
        Application.open(
            Application.sqlite(Path.of(sqlite)),
            Application.postgres(postgres),
            Settings.defaults(),
            context -> {
              Items.InMemoryOnSqlite legacy = new Items.InMemoryOnSqlite(context);
              made[0] = legacy;
              return legacy;
            },
            context -> {
              Items.InMemoryOnPostgres target = new Items.InMemoryOnPostgres(context);
              made[1] = target;
              return target;
            });
    application.to(Stage.ofId(stage));
    implementation = made[stage.equals("off") ? 0 : 1];
    routed = application.items();
  }

  /** Ends the application. */
  @TearDown
  public void close() {
    application.close();
  }

  /** The bare thing. */
  @Benchmark
  public Optional<Item> direct() {
    return implementation.find(KEY);
  }

  /** The same through the library. */
  @Benchmark
  public Optional<Item> routed() {
    return routed.find(KEY);
  }
}
