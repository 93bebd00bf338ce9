package dev.crossfade.junit;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks the PostgreSQL that Maven brought (io.zonky.test.postgres), once for a machine's user.
 *
 * <p>Only zonky's archives and its choice among them are used. Its EmbeddedPostgres can neither
 * stop a server as a crash would, nor start one again on the same data in the same JVM, nor, where
 * a container forbids user namespaces, run as root.
 */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /** The directory with {@code bin}, {@code lib} and {@code share}. FILES is held. */
  static Path unpacked() {
    try (InputStream archive =
        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), machine())) {
      byte[] bytes = archive.readAllBytes();
      Path home = Workplace.directory().resolve("PG-" + digest(bytes));
      if (!Files.isDirectory(home)) {
        unpack(bytes, home);
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot unpack PostgreSQL into " + Workplace.directory() + ": set -Djava.io.tmpdir", e);
    }
  }

  /** All or nothing: the name appears when everything is there. */
  private static void unpack(byte[] archive, Path home) throws IOException {
    Path unfinished = home.resolveSibling(home.getFileName() + ".unfinished");
    Workplace.delete(unfinished);
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, unfinished.resolve(entry.getName()).normalize());
      }
    }
    Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(tar, target);
      if ((entry.getMode() & 0111) != 0 && !target.toFile().setExecutable(true, false)) {
        throw new IOException("cannot make " + target + " executable: mounted noexec?");
      }
    } else {
      throw new IOException("unexpected entry in the archive: " + entry.getName());
    }
  }

  private static String system() {
    String name = System.getProperty("os.name");
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith("windows") ? "Windows" : lower.startsWith("mac") ? "Darwin" : name;
  }

  private static String machine() {
    String name = System.getProperty("os.arch");
    return name.equals("amd64") ? "x86_64" : name;
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
