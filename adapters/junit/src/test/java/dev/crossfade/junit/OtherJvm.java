package dev.crossfade.junit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM beside the test's: another fork of surefire, or the Maven above several. */
final class OtherJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;

  private OtherJvm(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** What it can do; a command a line on its standard input, an answer a line on the output. */
  public static void main(String[] arguments) throws IOException {
    Path files = Path.of(arguments[0]);
    try (BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String command = commands.readLine(); command != null; command = commands.readLine()) {
        System.out.println(answer(files, command));
      }
    }
  }

  private static String answer(Path files, String command) throws IOException {
    String[] words = command.split(" ", 2);
    return switch (words[0]) {
      case "shared" -> TestPostgres.shared().toString();
      case "own" -> TestPostgres.start(Path.of(words[1])).newDatabase().jdbcUrl();
      case "temporary" -> TestPostgres.start().log().toString();
      case "container" ->
          failure(() -> SharedPostgres.findOrStart(PostgresOwner.container(words[1])));
      // As surefire does it: java under a shell under java.
      case "fork" -> {
        try (OtherJvm fork = start(files, "/bin/sh", "-c", "\"$0\" \"$@\"; exit $?")) {
          yield fork.ask(words[1]);
        }
      }
      default -> throw new IllegalArgumentException(command);
    };
  }

  private static String failure(Runnable work) {
    try {
      work.run();
      return "";
    } catch (IllegalStateException e) {
      return e.getMessage().replace('\n', ' ');
    }
  }

  /**
   * Starts one.
   *
   * @param files its java.io.tmpdir: JVMs with another do not know of each other
   */
  static OtherJvm start(Path files, String... shell) throws IOException {
    shareBinaries(files);
    List<String> command = new ArrayList<>(List.of(shell));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + files));
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("crossfade.test.")) {
        command.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", classPath)));
    command.addAll(List.of(OtherJvm.class.getName(), files.toString()));
    return new OtherJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Unpacking and initialising take longer than all the rest. */
  private static void shareBinaries(Path files) throws IOException {
    if (files.equals(Path.of(System.getProperty("java.io.tmpdir")))) {
      return; // they are its own already
    }
    // Initialises where it is locked: in the other's directory others would do it at once with it.
    TestPostgres.shared();
    Path binaries = Workplace.Lock.FILES.hold(PostgresBinaries::unpacked);
    Path home = Files.createDirectories(files.resolve(binaries.getParent().getFileName()));
    Path link = home.resolve(binaries.getFileName());
    if (Files.notExists(link)) {
      Files.createSymbolicLink(link, binaries);
    }
  }

  /** Has it do something; returns its answer. */
  String ask(String command) throws IOException {
    tell(command);
    return answer();
  }

  /** Has it do something without waiting for the answer. */
  void tell(String command) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(command).append('\n').flush();
  }

  /** The next answer. */
  String answer() throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (!line.contains(" DEBUG ") && !line.contains(" INFO ")) { // a logging backend's
        return line;
      }
    }
    throw new IOException("the other JVM has ended without an answer");
  }

  /** As kill -9 does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Lets it end by itself. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }
}
