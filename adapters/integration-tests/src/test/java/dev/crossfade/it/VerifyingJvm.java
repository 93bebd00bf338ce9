package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.Settings;
import dev.crossfade.VerificationReport;
import dev.crossfade.VerifyOptions;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.PostgresStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process of its own that verifies: to be killed, or to have little memory. */
final class VerifyingJvm implements AutoCloseable {
  private static final String HOLD = "hold";

  private final Process process;
  private final BufferedReader lines;

  private VerifyingJvm(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
  }

  /** File, URL, user, password, mode, and whether its first progress is its last. */
  public static void main(String[] arguments) {
    CountDownLatch never = new CountDownLatch(arguments[5].equals(HOLD) ? 1 : 0);
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(Scenario.sqliteAt(Path.of(arguments[0])).open())
            .target(
                PostgresStore.at(arguments[1])
                    .credentials(arguments[2], arguments[3])
                    .poolSize(Scenario.POOL)
                    .open())
            .migration(Bank.MIGRATION, Bank::declare)
            .settings(Settings.builder().instance("verifying").build())
            .listener(
                new CrossfadeListener() {
                  @Override
                  public void progressed(CopyProgress progress) {
                    if (progress.entity().equals("preference")) {
                      System.out.println("progress " + progress.rows());
                      await(never);
                    }
                  }
                })
            .build()) {
      VerificationReport report =
          crossfade
              .migration(Bank.MIGRATION)
              .verify(arguments[4].equals("QUICK") ? VerifyOptions.quick() : VerifyOptions.full());
      System.out.println(
          "report " + report.totalRows() + " " + report.differing() + " " + report.resumed());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts one that verifies, and does not go on once it has told of its progress. */
  static VerifyingJvm holding(Scenario app) throws IOException {
    return start(app, "FULL", HOLD, "-Xmx256m");
  }

  static VerifyingJvm start(Scenario app, String mode, String hold, String heap)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(heap, "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1"));
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", classPath)));
    TestDatabase database = app.database();
    command.addAll(
        List.of(
            VerifyingJvm.class.getName(),
            app.file().toString(),
            database.jdbcUrl(),
            database.user(),
            database.password(),
            mode,
            hold));
    return new VerifyingJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line that begins so; null if it ends without. */
  String answer(String beginning) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
    }
    return null;
  }

  /** As kill -9 does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
