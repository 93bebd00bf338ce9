package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.crossfade.StoreException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a backup holds, what is left of one that failed, and what tells a restored file. */
@Timeout(240)
class BackupTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int BALLAST = 20_000;

  @TempDir Path directory;
  private Path path;
  private Path backup;
  private Path unfinished;
  private App app;

  @BeforeEach
  void open() {
    path = directory.resolve("app.db");
    backup = directory.resolve("backup.db");
    unfinished = directory.resolve("backup.db.unfinished");
    app = new App(path);
  }

  @AfterEach
  void close() {
    app.close();
  }

  // What it holds.

  @Test
  void whatIsWrittenTogetherIsInItTogether() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Integer>> writers = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        int writer = i;
        writers.add(threads.submit(() -> writePairs(writer, stop)));
      }
      for (int i = 1; i <= 3; i++) {
        int pairs = 10 * i;
        await().atMost(PATIENCE).until(() -> app.tokens.count() >= pairs);
        Path file = directory.resolve("backup-" + i + ".db");
        app.store.backUp(file);
        assertPairs(file, pairs);
      }
    } finally {
      stop.set(true);
      threads.shutdown();
    }
    for (Future<Integer> writer : writers) {
      assertThat(writer.get(60, TimeUnit.SECONDS)).as("pairs that a writer wrote").isPositive();
    }
  }

  private int writePairs(int writer, AtomicBoolean stop) {
    int written = 0;
    while (!stop.get()) {
      String mint = writer + "-" + written;
      app.store.write(
          app.mark(),
          () -> {
            long id = app.tokens.save(App.token(mint)).id();
            return app.scores.save(new App.Score(id, id, 1.0));
          });
      written++;
    }
    return written;
  }

  private static void assertPairs(Path file, long least) {
    long tokens = number(file, "select count(*) from tokens");
    assertThat(tokens).isGreaterThanOrEqualTo(least);
    assertThat(number(file, "select count(*) from scores")).isEqualTo(tokens);
    assertThat(number(file, "select count(*) from scores join tokens on tokens.id = token_id"))
        .isEqualTo(tokens);
    assertThat(number(file, "select count(*) from crossfade_entry"))
        .as("entries of their writes")
        .isEqualTo(2 * tokens);
  }

  @Test
  void itIsForThoseWhoMayReadTheFile() throws IOException {
    assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Set<PosixFilePermission> own = PosixFilePermissions.fromString("rw-------");
    Files.setPosixFilePermissions(path, own);

    app.store.backUp(backup);

    assertThat(Files.getPosixFilePermissions(backup)).isEqualTo(own);
  }

  // What fails, and what is left then.

  @Test
  void itOverwritesNothing() throws IOException {
    Files.writeString(backup, "precious");
    assertThatThrownBy(() -> app.store.backUp(backup))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is there already");
    assertThat(backup).hasContent("precious");
  }

  @Test
  void itDoesNotMeetAnotherOne() throws IOException {
    Files.writeString(unfinished, "somebody's");
    assertThatThrownBy(() -> app.store.backUp(backup))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another backup");
    assertThat(unfinished).hasContent("somebody's");
    assertThat(backup).doesNotExist();
  }

  @Test
  void itMakesNoDirectories() {
    Path elsewhere = directory.resolve("elsewhere");
    assertThatThrownBy(() -> app.store.backUp(elsewhere.resolve("backup.db")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no directory " + elsewhere);
    assertThat(elsewhere).doesNotExist();
  }

  @Test
  void oneThatIsNotSoundIsDeleted() {
    App.sql(
        path,
        "create table odd (a)",
        "insert into odd values (null)",
        "pragma writable_schema = on",
        "update sqlite_schema set sql = 'CREATE TABLE odd (a not null)' where name = 'odd'");
    assertThatThrownBy(() -> app.store.backUp(backup))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is not sound")
        .hasMessageContaining("odd.a");
    assertNothingLeft();
  }

  @Test
  void anInterruptedThreadBeginsNone() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> app.store.backUp(backup))
        .isInstanceOf(StoreTimeoutException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
    assertNothingLeft();
  }

  @Test
  void anInterruptEndsIt() throws InterruptedException {
    assertWholeOrNothing(duringABackup(Thread::interrupt), StoreTimeoutException.class);
  }

  @Test
  void closingTheStoreEndsIt() throws InterruptedException {
    assertWholeOrNothing(
        duringABackup(caller -> app.store.close()), StoreUnavailableException.class);
  }

  /** What the caller of a backup got whose thread was disturbed when it had begun. */
  private @Nullable Throwable duringABackup(Consumer<Thread> disturbance)
      throws InterruptedException {
    App.sql(
        path,
        "create table ballast (a)",
        "insert into ballast with recursive n (i) as (select 1 union all select i + 1 from n where"
            + " i < "
            + BALLAST
            + ") select randomblob(1000) from n");
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(() -> thrown.set(catchThrowable(() -> app.store.backUp(backup))), "caller");
    caller.start();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> Files.exists(unfinished) || !caller.isAlive());
    disturbance.accept(caller);
    caller.join();
    return thrown.get();
  }

  /** Whether it was too late to disturb it, chance decides. */
  private void assertWholeOrNothing(@Nullable Throwable thrown, Class<?> expected) {
    if (thrown == null) {
      assertThat(unfinished).doesNotExist();
      assertThat(number(backup, "select count(*) from ballast")).isEqualTo(BALLAST);
    } else {
      assertThat(thrown).isInstanceOf(expected);
      assertNothingLeft();
    }
  }

  private void assertNothingLeft() {
    assertThat(directory)
        .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("backup"));
  }

  // What tells a restored file.

  @Test
  void aRestoredFileIsAnotherRunEachTime() throws IOException {
    app.saved("before");
    String identity = app.store.identity();
    app.store.backUp(backup);
    app.saved("after");
    assertThat(app.store.identity()).as("after a backup").isEqualTo(identity);

    String once = restored();
    assertThat(once).isNotEqualTo(identity);
    assertThat(app.tokens.mints()).containsExactly("before");
    assertThat(restored()).isNotIn(identity, once);
  }

  /** Over the bytes of the file that was there, which is the same to the file system then. */
  private String restored() throws IOException {
    app.close();
    Files.deleteIfExists(directory.resolve("app.db-wal"));
    Files.deleteIfExists(directory.resolve("app.db-shm"));
    Files.write(path, Files.readAllBytes(backup));
    app = new App(path);
    return app.store.identity();
  }

  @Test
  void aCopyMadeByOtherMeansIsAnotherRunWhereItIsAnotherFile() throws IOException {
    assumeTrue(
        Files.readAttributes(path, BasicFileAttributes.class).fileKey() != null,
        "the file system has no names of its own for files");
    String identity = app.store.identity();
    app.close();
    Path copy = Files.copy(path, directory.resolve("copy.db"));
    Files.move(copy, path, StandardCopyOption.REPLACE_EXISTING);
    app = new App(path);
    assertThat(app.store.identity()).isNotEqualTo(identity);
  }

  private static long number(Path file, String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
