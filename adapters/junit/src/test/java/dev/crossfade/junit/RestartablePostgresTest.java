package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartablePostgresTest {
  @Test
  void whatWasCommittedIsThereAfterACrash() throws SQLException {
    try (RestartablePostgres server = TestPostgres.start();
        TestDatabase database = server.newDatabase()) {
      int port = server.port();
      Sql.execute(database, "create table t (id int primary key)");
      try (Connection connection = database.open()) {
        connection.setAutoCommit(false);
        connection.createStatement().execute("insert into t values (1)");
        connection.commit();
        connection.createStatement().execute("insert into t values (2)");
        server.stopImmediately();
        server.stopImmediately();
        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
      }
      assertThatThrownBy(database::open).isInstanceOf(SQLException.class);

      server.startAgain();
      server.startAgain();
      assertThat(server.port()).isEqualTo(port);
      assertThat(Sql.query(database, "select string_agg(id::text, ',') from t")).isEqualTo("1");
    }
  }

  @Test
  void itIsNobodyElsesAndItsDataGoWithIt() {
    RestartablePostgres server = TestPostgres.start();
    assertThat(server.port()).isNotEqualTo(TestPostgres.shared().port());
    assertThat(server.log()).exists();
    TestDatabase left = server.newDatabase();
    server.close();
    server.close();
    left.close();
    assertThat(server.log()).doesNotExist();
    assertThat(server.address().answers()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(server::startAgain)
        .withMessageContaining("closed");
  }

  @Test
  void aGivenDataDirectoryStays(@TempDir Path files) throws SQLException {
    Path data = files.resolve("new").resolve("data");
    String name;
    try (RestartablePostgres server = TestPostgres.start(data)) {
      TestDatabase kept = server.newDatabase();
      name = kept.name();
      Sql.execute(kept, "create table t as select 42 as answer");
      server.stopImmediately();
    }
    try (RestartablePostgres server = TestPostgres.start(data);
        TestDatabase kept = new TestDatabase(server, name)) {
      assertThat(Sql.query(kept, "select answer from t")).isEqualTo("42");
    }
  }

  @Tag("exhaustive")
  @Test
  void aGivenDirectoryWithOtherFilesIsRefusedAndLeftAlone(@TempDir Path files) throws IOException {
    Path precious = Files.writeString(files.resolve("precious"), "x");
    assertThatThrownBy(() -> TestPostgres.start(files))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot create the data directory " + files)
        .hasCauseInstanceOf(DirectoryNotEmptyException.class);
    assertThat(files).isDirectoryContaining(precious::equals);
    assertThat(files.toFile().list()).hasSize(1);
  }

  @Tag("exhaustive")
  @Test
  void aServerThatAKilledJvmLeftOnItIsStoppedFirst(@TempDir Path files)
      throws IOException, SQLException {
    Path data = files.resolve("data");
    String url;
    try (OtherJvm killed = OtherJvm.start(files)) {
      url = killed.ask("own " + data);
      killed.kill();
    }
    try (Connection left = DriverManager.getConnection(url, "postgres", "")) {
      assertThat(Sql.query(left, "select 1")).isEqualTo("1");
    }
    String name = url.replaceFirst(".*/", "");
    try (RestartablePostgres server = TestPostgres.start(data);
        TestDatabase kept = new TestDatabase(server, name)) {
      assertThat(Sql.query(kept, "select current_database()")).isEqualTo(name);
      assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", ""))
          .isInstanceOf(SQLException.class);
    }
  }

  @Tag("exhaustive")
  @Test
  void theDataOfAKilledJvmAreSweptByTheNext(@TempDir Path files) throws IOException {
    Path left;
    try (OtherJvm killed = OtherJvm.start(files)) {
      left = Path.of(killed.ask("temporary"));
      killed.kill();
    }
    assertThat(left).exists();
    try (OtherJvm next = OtherJvm.start(files)) {
      assertThat(Path.of(next.ask("temporary"))).exists();
      assertThat(left.getParent().getParent()).doesNotExist();
    }
  }

  @Tag("exhaustive")
  @Test
  void aServerThatIsForgottenGoesWithItsJvm(@TempDir Path files) throws IOException {
    Path log;
    try (OtherJvm other = OtherJvm.start(files)) {
      log = Path.of(other.ask("temporary"));
      assertThat(log).exists();
    }
    assertThat(log).doesNotExist();
  }

  @Tag("exhaustive")
  @Test
  void whatKeepsItFromStartingIsInTheMessage(@TempDir Path files) throws IOException {
    Files.writeString(Files.createDirectories(files.resolve("data")).resolve("PG_VERSION"), "7\n");
    assertThatIllegalStateException()
        .isThrownBy(() -> TestPostgres.start(files.resolve("data")))
        .withMessageContaining("pg_ctl")
        .withMessageContaining("postgresql.conf");
  }

  @Tag("exhaustive")
  @Test
  void textSortsAsInProduction() throws SQLException {
    try (RestartablePostgres server = TestPostgres.start();
        TestDatabase database = server.newDatabase()) {
      assertThat(Sql.query(database, "select 'a' < 'B'")).isEqualTo("t");
      assertThat(Sql.query(database, "select 'a' < 'B' collate \"C\"")).isEqualTo("f");
    }
  }
}
