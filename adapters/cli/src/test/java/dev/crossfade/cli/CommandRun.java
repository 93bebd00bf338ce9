package dev.crossfade.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.crossfade.junit.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs commands in this process, in a folder of their own. */
final class CommandRun {
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();

  /** What a command wrote and ended with. */
  record Ended(int exitCode, String out, String err) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (IOException e) {
        throw new UncheckedIOException(out, e);
      }
    }

    @Override
    public String toString() {
      return "exit code " + exitCode + "\n" + out + "\n" + err;
    }
  }

  CommandRun(Path folder) {
    this.folder = folder;
  }

  CommandRun with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** As the environment says where PostgreSQL is. */
  CommandRun on(TestDatabase database) {
    return with("CROSSFADE_TARGET_URL", database.jdbcUrl())
        .with("CROSSFADE_TARGET_USER", database.user())
        .with("CROSSFADE_TARGET_PASSWORD", database.password());
  }

  Path config() {
    return folder.resolve("crossfade.yaml");
  }

  Path migrations() {
    return folder.resolve("migrations");
  }

  /** Runs one; {@code --config} is given. */
  Ended run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", config().toString()));
    int exitCode =
        CrossfadeCommand.run(
            new Surroundings(environment, new PrintWriter(out), new PrintWriter(err), false),
            all.toArray(String[]::new));
    return new Ended(exitCode, out.toString(), err.toString());
  }
}
