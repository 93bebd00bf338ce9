package dev.crossfade.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Migration;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.jooq.Record;
import org.jooq.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A whole Crossfade from a file, which changes while it runs. */
@ExtendWith(PostgresExtension.class)
class EndToEndTest {
  private static final Table<Record> NOTES = table(name("notes"));

  record Note(Long id, String text) {}

  static final Entity<Note, Long> NOTE =
      Entity.of(Note.class).key("id", Long.class).name("notes").build();

  interface Notes extends Repository<Note, Long> {}

  static final class SqliteNotes extends SqliteRepository<Note, Long> implements Notes {
    SqliteNotes(RepositoryContext<Note, Long> context) {
      super(context, NOTES);
    }
  }

  static final class PostgresNotes extends PostgresRepository<Note, Long> implements Notes {
    PostgresNotes(RepositoryContext<Note, Long> context) {
      super(context, NOTES);
    }
  }

  @TempDir Path folder;

  @Test
  void anApplicationRunsByItsFileAndFollowsIt(TestDatabase database) throws Exception {
    create(DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("app.db")));
    create(database.open());
    Path password = Files.writeString(folder.resolve("password"), database.password() + "\n");
    write("  shadow-sampling: 0\n");
    CrossfadeConfig config =
        CrossfadeConfig.builder()
            .file(folder.resolve("crossfade.yaml"))
            .environment(
                Map.of(
                    "DB_URL", database.jdbcUrl(),
                    "CROSSFADE_TARGET_USER", database.user(),
                    "CROSSFADE_TARGET_PASSWORD_FILE", password.toString()))
            .load();
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(config.legacy())
            .target(config.target())
            .settings(config)
            .migration("notes", m -> m.entity(NOTE, SqliteNotes::new, PostgresNotes::new))
            .build()) {
      Notes notes = crossfade.repository(Notes.class);
      Migration migration = crossfade.migration("notes");
      notes.save(new Note(1L, "one"));
      migration.moveTo(Stage.DUAL_WRITE);
      migration.backfill();
      migration.moveTo(Stage.SHADOW);
      assertThat(notes.find(1L)).contains(new Note(1L, "one"));
      assertThat(compared(migration)).isZero();

      // Broken: the old settings hold, and the application goes on.
      write("  shadow-sampling: 2\n");
      await().atMost(TWO_MINUTES).until(() -> !config.problems().isEmpty());
      assertThat(config.problems())
          .containsExactly(
              "crossfade.shadow-sampling must be from 0 to 1, not 2.0 ("
                  + folder.resolve("crossfade.yaml")
                  + " line 10)");
      notes.save(new Note(2L, "two"));
      assertThat(notes.find(2L)).isPresent();
      assertThat(compared(migration)).isZero();

      // Fine again, and replaced as editors do.
      write("  shadow-sampling: 1\n");
      await()
          .atMost(TWO_MINUTES)
          .untilAsserted(
              () -> {
                assertThat(notes.find(2L)).isPresent();
                assertThat(compared(migration)).isPositive();
              });
      assertThat(config.problems()).isEmpty();

      // A wanted stage is obeyed.
      write("  heartbeat: 200ms\n  migrations: {notes: {stage: dual_write}}\n");
      await()
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(() -> assertThat(migration.stage()).isEqualTo(Stage.DUAL_WRITE));
    }
  }

  private static long compared(Migration migration) {
    return migration.shadowReads().values().stream().mapToLong(Long::longValue).sum();
  }

  private void write(String settings) throws IOException {
    Path next =
        Files.writeString(
            folder.resolve("next"),
            """
            crossfade:
              legacy:
                url: %s
                readers: 2
              target:
                url: ${DB_URL}
                pool:
                  size: 4
                  connection-wait: 5s
            """
                    .formatted(folder.resolve("app.db"))
                + settings);
    Files.move(
        next,
        folder.resolve("crossfade.yaml"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static void create(Connection connection) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement()) {
      statement.execute("create table notes (id bigint primary key, text text not null)");
    }
  }
}
