package dev.crossfade.junit.app;

import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two databases of an application with its tables and without rows, made once and copied for
 * each test. Safe for use by many threads.
 */
final class Templates implements AutoCloseable {
  private static final String FILE = "app.db";

  private final CrossfadeSetup setup;
  private final Path directory;
  private final TestDatabase target;

  private Templates(CrossfadeSetup setup, Path directory, TestDatabase target) {
    this.setup = setup;
    this.directory = directory;
    this.target = target;
  }

  static Templates of(CrossfadeSetup setup) {
    Path directory = temporaryDirectory();
    TestDatabase target = TestPostgres.shared().newDatabase();
    Templates templates = new Templates(setup, directory, target);
    try {
      templates.create();
      return templates;
    } catch (RuntimeException | Error e) {
      templates.close();
      throw e;
    }
  }

  static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("crossfade-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void create() {
    Path file = directory.resolve(FILE);
    run("createLegacy", () -> setup.createLegacy(file));
    if (!Files.exists(file)) {
      throw new IllegalStateException(
          setup.getClass().getName() + ".createLegacy(…) has made no file " + file);
    }
    if (Files.exists(directory.resolve(FILE + "-wal"))) {
      throw new IllegalStateException(
          setup.getClass().getName()
              + ".createLegacy(…) has left a connection to the file open; close it");
    }
    run("createTarget", () -> setup.createTarget(target));
    try (Store store = setup.target(target)) {
      store.connect(); // which installs the library's own tables, once for all tests
    }
  }

  /** A part of the application's setup. */
  private interface Part {
    void run() throws Exception;
  }

  private void run(String method, Part part) {
    try {
      part.run();
    } catch (Exception e) {
      throw new IllegalStateException(
          setup.getClass().getName() + "." + method + "(…) failed: " + e.getMessage(), e);
    }
  }

  CrossfadeSetup setup() {
    return setup;
  }

  Path copyLegacy(Path into) {
    try {
      return Files.copy(directory.resolve(FILE), into.resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TestDatabase copyTarget() {
    return target.copy();
  }

  @Override
  public void close() {
    target.close();
    delete(directory);
  }

  static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
