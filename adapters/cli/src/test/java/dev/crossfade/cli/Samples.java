package dev.crossfade.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Legacy files for tests. */
final class Samples {
  private Samples() {}

  /** A part of the Chinook database, as its publisher made it. */
  static Path chinook(Path folder) throws IOException {
    Path file = folder.resolve("chinook.sqlite");
    Path sample =
        Path.of(
            System.getProperty(
                "crossfade.test.chinook",
                "../../examples/getting-started/src/legacy/chinook.sqlite"));
    return Files.copy(sample, file);
  }

  /** A file that a script makes. */
  static Path file(Path folder, String script) throws SQLException {
    Path file = folder.resolve("legacy.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(script);
    }
    return file;
  }
}
