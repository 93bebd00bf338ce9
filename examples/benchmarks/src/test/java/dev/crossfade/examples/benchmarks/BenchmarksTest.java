package dev.crossfade.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.examples.benchmarks.Figures.Figure;
import dev.crossfade.junit.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks, scaled down: that every row runs and is reported, not what it measures. */
class BenchmarksTest {
  private static final Set<String> LIMITED =
      Set.of(
          "routed-read.off.added",
          "routed-read.ramp_down.added",
          "by-hand.off.find.p50",
          "by-hand.off.save.p50",
          "by-hand.complete.find.p50",
          "by-hand.complete.save.remembered.p50",
          "journaled-write.1.p50",
          "journaled-write.16.writes",
          "dual-write.1.p50",
          "dual-write.16.writes",
          "dual-write.16.p99",
          "sqlite-write.16.off.writes",
          "sqlite-write.16.off.slowest-thread",
          "sqlite-write.16.journaled.writes",
          "sqlite-write.16.journaled.slowest-thread",
          "shadow-read.p50",
          "shadow-read.mean",
          "switch-pause.50.there.p99",
          "switch-pause.50.back.p99",
          "backfill.heap.ten-times",
          "beside-backfill.8.p99",
          "mongodb-backfill.read-and-copy");

  /** Held to a limit where the tools are installed. */
  private static final Set<String> WHERE_INSTALLED =
      Set.of("verification.full", "backfill.pgloader.indexes-last", "backfill.copy");

  @TempDir private Path directory;

  @BeforeAll
  static void runInThisJvm() {
    System.setProperty("jmh.ignoreLock", "true"); // nothing is measured in earnest
  }

  @Test
  void measuresWhatIsAskedFor() throws Exception {
    Figures figures = run(Set.of("by-hand", "journaled-write"), new ByteArrayOutputStream());

    assertThat(figures.all())
        .extracting(Figure::name)
        .contains("by-hand.off.find.p50", "journaled-write.1.p50")
        .allMatch(name -> name.startsWith("by-hand") || name.startsWith("journaled-write"));
  }

  private Figures run(Set<String> rows, ByteArrayOutputStream printed) throws Exception {
    Options tiny = new Options(rows, 1, 0.02, 200, 2_000, 500, directory, false);
    Figures figures =
        Benchmarks.run(
            tiny, TestPostgres.shared(), new PrintStream(printed, true, StandardCharsets.UTF_8));
    assertThat(figures.all()).allSatisfy(figure -> assertThat(figure.value()).isFinite());
    return figures;
  }

  @Tag("exhaustive")
  @Test
  void measuresEveryRow() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Figures figures = run(Set.of(), printed);

    assertThat(
            figures.all().stream()
                .filter(figure -> !Double.isNaN(figure.limit()))
                .map(Figure::name)
                .filter(name -> !WHERE_INSTALLED.contains(name))
                .collect(Collectors.toSet()))
        .isEqualTo(LIMITED);
    assertThat(figures.all())
        .extracting(Figure::name)
        .contains(
            "verification.full.time",
            "verification.quick.time",
            "backfill.time",
            "mongodb-write.1.p50");
    List<String> json = Files.readAllLines(figures.write(directory));
    assertThat(json).hasSize(figures.all().size() + 2);
    assertThat(json.subList(1, json.size() - 1))
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches(
                        " *\\{\"name\": \"[^\"]+\", \"value\": -?[0-9.]+, \"unit\": \"[^\"]+\","
                            + " \"limit\": (null|[0-9.]+), \"ok\": (true|false)},?"));
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains(LIMITED);
  }
}
