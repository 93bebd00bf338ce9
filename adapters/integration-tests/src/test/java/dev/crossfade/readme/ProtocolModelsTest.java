package dev.crossfade.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smaller models of the protocol hold, and their mutants fail; CI checks all of them. */
class ProtocolModelsTest {
  private static final Path CHECK = Path.of("../../docs/protocol/check").toAbsolutePath();
  private static final String SKIPPED =
      "THE MODELS OF THE PROTOCOL ARE NOT CHECKED HERE: that takes spin and a C compiler on the path"
          + " (Debian, Ubuntu: apt-get install spin gcc)";

  @TempDir Path folder;

  @Test
  void modelsHoldAndMutantsFail() throws IOException, InterruptedException {
    if (!Stream.of("bash", "spin", "cc").allMatch(ProtocolModelsTest::isThere)) {
      System.err.println(SKIPPED);
      assumeTrue(false, SKIPPED);
    }
    Path report = folder.resolve("report");
    Process check =
        new ProcessBuilder(List.of("bash", CHECK.toString(), "quick"))
            .redirectErrorStream(true)
            .redirectOutput(report.toFile())
            .start();
    try {
      boolean over = check.waitFor(10, TimeUnit.MINUTES);
      String text = Files.readString(report, StandardCharsets.UTF_8);
      assertThat(over).as(text).isTrue();
      assertThat(check.exitValue()).as(text).isZero();
      assertThat(text.lines().filter(line -> line.endsWith(" fails"))).hasSizeGreaterThan(15);
    } finally {
      check.descendants().forEach(ProcessHandle::destroy);
      check.destroy();
    }
  }

  private static boolean isThere(String tool) {
    String path = System.getenv("PATH");
    return path != null
        && Stream.of(path.split(File.pathSeparator, -1))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
  }
}
