package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is handed out, as a process: everything that it needs is in it. */
@ExtendWith(PostgresExtension.class)
class RunnableJarIT {
  @TempDir Path folder;

  @Test
  void copiesAndVerifies(TestDatabase database) throws Exception {
    Samples.chinook(folder);

    assertThat(run(database, "draft-schema", "chinook.sqlite")).contains("wrote").contains("→ 0");
    assertThat(run(database, "backfill", "--create-schema")).contains("0 refused").contains("→ 0");
    assertThat(run(database, "verify")).contains("no difference").contains("→ 0");
    assertThat(run(database, "status")).contains("dual_write").contains("→ 0");
    assertThat(run(database, "generate-completion")).contains("draft-schema").contains("→ 0");
    assertThat(run(database, "mvoe")).contains("→ 2");
  }

  private String run(TestDatabase database, String... arguments) throws Exception {
    Process process = start(database, arguments);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return out + "→ " + process.exitValue();
  }

  private Process start(TestDatabase database, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("crossfade.test.jar", "")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("CROSSFADE_TARGET_URL", database.jdbcUrl());
    builder.environment().put("CROSSFADE_TARGET_USER", database.user());
    builder.environment().put("CROSSFADE_TARGET_PASSWORD", database.password());
    return builder.start();
  }
}
