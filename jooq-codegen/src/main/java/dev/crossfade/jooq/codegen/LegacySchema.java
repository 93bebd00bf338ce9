package dev.crossfade.jooq.codegen;

import dev.crossfade.mapping.SchemaDescription;
import dev.crossfade.mapping.schema.SqliteSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/**
 * The schema of the legacy SQLite store.
 *
 * @param shown what messages call it
 * @param script the statements that make it
 */
record LegacySchema(String shown, String script) {
  private static final String MAGIC = "SQLite format 3";
  private static final Pattern OWN =
      Pattern.compile(
          "create\\s+table\\s+[\"'`\\[]?sqlite_.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /**
   * From a script, or from a SQLite file, which is only read.
   *
   * @throws CodegenException if it cannot be read
   */
  static LegacySchema read(Path file) {
    String shown = String.valueOf(file.getFileName());
    try {
      return new LegacySchema(shown, isDatabase(file) ? dumped(file) : Files.readString(file));
    } catch (IOException | SQLException e) {
      throw new CodegenException("the legacy schema " + file + " cannot be read: " + e, e);
    }
  }

  private static boolean isDatabase(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      return new String(bytes.readNBytes(MAGIC.length()), StandardCharsets.ISO_8859_1)
          .equals(MAGIC);
    }
  }

  private static String dumped(Path file) throws SQLException {
    String sql =
        "select sql from sqlite_schema where sql is not null and name not in"
            + " (select name from pragma_table_list where type = 'shadow') order by rowid";
    StringBuilder script = new StringBuilder();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + file.toUri() + "?mode=ro");
        Statement select = connection.createStatement();
        ResultSet rows = select.executeQuery(sql)) {
      while (rows.next()) {
        script.append(rows.getString(1)).append(";\n");
      }
    }
    return script.toString();
  }

  /**
   * What the script makes of an empty file.
   *
   * @throws CodegenException with the line of the statement that SQLite refuses
   */
  SchemaDescription description() {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      for (SqlScript.Statement statement : SqlScript.statements(script)) {
        if (!OWN.matcher(statement.sql()).matches()) {
          run(connection, statement);
        }
      }
      return SqliteSchema.read(shown, connection);
    } catch (SQLException e) {
      throw new CodegenException("the legacy schema " + shown + " cannot be read: " + e, e);
    }
  }

  private void run(Connection connection, SqlScript.Statement script) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(script.sql());
    } catch (SQLException e) {
      throw new CodegenException(shown + ":" + script.line() + ": " + e.getMessage(), e);
    }
  }
}
