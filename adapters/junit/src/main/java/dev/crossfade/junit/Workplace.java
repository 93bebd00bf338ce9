package dev.crossfade.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The directory under {@code java.io.tmpdir} in which the JVMs of one user keep their servers and
 * find each other's.
 *
 * <pre>
 * crossfade-postgres-USER/
 *   files.lock, starting.lock       see {@link Lock}; never deleted
 *   PG-DIGEST/                      unpacked binaries, and a data directory to copy
 *   shared-PID-KIND/, own-PID-N/    one server each: {@link Claim}
 * </pre>
 *
 * <p>Whether the JVM that answers for a server still lives is asked of a file lock, not of a
 * process id: the operating system releases the lock however the JVM ends, and gives the id to
 * somebody else.
 */
final class Workplace {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Path DISK = Path.of("/tmp");
  private static final long ROOM_FOR_A_SERVER = 2L << 30;
  private static final String ALIVE = "alive.lock";
  private static final String OWN_PID = "-" + ProcessHandle.current().pid() + "-";

  private Workplace() {}

  /** Where it is; created if needed. */
  static Path directory() {
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_");
    Path directory = root().resolve("crossfade-postgres-" + user);
    try {
      return Files.createDirectories(directory.toAbsolutePath());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot keep the tests' PostgreSQL in " + directory + ": set -Djava.io.tmpdir", e);
    }
  }

  /** Whether what is written there stays in memory. */
  static boolean isInMemory() {
    return root().equals(MEMORY);
  }

  /** In containers memory is often too small for a server; its total is the same for every JVM. */
  private static Path root() {
    Path root = Path.of(System.getProperty("java.io.tmpdir"));
    return root.equals(MEMORY) && root.toFile().getTotalSpace() < ROOM_FOR_A_SERVER ? DISK : root;
  }

  /** What JVMs of one user do one after the other; each blocks threads and processes alike. */
  enum Lock {
    /** Unpacking, initialising, claiming a directory and sweeping: short but for the first time. */
    FILES("files.lock"),
    /** Held by who starts the shared server until it answers. FILES may be taken inside. */
    STARTING("starting.lock");

    private final String file;

    Lock(String file) {
      this.file = file;
    }

    <T> T hold(Supplier<T> work) {
      // The monitor first: within one JVM a file lock throws where it should wait.
      synchronized (this) {
        try (FileChannel channel = open(directory().resolve(file))) {
          channel.lock(); // until the channel is closed
          return work.get();
        } catch (IOException e) {
          throw new UncheckedIOException("cannot lock " + directory().resolve(file), e);
        }
      }
    }
  }

  /**
   * A directory that belongs to this JVM until it is released or the JVM ends in whatever way.
   * Whoever finds it afterwards may delete it.
   */
  record Claim(Path directory, FileChannel alive) {
    /** Deletes it. What cannot be deleted is left to the next sweep. */
    void release() {
      delete(directory);
      closeQuietly(alive);
    }
  }

  /** Claims a new directory of that name, empty but for the lock. FILES is held. */
  static Claim claim(String name) {
    Path directory = directory().resolve(name);
    if (isClaimed(name)) {
      throw new IllegalStateException(directory + " belongs to another process");
    }
    delete(directory);
    try {
      Files.createDirectories(directory);
      FileChannel alive = open(directory.resolve(ALIVE));
      alive.lock();
      return new Claim(directory, alive);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot claim " + directory, e);
    }
  }

  /**
   * Whether another JVM holds the claim of that name. Asks with a shared lock, for several may ask
   * at once, and from one thread at a time, for within a JVM even shared locks exclude each other.
   */
  static synchronized boolean isClaimed(String name) {
    Path alive = directory().resolve(name).resolve(ALIVE);
    try (FileChannel channel = FileChannel.open(alive, StandardOpenOption.READ)) {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      return lock == null;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + alive, e);
    }
  }

  /**
   * Stops the servers and deletes the directories of JVMs that ended without doing so. FILES is
   * held.
   *
   * @param home binaries to stop them with
   */
  static void sweep(Path home) {
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(directory(), "{own,shared}-*-*")) {
      for (Path each : claims) {
        String name = String.valueOf(each.getFileName());
        // This JVM's own are left out by name: on POSIX, to open and close a locked file once more
        // in the process that locked it gives the lock away.
        if (Files.isDirectory(each) && !name.contains(OWN_PID) && !isClaimed(name)) {
          PostgresServer.stopLeftover(home, each.resolve(PostgresServer.DATA));
          delete(each);
          delete(ownerLog(name));
        }
      }
      sweepLogs();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look through " + directory(), e);
    }
  }

  /** An owner that could not start leaves its log, for a day. */
  private static void sweepLogs() throws IOException {
    FileTime yesterday = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory(), "shared-*.log")) {
      for (Path each : logs) {
        if (Files.getLastModifiedTime(each).compareTo(yesterday) < 0) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  /** Where the process that owns the shared server of that name writes what happens to it. */
  static Path ownerLog(String name) {
    return directory().resolve(name + ".log");
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** Deletes a tree as far as it can be; what is not there is not missed. */
  static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(tree)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      // A server that is just ending may still create files. The next sweep finds the rest.
      return;
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
