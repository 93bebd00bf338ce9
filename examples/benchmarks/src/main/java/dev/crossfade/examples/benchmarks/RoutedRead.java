package dev.crossfade.examples.benchmarks;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestPostgres;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A read through the library in a stage without shadow reads, against the same implementation
 * called directly.
 *
 * <p>The difference is measured by JMH on implementations whose read costs nothing; beside a real
 * point read it is lost in the noise, which the ratios show.
 */
final class RoutedRead implements Row {
  private static final double LIMIT_MICROS = 1;
  private static final int SLICES = 10;
  private static final long LEAST_MILLIS = 50;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases databases = Databases.create(server, options.rows())) {
      for (Stage stage : List.of(Stage.OFF, Stage.RAMP_DOWN)) {
        measure(options, databases, stage, figures);
      }
    }
  }

  private static void measure(Options options, Databases databases, Stage stage, Figures figures)
      throws Exception {
    String name = "routed-read." + stage.id();
    figures.atMost(LIMIT_MICROS, name + ".added", added(options, databases, stage), "us");
    Contest.Result result = realReads(options, databases, stage);
    figures.shown(
        name + (stage == Stage.OFF ? ".sqlite.p50" : ".postgres.p50"),
        result.ratio("routed", Turn::p50Micros),
        "x bare");
  }

  private static Spread added(Options options, Databases databases, Stage stage) throws Exception {
    Collection<RunResult> results = new Runner(jmh(options, databases, stage)).run();
    Spread direct = nanos(results, "direct");
    Spread routed = nanos(results, "routed");
    return new Spread(
        (routed.median() - direct.median()) / 1e3,
        (routed.low() - direct.high()) / 1e3,
        (routed.high() - direct.low()) / 1e3);
  }

  private static org.openjdk.jmh.runner.options.Options jmh(
      Options options, Databases databases, Stage stage) {
    TimeValue turn =
        TimeValue.milliseconds(Math.max(LEAST_MILLIS, (long) (options.seconds() * 200)));
    ChainedOptionsBuilder jmh =
        new OptionsBuilder()
            .include(RoutedReadBenchmark.class.getName())
            .param("stage", stage.id())
            .param("sqlite", databases.file().toString())
            .param("postgres", databases.url())
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .warmupIterations(options.rounds())
            .warmupTime(turn)
            .measurementIterations(options.rounds())
            .measurementTime(turn);
    return options.forked() ? jmh.forks(2).jvmArgsAppend("-Xmx256m").build() : jmh.forks(0).build();
  }

  private static Spread nanos(Collection<RunResult> results, String benchmark) {
    RunResult result =
        results.stream()
            .filter(each -> each.getParams().getBenchmark().endsWith("." + benchmark))
            .findAny()
            .orElseThrow();
    return Spread.of(
        result.getBenchmarkResults().stream()
            .flatMap(fork -> fork.getIterationResults().stream())
            .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
            .toArray());
  }

  private static Contest.Result realReads(Options options, Databases databases, Stage stage)
      throws Exception {
    Items[] direct = new Items[2];
    try (Application application =
        Application.open(
            Application.sqlite(databases.file()),
            Application.postgres(databases.url()),
            Settings.defaults(),
            context -> {
              Items.OnSqlite made = new Items.OnSqlite(context);
              direct[0] = made;
              return made;
            },
            context -> {
              Items.OnPostgres made = new Items.OnPostgres(context);
              direct[1] = made;
              return made;
            })) {
      application.to(stage);
      Items implementation = direct[stage == Stage.OFF ? 0 : 1];
      return new Contest(options, Contender.reading(implementation))
          .against("routed", Contender.reading(application.items()))
          .run(1, SLICES);
    }
  }
}
