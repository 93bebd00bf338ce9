package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ThrowAwayPostgresTest {
  private static final Duration WAIT = Duration.ofMinutes(5);

  @TempDir Path home;

  @Test
  void closedItLeavesNothing() {
    ThrowAwayPostgres.start(WAIT, home).close();
    assertThat(home).isEmptyDirectory();
    assertThat(FailuresTest.postmasters(home)).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void severalRunSideBySide() {
    try (ThrowAwayPostgres one = ThrowAwayPostgres.start(WAIT, home);
        ThrowAwayPostgres other = ThrowAwayPostgres.start(WAIT, home)) {
      assertThat(FailuresTest.postmasters(home)).hasSize(2);
      assertThat(one.scratch()).isNotEqualTo(other.scratch());
    }
  }

  @Tag("exhaustive")
  @Test
  void whatAKilledJvmLeftIsClearedAwayByTheNext_andALivingOneIsLeftAlone() throws Exception {
    Process killed = start();
    Process living = start();
    try {
      assertThat(FailuresTest.postmasters(home)).hasSize(2);
      killed.destroyForcibly().waitFor();
      assertThat(FailuresTest.postmasters(home)).as("orphaned, but running").hasSize(2);

      ThrowAwayPostgres.start(WAIT, home).close();
      assertThat(FailuresTest.postmasters(home)).as("the living JVM's").hasSize(1);
      assertThat(home.toFile().list()).hasSize(2).allMatch(f -> f.startsWith(living.pid() + "-"));
    } finally {
      killed.destroyForcibly();
      // Asked, not killed: its shutdown hook stops its server.
      living.destroy();
      assertThat(living.waitFor(300, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(FailuresTest.postmasters(home)).isEmpty();
  }

  private Process start() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                    "-classpath",
                    System.getProperty("java.class.path"),
                    Holder.class.getName(),
                    home.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader();
    String line;
    do {
      line = output.readLine();
    } while (line != null && !line.equals("started"));
    assertThat(line).isEqualTo("started");
    return process;
  }

  /** A JVM that holds a server until it is ended. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      ThrowAwayPostgres.start(WAIT, Path.of(args[0]));
      System.out.println("started");
      System.in.read();
    }
  }
}
