package dev.crossfade.it.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.jooq.codegen.JooqGenerator;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is generated from an awkward schema compiles without a warning, and carries an application
 * across that adds nothing to it.
 */
@ExtendWith(PostgresExtension.class)
final class GeneratedRepositoriesTest {
  @TempDir Path temp;

  @Test
  void anApplicationCrossesOnGeneratedCodeAlone(TestDatabase database) throws Exception {
    Path sources = temp.resolve("sources");
    generator(sources).build().generate();
    Path legacy = temp.resolve("app.db");
    createLegacy(legacy);
    migrate(database);
    try (URLClassLoader generated =
        Compiled.classes(temp.resolve("classes"), sources, resource("app"))) {
      Object walk =
          generated.loadClass("com.example.app.Walk").getDeclaredConstructor().newInstance();
      walk(walk).accept(legacy, address(database));
    }
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from customers")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).as("the rows of a deleted customer's friends stay").isEqualTo(2);
    }
    assertThat(visits(legacy))
        .as("written to PostgreSQL alone, both columns of each")
        .contains(
            "live 01.05.2026 21:00 2026-05-01 23:59:59.5",
            "back 01.05.2026 21:01 2026-05-01 23:59:59.5");
  }

  private static List<String> visits(Path legacy) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + legacy);
        Statement statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select Guest, VisitDay, VisitTime, LeaveDay, LeaveTime from Visit")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
          cells.add(rows.getString(i));
        }
        found.add(String.join(" ", cells));
      }
      return found;
    }
  }

  static JooqGenerator.Builder generator(Path sources) {
    return JooqGenerator.builder()
        .migrations(resource("migrations"))
        .schemas("public", "audit")
        .packageName("com.example.generated")
        .outputDirectory(sources)
        .mapping(resource("crossfade.yaml"))
        .legacySchema(resource("legacy-schema.sql"));
  }

  @SuppressWarnings("unchecked")
  private static BiConsumer<Path, Map<String, String>> walk(Object walk) {
    return (BiConsumer<Path, Map<String, String>>) walk;
  }

  private static Map<String, String> address(TestDatabase database) {
    return Map.of(
        "url", database.jdbcUrl(), "user", database.user(), "password", database.password());
  }

  private static void migrate(TestDatabase database) {
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.user(), database.password())
        .locations("filesystem:" + resource("migrations"))
        .load()
        .migrate();
  }

  private static void createLegacy(Path file) throws IOException, SQLException {
    String script = Files.readString(resource("legacy-schema.sql"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      // The shell prints the first statement, and nobody may run it.
      statement.executeUpdate(script.substring(script.indexOf('\n')));
    }
  }

  private static Path resource(String name) {
    try {
      return Path.of(GeneratedRepositoriesTest.class.getResource("/generated/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
