package dev.crossfade.sqlite;

import dev.crossfade.CrossfadeException;
import dev.crossfade.StoreException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * A backup of a file, to be made once.
 *
 * <h2>Why {@code vacuum into}</h2>
 *
 * <p>SQLite copies a file that is in use in two ways. Its backup functions copy pages, some at a
 * time, and begin anew when another connection has written in between, which here is always; all
 * pages at once, or within a transaction, they would do, but the driver's loop around them cannot
 * be left before its end. {@code vacuum into} is one statement on one snapshot, which an interrupt
 * ends. It keeps rowids, and leaves out free pages and WAL mode, into which the next store puts the
 * file. In a WAL a snapshot holds up no writer, but checkpoints do not get past it: the log grows
 * by what is written meanwhile.
 *
 * <h2>When it counts</h2>
 *
 * <p>The file is {@code ….unfinished} until it is copied, has lost its {@link FileIdentity}, has
 * been read through by SQLite and has reached the disk. Whatever fails before deletes it; a process
 * that is killed leaves it. It must not be there before, so that two backups to one place do not
 * meet, and is for the eyes of those who may read the file itself.
 *
 * <h2>Whose thread</h2>
 *
 * <p>SQLite does not notice that a thread is interrupted. So the work is done by a thread of its
 * own, which nobody interrupts, and the caller waits for it. One that is interrupted, or whose file
 * is closed, stops the statement that is running, again and again in case it had just not begun,
 * and still waits: until all is cleaned up. {@code this} guards the session, so that it is not
 * closed while it is being stopped.
 */
final class Backup {
  private static final String UNFINISHED = ".unfinished";

  /** The file, and what SQLite may have beside it. */
  private static final List<String> PARTS = List.of("", "-journal", "-wal", "-shm");

  private static final long LOOK_AGAIN_MILLIS = 20;

  private final SqliteFile source;
  private final Path file;
  private final Path directory;

  // Guarded by this.
  private @Nullable Session running;
  private boolean stopped;

  Backup(SqliteFile source, Path file) {
    this.source = source;
    this.file = file.toAbsolutePath();
    Path parent = this.file.getParent();
    this.directory = parent == null ? this.file : parent;
  }

  /** Makes it. */
  void make() {
    refuseUnfit();
    if (Thread.currentThread().isInterrupted()) {
      throw givenUp(null);
    }
    FutureTask<Boolean> work = new FutureTask<>(this::write, true);
    Thread thread = new Thread(work, "crossfade-sqlite-backup-" + file.getFileName());
    thread.setDaemon(true);
    thread.start();
    await(work);
  }

  private void await(FutureTask<Boolean> work) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          work.get(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (TimeoutException e) {
          // It goes on.
        }
        if (interrupted || source.isReleased()) {
          stop();
        }
      }
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException unchecked(@Nullable Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(thrown);
  }

  // ---- stopping

  private synchronized void stop() {
    stopped = true;
    if (running != null) {
      try {
        ((SQLiteConnection) running.connection()).getDatabase().interrupt();
      } catch (SQLException e) {
        // It is asked again.
      }
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private void goOn() {
    if (isStopped()) {
      throw givenUp(null);
    }
  }

  private CrossfadeException givenUp(@Nullable Throwable cause) {
    return source.isReleased()
        ? new StoreUnavailableException(
            source.name() + " was closed during its backup to " + file, cause)
        : new StoreTimeoutException(
            "interrupted while backing " + source.name() + " up to " + file, cause);
  }

  // ---- the work

  private void refuseUnfit() {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(
          file + " is there already, and a backup overwrites nothing; name another file");
    }
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          "there is no directory " + directory + " for a backup; create it first");
    }
  }

  private void write() {
    try {
      create();
      try {
        fill();
        publish();
      } catch (SQLException | IOException | RuntimeException | Error e) {
        delete(e);
        throw e;
      }
    } catch (SQLException e) {
      throw isStopped() ? givenUp(e) : source.errors().translate(e, "a backup to " + file);
    } catch (IOException e) {
      throw new StoreException("a backup of " + source.name() + " to " + file + " failed: " + e, e);
    }
  }

  private void create() throws IOException {
    Path unfinished = unfinished("");
    try {
      Files.createFile(unfinished, permissions());
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(
          unfinished
              + " is there already: another backup to this place is under way, or was killed; wait"
              + " for it, or delete the file",
          e);
    }
  }

  private FileAttribute<?>[] permissions() throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    FileAttribute<?> readers =
        PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(source.path()));
    return new FileAttribute<?>[] {readers};
  }

  private Path unfinished(String part) {
    return file.resolveSibling(file.getFileName() + UNFINISHED + part);
  }

  private void fill() throws SQLException, IOException {
    Path unfinished = unfinished("");
    String target = unfinished.toString();
    during(
        source.connectToCopy(),
        session -> session.update("vacuum into ?", statement -> statement.setString(1, target)));
    during(
        source.connectTo(unfinished),
        session -> {
          FileIdentity.take(session);
          check(session);
        });
    bringToDisk(unfinished, StandardOpenOption.WRITE);
    goOn();
  }

  /** A step on a connection. */
  private interface Step {
    void on(Session session) throws SQLException;
  }

  private void during(Session session, Step step) throws SQLException {
    try {
      runs(session);
      goOn();
      step.on(session);
    } finally {
      runs(null);
      session.connection().close();
    }
  }

  private synchronized void runs(@Nullable Session session) {
    running = session;
  }

  private void check(Session copy) throws SQLException {
    List<String> found =
        copy.query("pragma integrity_check(3)", Session.Binder.NONE, Backup::lines);
    goOn();
    if (!found.equals(List.of("ok"))) {
      throw new StoreException(
          "a backup of "
              + source.name()
              + " to "
              + file
              + " is not sound ("
              + String.join("; ", found)
              + ") and was deleted; most likely the file itself is damaged, see pragma"
              + " integrity_check",
          null);
    }
  }

  private static List<String> lines(ResultSet rows) throws SQLException {
    List<String> lines = new ArrayList<>();
    while (rows.next()) {
      lines.add(rows.getString(1));
    }
    return lines;
  }

  private void publish() throws IOException {
    Files.move(unfinished(""), file);
    try {
      bringToDisk(directory, StandardOpenOption.READ);
    } catch (AccessDeniedException e) {
      // Windows opens no directories, and needs not be asked.
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static void bringToDisk(Path path, OpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private void delete(Throwable failure) {
    for (String part : PARTS) {
      try {
        Files.deleteIfExists(unfinished(part));
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
