package dev.crossfade.examples.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.examples.torture.app.Child;
import dev.crossfade.examples.torture.app.StoreWrapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run, as users start it. Its seed may be given as {@code crossfade.test.seed}; how
 * processes interleave is the machine's.
 */
class TortureTest {
  private static final Duration DURATION = Duration.ofSeconds(45);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @TempDir Path folder;

  @Test
  void nothingIsLost() throws Exception {
    long seed = Long.getLong("crossfade.test.seed", 4);
    System.out.println("-Dcrossfade.test.seed=" + seed);

    boolean clean =
        run(
            new Options(
                DURATION,
                seed,
                true,
                true,
                false,
                folder,
                Options.CHILDREN,
                Legacy.Kind.SQLITE,
                "",
                ""));

    assertThat(clean).as(text()).isTrue();
    assertThat(result())
        .matches(
            "writes [1-9]\\d+ acknowledged, \\d+ unknown; moves \\d+ \\(refused \\d+\\); faults"
                + " [1-9]\\d* \\(.+\\); lost 0; differences 0; stale writes accepted 0");
    assertThat(folder).isEmptyDirectory();
    assertNoChildren();
  }

  /**
   * A guard that is taken away must show, or else the test above would prove nothing. As a
   * difference between the stores, or as a loss where the store that lacks it became the primary.
   */
  @Tag("exhaustive")
  @Test
  void changesThatAreDroppedAreFound() throws Exception {
    assertFound(Legacy.Kind.SQLITE, DroppedChanges.class);
  }

  /** The same for a guard of moves. */
  @Tag("exhaustive")
  @Test
  void movesThatDoNotDrainAreFound() throws Exception {
    assertFound(Legacy.Kind.SQLITE, UndrainedMoves.class);
  }

  /** From MongoDB. */
  @Tag("exhaustive")
  @Test
  void nothingIsLostFromMongo() throws Exception {
    boolean clean =
        run(
            new Options(
                DURATION,
                Long.getLong("crossfade.test.seed", 4),
                true,
                true,
                false,
                folder,
                Options.CHILDREN,
                Legacy.Kind.MONGODB,
                "",
                ""));

    assertThat(clean).as(text()).isTrue();
    assertThat(text()).contains("NOT VERIFIED HERE");
    assertNoChildren();
  }

  @Tag("exhaustive")
  @Test
  void changesThatAreDroppedAreFoundFromMongo() throws Exception {
    assertFound(Legacy.Kind.MONGODB, DroppedChanges.class);
  }

  private void assertFound(Legacy.Kind legacy, Class<? extends StoreWrapper> wrapper)
      throws Exception {
    boolean clean =
        run(
            new Options(
                Duration.ofSeconds(4),
                1,
                false,
                false,
                false,
                folder,
                2,
                legacy,
                "",
                wrapper.getName()));

    assertThat(clean).as(text()).isFalse();
    assertThat(result()).containsPattern("(lost|differences) [1-9]");
    assertNoChildren();
  }

  private boolean run(Options options) throws Exception {
    try {
      return new Run(options, new PrintStream(bytes, true, StandardCharsets.UTF_8)).run();
    } finally {
      System.out.println(text());
    }
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String result() {
    return text().strip().lines().reduce((first, last) -> last).orElseThrow();
  }

  private static void assertNoChildren() {
    assertThat(ProcessHandle.current().descendants())
        .noneMatch(
            process -> process.info().commandLine().orElse("").contains(Child.class.getName()));
  }
}
