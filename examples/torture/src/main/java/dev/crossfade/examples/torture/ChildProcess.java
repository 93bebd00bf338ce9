package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.app.Child;
import dev.crossfade.examples.torture.app.ChildOptions;
import dev.crossfade.examples.torture.history.HistoryWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** One life of a child process, as the driver sees it. Safe for use by many threads. */
final class ChildProcess {
  private final ChildOptions options;
  private final Process process;
  private final Writer commands;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<String, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();

  /** What it was asked and has not answered, also where nobody waits for the answer any more. */
  private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

  private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
  private final Thread reader;
  private volatile boolean gone;

  private ChildProcess(ChildOptions options, Process process) {
    this.options = options;
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.reader = new Thread(this::read, "torture-" + options.name());
    reader.start();
  }

  static ChildProcess start(ChildOptions options) {
    Path log = options.folder().resolve(options.name() + ".log");
    Path errors = options.folder().resolve(options.name() + ".err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Djava.io.tmpdir=" + options.folder());
    command.add("-Dtorture.log=" + log);
    command.addAll(options.arguments());
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", System.getProperty("surefire.test.class.path", classPath)));
    command.add(Child.class.getName());
    try {
      return new ChildProcess(
          options, new ProcessBuilder(command).redirectError(errors.toFile()).start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + options.name(), e);
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(Child.READY)) {
          ready.complete(true);
        } else {
          String[] words = line.split(" ", 2);
          unanswered.remove(words[0]);
          CompletableFuture<String> answer = waiting.remove(words[0]);
          if (answer != null) {
            answer.complete(words[1]);
          }
        }
      }
    } catch (IOException e) {
      // it is gone
    }
    gone = true;
    ready.complete(false);
    waiting.values().forEach(answer -> answer.complete("failed it is gone"));
  }

  int child() {
    return options.child();
  }

  String name() {
    return options.name();
  }

  boolean isGone() {
    return gone;
  }

  long pid() {
    return process.pid();
  }

  /** Whether it works within that time. */
  boolean awaitReady(Duration limit) throws InterruptedException {
    try {
      return ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  boolean isReady() {
    return ready.getNow(false) && !gone;
  }

  /** Whether it does nothing any more that it was asked for. */
  boolean isIdle() {
    return gone || unanswered.isEmpty();
  }

  /** Has it do something, and waits for its answer. */
  Answer ask(String command, Duration limit) throws InterruptedException {
    String number = String.valueOf(numbers.incrementAndGet());
    CompletableFuture<String> answer = new CompletableFuture<>();
    waiting.put(number, answer);
    if (gone) {
      return Answer.none("it is gone");
    }
    try {
      unanswered.add(number);
      send(number + " " + command + "\n");
      return Answer.of(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      return Answer.none("it is gone");
    } catch (TimeoutException e) {
      return Answer.none("no answer to " + command + " within " + limit.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      waiting.remove(number);
    }
  }

  private synchronized void send(String line) throws IOException {
    commands.write(line);
    commands.flush();
  }

  /**
   * What it said.
   *
   * @param ok whether it was done
   * @param refused whether it was a move that was refused
   * @param text what it came to, or why it did not
   */
  record Answer(boolean ok, boolean refused, String text) {
    private static Answer of(String said) {
      return new Answer(
          said.startsWith("ok "),
          said.startsWith("refused "),
          said.substring(said.indexOf(' ') + 1));
    }

    private static Answer none(String why) {
      return new Answer(false, false, why);
    }
  }

  /** As kill -9 does; returns when it is gone, and has written its death down. */
  void kill(HistoryWriter history) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    reader.join();
    history.died(options.child(), options.life());
  }

  /** Lets it end by itself; whether it did. */
  boolean end(HistoryWriter history, Duration limit) throws InterruptedException {
    try {
      commands.close();
    } catch (IOException e) {
      // it is gone
    }
    boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    int status = ended ? process.exitValue() : -1;
    kill(history);
    return status == 0;
  }

  /** For the end of the driver, in whatever way. */
  void destroy() {
    process.destroyForcibly();
  }

  /** Stops it, or lets it go on, between any two of its instructions. */
  void signal(String name) throws InterruptedException {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      kill.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run kill", e);
    }
  }
}
