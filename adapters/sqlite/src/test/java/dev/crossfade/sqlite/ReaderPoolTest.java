package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that only read: how they are lent, kept and replaced. */
class ReaderPoolTest {
  private static final int READS = 50_000;

  @TempDir Path directory;
  private ReaderPool pool;
  private final List<Connection> opened = new ArrayList<>();

  @BeforeEach
  void open() {
    Path file = directory.resolve("app.db");
    pool =
        new ReaderPool(
            SqliteStore.at(file).readers(2).turnWait(Duration.ofMillis(50)).settings(),
            () -> {
              Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
              opened.add(connection);
              return new Session(connection, 8, NamedOnce::new);
            });
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private long read() throws SQLException {
    return pool.read(
        session ->
            session.query(
                "select 7",
                Session.Binder.NONE,
                rows -> {
                  rows.next();
                  return rows.getLong(1);
                }));
  }

  @Test
  void aConnectionIsReplacedAfterSoManyReadsAndTheOldOneClosed() throws SQLException {
    for (int i = 0; i < READS; i++) {
      assertThat(read()).isEqualTo(7);
    }
    assertThat(opened).hasSize(1);
    assertThat(opened.get(0).isClosed()).as("after its last read").isTrue();
    assertThat(pool.use().idle()).isZero();
    assertThat(read()).isEqualTo(7);
    assertThat(opened).hasSize(2);
    assertThat(opened.get(1).isClosed()).isFalse();
    assertThat(pool.use().idle()).isEqualTo(1);
  }

  @Test
  void theOneUsedLastIsUsedNext() throws SQLException {
    Set<Connection> used = new LinkedHashSet<>();
    for (int i = 0; i < 3; i++) {
      pool.read(outer -> used.add(outer.connection()));
    }
    assertThat(used).hasSize(1);
    pool.read(outer -> pool.read(inner -> used.add(inner.connection())));
    assertThat(used).as("two at once").hasSize(2);
    assertThat(pool.use().idle()).isEqualTo(2);
  }

  @Test
  void oneThatHasFailedIsClosed() throws SQLException {
    assertThatThrownBy(() -> pool.read(session -> session.update("no sql", statement -> {})))
        .isInstanceOf(SQLException.class);
    assertThat(opened.get(0).isClosed()).isTrue();
    assertThat(pool.use().active()).isZero();
    assertThat(read()).isEqualTo(7);
    assertThat(opened).hasSize(2);
  }

  @Test
  void whenAllAreBusyAReaderSaysSo() throws SQLException {
    pool.read(
        first ->
            pool.read(
                second -> {
                  assertThatThrownBy(() -> pool.read(third -> 0L))
                      .isInstanceOf(StoreTimeoutException.class)
                      .hasMessageContaining("all 2 readers")
                      .hasMessageContaining("raise readers");
                  return 0L;
                }));
    assertThat(read()).isEqualTo(7);
  }

  @Test
  void afterTheEndNothingIsReadAndWhatWasLentIsClosed() throws SQLException {
    pool.read(
        session -> {
          pool.close();
          return true;
        });
    assertThat(opened.get(0).isClosed()).isTrue();
    assertThatThrownBy(this::read)
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("is closed");
  }
}
