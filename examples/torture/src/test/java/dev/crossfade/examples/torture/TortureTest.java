package dev.crossfade.examples.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.examples.torture.app.Child;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run, as users start it. Its seed may be given as {@code crossfade.test.seed}; how
 * processes interleave is the machine's.
 */
class TortureTest {
  private static final Duration DURATION = Duration.ofSeconds(45);

  @TempDir Path folder;

  @Test
  void nothingIsLost() throws Exception {
    long seed = Long.getLong("crossfade.test.seed", 4);
    System.out.println("-Dcrossfade.test.seed=" + seed);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    boolean clean =
        new Run(new Options(DURATION, seed, true, false, folder, Options.CHILDREN, ""), out).run();

    String text = bytes.toString(StandardCharsets.UTF_8);
    System.out.println(text);
    assertThat(clean).as(text).isTrue();
    assertThat(text.strip().lines().reduce((first, last) -> last).orElseThrow())
        .matches(
            "writes [1-9]\\d+ acknowledged, \\d+ unknown; faults [1-9]\\d+ \\(.*kill \\d+.*\\);"
                + " lost 0; differences 0; stale writes accepted 0");
    assertThat(folder).isEmptyDirectory();
    assertThat(ProcessHandle.current().descendants())
        .noneMatch(
            process -> process.info().commandLine().orElse("").contains(Child.class.getName()));
  }
}
