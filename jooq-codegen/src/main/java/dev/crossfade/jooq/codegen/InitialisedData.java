package dev.crossfade.jooq.codegen;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A data directory as {@code initdb} makes it, made once on a machine for the PostgreSQL that Maven
 * brought and copied from then on: that takes a fraction of the time.
 */
final class InitialisedData {
  /** A digest of PostgreSQL's archive follows; to be renamed when the locale changes. */
  private static final String NAME = "initialised-1-";

  private InitialisedData() {}

  /**
   * Makes a data directory for a server that is to be started on it.
   *
   * @param data does not exist yet, and belongs to the caller
   * @param shared a folder in which to find one to copy; left there if there is none
   * @param wait how long a server on new data may take to start
   */
  static void make(Path data, Path shared, Duration wait) throws IOException {
    Path original = shared.resolve(NAME + archive());
    if (Files.isDirectory(original) || initialise(data, original, wait)) {
      copy(original, data);
    }
  }

  /** Whether {@code data} became the original: nobody else has been faster. */
  private static boolean initialise(Path data, Path original, Duration wait) throws IOException {
    EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setPGStartupWait(wait)
        // The machine's language may be one that PostgreSQL does not find installed.
        .setLocaleConfig("locale", "C")
        .start()
        .close();
    awaitStopped(data, wait);
    try {
      Files.createDirectories(original.getParent());
      Files.move(data, original, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      if (Files.isDirectory(original)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Closing gives it five seconds and tells nobody if it takes longer. To copy what it still writes
   * to would spoil every later run.
   */
  private static void awaitStopped(Path data, Duration wait) throws IOException {
    Path pid = data.resolve("postmaster.pid");
    try {
      ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).strip()))
          .ifPresent(
              server -> server.onExit().orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS).join());
    } catch (NoSuchFileException e) {
      return; // it has stopped
    } catch (CompletionException e) {
      throw new IOException("a server on new data did not stop within " + wait, e);
    }
    if (Files.exists(pid)) {
      throw new IOException("a server on new data died instead of stopping; try again");
    }
  }

  /** With owners and permissions: the server insists on them. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      List<Path> parentsFirst = walk.toList();
      for (Path each : parentsFirst) {
        Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Which PostgreSQL this is; the archive is the one that EmbeddedPostgres takes. */
  private static String archive() throws IOException {
    String name = System.getProperty("os.name");
    String lower = name.toLowerCase(Locale.ROOT);
    String system =
        lower.startsWith("windows") ? "Windows" : lower.startsWith("mac") ? "Darwin" : name;
    String machine = System.getProperty("os.arch");
    try (InputStream archive =
        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
            system, machine.equals("amd64") ? "x86_64" : machine)) {
      return Fingerprint.of(archive.readAllBytes()).substring(0, 16);
    }
  }
}
