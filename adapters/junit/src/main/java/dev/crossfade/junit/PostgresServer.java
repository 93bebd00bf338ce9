package dev.crossfade.junit;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One data directory and the server on it, driven by {@code initdb} and {@code pg_ctl}.
 *
 * <p>Not thread-safe: one caller at a time.
 */
final class PostgresServer {
  /** The name of a data directory within a claimed one. */
  static final String DATA = "data";

  static final String SUPERUSER = "postgres";

  /** In the directory of the binaries; to be renamed when the options of initdb change. */
  private static final String INITIALISED = "initialised-1";

  private static final int WAIT_SECONDS = 300;
  private static final int LOG_LINES_SHOWN = 20;

  /** Clocks of the kernel and of the server need not agree to the second. */
  private static final Duration SAME_START = Duration.ofSeconds(30);

  private final Path home;
  private final Path data;
  private final int port;

  private PostgresServer(Path home, Path data, int port) {
    this.home = home;
    this.data = data;
    this.port = port;
  }

  /**
   * A server that is not started yet. FILES is held.
   *
   * @param data initialised if it is not there or is empty, used as it is otherwise
   * @param durable whether a commit survives a crash of the machine; of the server it always does
   */
  static PostgresServer on(Path home, Path data, boolean durable) {
    PostgresServer server = new PostgresServer(home, data, Ports.free());
    if (!Files.exists(data.resolve("PG_VERSION"))) {
      server.initialise(durable);
    }
    return server;
  }

  /** Where it reports errors. In the data directory, the one place its user may write to. */
  Path log() {
    return data.resolve("postgres.log");
  }

  PostgresAddress address() {
    return new PostgresAddress("127.0.0.1", port, "postgres", "", SUPERUSER, "postgres");
  }

  private void initialise(boolean durable) {
    try {
      copy(initialised(), data);
      Files.writeString(
          data.resolve("postgresql.conf"), settings(durable), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create the data directory " + data, e);
    }
  }

  /**
   * What {@code initdb} makes, made once for these binaries and copied from then on: that takes a
   * fraction of the time. All or nothing: the name appears when everything is there. Servers copied
   * from it have one system identifier.
   */
  private Path initialised() throws IOException {
    Path initialised = home.resolve(INITIALISED);
    if (!Files.isDirectory(initialised)) {
      Path unfinished = home.resolve(INITIALISED + ".unfinished");
      Workplace.delete(unfinished);
      Files.createDirectories(unfinished);
      giveToServerUser(unfinished);
      initdb(unfinished);
      Files.move(unfinished, initialised, StandardCopyOption.ATOMIC_MOVE);
    }
    return initialised;
  }

  private void initdb(Path directory) {
    List<String> command = new ArrayList<>(List.of("-D", directory.toString()));
    command.addAll(List.of("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C"));
    if (majorVersion() >= 15) {
      // Text sorts as in production, where it is rarely in byte order.
      command.addAll(List.of("--locale-provider=icu", "--icu-locale=en-US"));
    }
    command.add("--no-sync");
    run("initdb", command);
  }

  /**
   * With owners and permissions: the server insists on them.
   *
   * @param to missing or empty
   */
  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path each : walk.toList()) {
        Files.copy(
            each,
            to.resolve(from.relativize(each)),
            StandardCopyOption.COPY_ATTRIBUTES,
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Whatever makes a test's result or its time differ from production's stays at its default. */
  private static String settings(boolean durable) {
    return """

        listen_addresses = '127.0.0.1'
        unix_socket_directories = ''
        max_connections = 400
        shared_buffers = 64MB
        fsync = %1$s
        synchronous_commit = %1$s
        full_page_writes = %1$s
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_min_messages = warning
        log_min_error_statement = error
        log_line_prefix = '%%m [%%p] %%d '
        """
        .formatted(durable ? "on" : "off");
  }

  /** Returns when it answers. */
  void start() {
    List<String> command = new ArrayList<>(List.of("-D", data.toString(), "-l", log().toString()));
    command.addAll(List.of("-o", "-p " + port, "-w", "-t", String.valueOf(WAIT_SECONDS), "start"));
    run("pg_ctl", command);
  }

  /** Ends every process of it at once, as a crash would; returns when they are gone. */
  void stopImmediately() {
    run("pg_ctl", stopCommand(data));
  }

  private static List<String> stopCommand(Path data) {
    List<String> command = new ArrayList<>(List.of("-D", data.toString(), "-m", "immediate"));
    command.addAll(List.of("-w", "-t", String.valueOf(WAIT_SECONDS), "stop"));
    return command;
  }

  /**
   * Stops the server that a killed JVM left on a data directory, if there is one.
   *
   * @param data need not exist
   */
  static void stopLeftover(Path home, Path data) {
    if (isRunning(data)) {
      new PostgresServer(home, data, 0).stopImmediately();
    }
  }

  /** Whether the process that {@code postmaster.pid} names is still the one that wrote it. */
  private static boolean isRunning(Path data) {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      Instant written = Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip()));
      return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
          .map(ProcessHandle::info)
          .filter(process -> isServer(process, data, written))
          .isPresent();
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      return false; // none, or one that never got as far as listening
    }
  }

  /** By its command line; where there is none to see, as on Windows, by when it started. */
  private static boolean isServer(ProcessHandle.Info process, Path data, Instant started) {
    return process
        .commandLine()
        .map(line -> line.contains(data.toString()))
        .or(() -> process.startInstant().map(start -> isSame(start, started)))
        .orElse(false);
  }

  private static boolean isSame(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(SAME_START) < 0;
  }

  private int majorVersion() {
    String answer = run("postgres", List.of("--version"));
    String version = answer.replaceFirst(".*?(\\d+)(?s:.*)", "$1");
    return Integer.parseInt(version);
  }

  private String run(String program, List<String> arguments) {
    List<String> command = asServerUser(home.resolve("bin").resolve(program).toString(), arguments);
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      process.getOutputStream().close();
      String output;
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        output = reader.lines().collect(Collectors.joining("\n"));
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + " ended with " + status + ":\n" + output + endOfLog());
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + program, e);
    }
  }

  private String endOfLog() throws IOException {
    try {
      List<String> lines = Files.readAllLines(log());
      int from = Math.max(0, lines.size() - LOG_LINES_SHOWN);
      return "\n" + log() + ":\n" + String.join("\n", lines.subList(from, lines.size()));
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /**
   * PostgreSQL refuses to run as root. Then it runs in a user namespace without one, as zonky does,
   * or, where a container forbids that, as nobody.
   */
  private List<String> asServerUser(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (LinuxUtils.isUnshareAvailable()) {
      command.addAll(List.of("unshare", "-U"));
    } else if (isRoot()) {
      command.addAll(List.of("su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--", "nobody"));
    }
    command.add(program);
    command.addAll(arguments);
    return command;
  }

  private void giveToServerUser(Path directory) throws IOException {
    if (!LinuxUtils.isUnshareAvailable() && isRoot()) {
      Files.setOwner(
          directory,
          directory
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByName("nobody"));
    }
  }

  /** Whether files of this process belong to root; there is none on Windows. */
  private boolean isRoot() {
    try {
      return home.getFileSystem().supportedFileAttributeViews().contains("unix")
          && Integer.valueOf(0).equals(Files.getAttribute(Workplace.directory(), "unix:uid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
