package dev.crossfade.jooq.codegen;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that lives as long as this object, or as the JVM if that is shorter.
 *
 * <p>A killed JVM cannot stop its server. So every server has a folder and, beside it, a file that
 * its JVM holds locked; the operating system lets go of the lock when the JVM dies. Whoever starts
 * a server first clears away those whose lock is free. The name of the file begins with the process
 * id: a JVM must not open its own lock files a second time, because closing one of them would
 * release the lock.
 */
final class ThrowAwayPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ThrowAwayPostgres.class);
  private static final Duration STOP_WAIT = Duration.ofSeconds(10);
  private static final int STOP_ATTEMPTS = 3;
  private static final String LOCK = ".lock";

  private final Path folder;
  private final FileChannel lock;
  private final EmbeddedPostgres server;

  private ThrowAwayPostgres(Path folder, FileChannel lock, EmbeddedPostgres server) {
    this.folder = folder;
    this.lock = lock;
    this.server = server;
  }

  /**
   * Starts one, empty.
   *
   * @throws CodegenException if it does not answer within {@code wait}
   */
  static ThrowAwayPostgres start(Duration wait) {
    return start(wait, home());
  }

  static ThrowAwayPostgres start(Duration wait, Path home) {
    try {
      Files.createDirectories(home);
      clearAbandoned(home);
      Path folder = home.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID());
      FileChannel lock = lock(folder);
      return start(wait, folder, lock);
    } catch (IOException e) {
      throw new CodegenException("no folder for a throw-away PostgreSQL in " + home + ": " + e, e);
    }
  }

  private static ThrowAwayPostgres start(Duration wait, Path folder, FileChannel lock) {
    Path data = folder.resolve("data");
    EmbeddedPostgres server = null;
    try {
      Files.createDirectories(folder.resolve("scratch"));
      InitialisedData.make(data, home(), wait);
      server =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPGStartupWait(wait)
              .setServerConfig("autovacuum", "off")
              .start();
      requireOwn(server, data);
      return new ThrowAwayPostgres(folder, lock, server);
    } catch (IOException | SQLException | RuntimeException e) {
      stop(server, folder);
      release(folder, lock);
      throw new CodegenException(
          "the throw-away PostgreSQL did not start (waited up to "
              + wait.toSeconds()
              + " s; a busy machine may need a longer start wait): "
              + e.getMessage(),
          e);
    }
  }

  /** One home per user: a server's files belong to who started it. */
  private static Path home() {
    String user = System.getProperty("user.name", "unknown").replaceAll("[^A-Za-z0-9_.-]", "_");
    return Path.of(System.getProperty("java.io.tmpdir"), "crossfade-codegen-" + user);
  }

  /** Ports are found free and then taken, by whoever is first: make sure that it was us. */
  private static void requireOwn(EmbeddedPostgres server, Path data)
      throws SQLException, IOException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("show data_directory")) {
      if (!rows.next() || !Files.isSameFile(Path.of(rows.getString(1)), data)) {
        throw new IOException("its port was taken by another server; try again");
      }
    }
  }

  /** The database, empty at first. */
  DataSource dataSource() {
    return server.getPostgresDatabase();
  }

  /** A folder for files that are thrown away with the server. */
  Path scratch() {
    return folder.resolve("scratch");
  }

  /** Stops the server and deletes its files. */
  @Override
  public void close() {
    stop(server, folder);
    release(folder, lock);
  }

  private static void stop(@Nullable EmbeddedPostgres server, Path folder) {
    if (server != null) {
      try {
        server.close();
      } catch (IOException | RuntimeException e) {
        LOG.debug("The server in {} did not stop by itself", folder, e);
      }
    }
    endProcesses(folder.resolve("data"));
  }

  /**
   * Ends whatever works in {@code data}: the server, or the tool that is still starting it. Looked
   * for until there is nothing, because that tool may just have begotten the server.
   */
  private static void endProcesses(Path data) {
    List<ProcessHandle> processes = processes(data);
    for (int attempt = 0; !processes.isEmpty() && attempt < STOP_ATTEMPTS; attempt++) {
      processes.forEach(ProcessHandle::destroy);
      processes.stream().filter(p -> !ended(p)).forEach(ProcessHandle::destroyForcibly);
      processes = processes(data);
    }
    if (!processes.isEmpty()) {
      LOG.warn("Processes {} in {} do not end", processes, data);
    }
  }

  private static List<ProcessHandle> processes(Path data) {
    return Stream.concat(
            ProcessHandle.allProcesses().filter(process -> worksIn(process, data)),
            postmasterOnWindows(data).stream())
        .toList();
  }

  /** The folder's name is random, so who has it on the command line has nothing else to do. */
  private static boolean worksIn(ProcessHandle process, Path data) {
    return process.info().commandLine().filter(line -> line.contains(data.toString())).isPresent();
  }

  /** Windows shows no command lines; there the server's own note of its process id must do. */
  private static Optional<ProcessHandle> postmasterOnWindows(Path data) {
    try {
      String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip();
      return ProcessHandle.of(Long.parseLong(pid))
          .filter(process -> process.info().commandLine().isEmpty())
          .filter(
              process -> process.info().command().filter(c -> c.contains("postgres")).isPresent());
    } catch (IOException | RuntimeException e) {
      LOG.trace("No postmaster in {}", data, e);
      return Optional.empty();
    }
  }

  private static boolean ended(ProcessHandle process) {
    try {
      process.onExit().get(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("Process {} has not ended", process.pid(), e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The file gets its name once it is locked, so that who sees it never finds it free too early.
   */
  private static FileChannel lock(Path folder) throws IOException {
    Path unnamed = beside(folder, ".new");
    FileChannel channel =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      channel.lock();
      Files.move(unnamed, beside(folder, LOCK), StandardCopyOption.ATOMIC_MOVE);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void release(Path folder, FileChannel lock) {
    try (lock) {
      delete(folder);
      Files.deleteIfExists(beside(folder, LOCK));
    } catch (IOException e) {
      LOG.warn("{} could not be deleted; the next run tries again", folder, e);
    }
  }

  private static void clearAbandoned(Path home) throws IOException {
    String own = ProcessHandle.current().pid() + "-";
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(home, "*" + LOCK)) {
      for (Path file : locks) {
        String name = file.getFileName().toString();
        if (!name.startsWith(own)) {
          clearIfAbandoned(file, home.resolve(name.substring(0, name.length() - LOCK.length())));
        }
      }
    }
  }

  private static void clearIfAbandoned(Path file, Path folder) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        LOG.info("Clearing away {}, whose JVM was killed", folder);
        endProcesses(folder.resolve("data"));
        delete(folder);
        Files.deleteIfExists(file);
      }
    } catch (IOException | OverlappingFileLockException e) {
      LOG.debug("{} stays for now", folder, e);
    }
  }

  private static Path beside(Path folder, String suffix) {
    return folder.resolveSibling(folder.getFileName() + suffix);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
