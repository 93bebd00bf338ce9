package dev.crossfade.junit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server that the JVMs of a build share, and has it started if there is none.
 *
 * <p>A server is found under the process id of an ancestor. Whoever starts one publishes it under
 * the nearest java process above, or under itself if there is none: Maven, for all the JVMs that
 * surefire forks through a shell. A JVM that a test starts has that test's JVM above it and Maven
 * above that; so whoever looks looks at itself and at all of them.
 */
final class SharedPostgres {
  private static final String PUBLISHED = "server.properties";
  private static final String OWNER_PID = "owner.pid";

  /** Pulling an image takes minutes on a slow line. */
  private static final Duration LONGEST_START = Duration.ofMinutes(10);

  private static final Duration LONGEST_END = Duration.ofMinutes(1);

  private SharedPostgres() {}

  /**
   * The server of that kind.
   *
   * @throws IllegalStateException if it does not start; what its owner said is in the message
   */
  static PostgresAddress findOrStart(String kind) {
    List<Long> above = javaProcessesAbove();
    long self = ProcessHandle.current().pid();
    long build = above.isEmpty() ? self : above.get(0);
    List<Long> all = Stream.concat(Stream.of(self), above.stream()).toList();
    PostgresAddress running = find(all, kind);
    return running != null
        ? running
        : Workplace.Lock.STARTING.hold(
            () -> {
              PostgresAddress started = find(all, kind);
              return started != null ? started : start(build, kind);
            });
  }

  /** The directory of the server that a build shares. */
  static String name(long build, String kind) {
    return "shared-" + build + "-" + kind.replaceAll("[^A-Za-z0-9.]", "_");
  }

  /** The nearest first. */
  private static List<Long> javaProcessesAbove() {
    return Stream.iterate(
            ProcessHandle.current().parent(),
            Optional::isPresent,
            process -> process.flatMap(ProcessHandle::parent))
        .flatMap(Optional::stream)
        .filter(SharedPostgres::isJava)
        .map(ProcessHandle::pid)
        .toList();
  }

  private static boolean isJava(ProcessHandle process) {
    String program =
        process
            .info()
            .command()
            .map(command -> String.valueOf(Path.of(command).getFileName()))
            .orElse("")
            .toLowerCase(Locale.ROOT);
    return program.matches("javaw?(\\.exe)?");
  }

  /** A server published under one of them whose owner lives and which accepts connections. */
  private static @Nullable PostgresAddress find(List<Long> builds, String kind) {
    for (long build : builds) {
      String name = name(build, kind);
      if (Workplace.isClaimed(name)) {
        PostgresAddress address = PostgresAddress.from(published(name));
        if (address != null && address.answers()) {
          return address;
        }
      }
    }
    return null;
  }

  private static Properties published(String name) {
    Properties properties = new Properties();
    Path file = Workplace.directory().resolve(name).resolve(PUBLISHED);
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return properties;
    } catch (NoSuchFileException e) {
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /**
   * Makes a server findable; seen as a whole or not at all.
   *
   * @param address null while it is not known: then only its owner can be found
   */
  static void publish(Path directory, @Nullable PostgresAddress address) {
    Properties properties = address == null ? new Properties() : address.toProperties();
    properties.setProperty(OWNER_PID, String.valueOf(ProcessHandle.current().pid()));
    Path unfinished = directory.resolve(PUBLISHED + ".unfinished");
    try {
      try (Writer writer = Files.newBufferedWriter(unfinished)) {
        properties.store(writer, null);
      }
      Files.move(unfinished, directory.resolve(PUBLISHED), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot publish the server in " + directory, e);
    }
  }

  /**
   * Ends an owner without a server: that has died, or the JVM that had it started was killed before
   * it answered; for nobody else starts one while we hold STARTING. One that was killed itself has
   * let go of its claim, and the next owner sweeps.
   */
  private static void endOwner(String name) {
    String pid = published(name).getProperty(OWNER_PID, "");
    Optional<ProcessHandle> owner =
        pid.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
    try {
      owner.ifPresent(ProcessHandle::destroy);
      owner.ifPresent(
          each -> each.onExit().orTimeout(LONGEST_END.toSeconds(), TimeUnit.SECONDS).join());
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "process " + pid + " owns a PostgreSQL that does not answer, and does not end: kill it",
          e);
    }
  }

  private static PostgresAddress start(long build, String kind) {
    String name = name(build, kind);
    if (Workplace.isClaimed(name)) {
      endOwner(name);
    }
    String answer = spawnOwner(build, kind, name);
    PostgresAddress address = PostgresAddress.from(published(name));
    if (!answer.equals(PostgresOwner.READY) || address == null) {
      throw new IllegalStateException(
          "no PostgreSQL for tests ("
              + kind
              + "; or give one with -D"
              + TestPostgres.URL_PROPERTY
              + "=jdbc:postgresql://host/postgres?user=…): "
              + answer
              + "\nIts log: "
              + Workplace.ownerLog(name));
    }
    return address;
  }

  /** Returns when the server answers or has failed; what the owner printed. */
  private static String spawnOwner(long build, String kind, String name) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It unpacks, starts a process and waits: small and quick to start.
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    command.addAll(List.of("-cp", classPath(), PostgresOwner.class.getName()));
    command.addAll(List.of(String.valueOf(build), kind));
    try {
      Process owner =
          new ProcessBuilder(command)
              .directory(Workplace.directory().toFile())
              .redirectError(Workplace.ownerLog(name).toFile())
              .start();
      CompletableFuture<Void> limit =
          CompletableFuture.runAsync(
              owner::destroyForcibly,
              CompletableFuture.delayedExecutor(LONGEST_START.toSeconds(), TimeUnit.SECONDS));
      // The owner outlives us and closes its output once it has answered.
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(owner.getInputStream(), StandardCharsets.UTF_8))) {
        return reader.lines().collect(Collectors.joining("\n"));
      } finally {
        limit.cancel(false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.get(0), e);
    }
  }

  /**
   * The class path of the owner. It outlives this JVM, so surefire's jar with nothing but a
   * manifest, deleted when its fork ends, will not do.
   */
  private static String classPath() {
    ClassLoader loader = SharedPostgres.class.getClassLoader();
    String given =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Stream<String> entries =
        loader == ClassLoader.getSystemClassLoader() || !(loader instanceof URLClassLoader urls)
            ? Arrays.stream(given.split(File.pathSeparator))
            : Arrays.stream(urls.getURLs()).map(SharedPostgres::file); // a Maven plugin's
    return entries
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String file(URL url) {
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("not a file: " + url, e);
    }
  }
}
