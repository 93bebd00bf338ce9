package dev.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crossfade.cli.CommandRun.Ended;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a new user does first, on a database of others, with no file edited by hand. */
@ExtendWith(PostgresExtension.class)
class ChinookTest {
  @TempDir Path folder;

  @Test
  void fromAFileToACheckedCopy(TestDatabase database) throws Exception {
    Path legacy = Samples.chinook(folder);
    CommandRun crossfade = new CommandRun(folder).on(database);

    Ended inspected = crossfade.run("inspect", legacy.toString(), "--json");
    assertThat(inspected.exitCode()).as("%s", inspected).isZero();
    JsonNode employee = table(inspected.json(), "Employee");
    assertThat(employee.get("foreignKeys").get(0).get("parent").asText()).isEqualTo("Employee");
    assertThat(employee.get("key").get(0).asText()).isEqualTo("EmployeeId");

    Ended drafted =
        crossfade.run(
            "draft-schema", legacy.toString(), "--migrations", crossfade.migrations().toString());
    assertThat(drafted.exitCode()).as("%s", drafted).isZero();

    Ended missing = crossfade.run("backfill");
    assertThat(missing.exitCode()).as("%s", missing).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(missing.err()).contains("missing in").contains("--create-schema");

    Ended copied =
        crossfade.run(
            "backfill",
            "--create-schema",
            "--migrations",
            crossfade.migrations().toString(),
            "--json");
    assertThat(copied.exitCode()).as("%s", copied).isZero();
    assertThat(copied.json().get("refused").asLong()).isZero();

    Ended verified = crossfade.run("verify", "--json");
    assertThat(verified.exitCode()).as("%s", verified).isZero();
    assertThat(verified.json().get("clean").asBoolean()).isTrue();

    checkEveryRow(legacy, database, inspected.json(), crossfade.migrations());
    assertThat(foreignKeys(database)).contains("employee → employee", "track → album");
  }

  private static void checkEveryRow(
      Path legacy, TestDatabase database, JsonNode inspected, Path migrations) throws Exception {
    int compared = 0;
    int there = 0;
    try (Connection target = database.open()) {
      for (JsonNode table : inspected.get("tables")) {
        String name = table.get("name").asText();
        compared +=
            IndependentComparison.sameRows(
                legacy,
                target,
                name,
                name.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT));
        there += table.get("rows").asInt();
      }
    }
    assertThat(compared).isEqualTo(there).isPositive();
    assertThat(migrations.toFile().list()).hasSize(1);
  }

  private static JsonNode table(JsonNode inspected, String name) {
    for (JsonNode table : inspected.get("tables")) {
      if (table.get("name").asText().equals(name)) {
        return table;
      }
    }
    throw new AssertionError("no table " + name);
  }

  private static List<String> foreignKeys(TestDatabase database) throws Exception {
    List<String> keys = new ArrayList<>();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select conrelid::regclass || ' → ' || confrelid::regclass from pg_constraint"
                    + " where contype = 'f' and convalidated")) {
      while (rows.next()) {
        keys.add(rows.getString(1));
      }
    }
    return keys;
  }

  @Test
  void neverOverwritesADraft() throws Exception {
    Path legacy = Samples.chinook(folder);
    CommandRun crossfade = new CommandRun(folder);
    String[] draft = {
      "draft-schema", legacy.toString(), "--migrations", crossfade.migrations().toString()
    };
    assertThat(crossfade.run(draft).exitCode()).isZero();
    Map<Path, String> before = Map.of(crossfade.config(), Files.readString(crossfade.config()));

    Ended again = crossfade.run(draft);

    assertThat(again.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(again.err()).contains("is not overwritten");
    assertThat(Files.readString(crossfade.config())).isEqualTo(before.get(crossfade.config()));
  }
}
