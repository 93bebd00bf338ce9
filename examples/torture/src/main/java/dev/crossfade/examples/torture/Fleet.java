package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.ChildProcess.Answer;
import dev.crossfade.examples.torture.app.ChildOptions;
import dev.crossfade.examples.torture.history.HistoryWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * All child processes; each place is taken by one life after the other. Safe for use by many
 * threads.
 */
final class Fleet implements AutoCloseable {
  /** A JVM on a machine that does other things as well may take a minute to start. */
  private static final Duration START = Duration.ofMinutes(3);

  private static final Duration END = Duration.ofMinutes(1);

  private final Options options;
  private final Path folder;
  private final Databases databases;
  private final HistoryWriter history;
  private final SplittableRandom seeds;
  private final List<ChildProcess> children = new ArrayList<>();
  private final int[] lives;
  private final Thread atExit = new Thread(this::destroyAll, "torture-exit");
  private boolean working;

  Fleet(Options options, Path folder, Databases databases, HistoryWriter history) {
    this.options = options;
    this.folder = folder;
    this.databases = databases;
    this.history = history;
    this.seeds = new SplittableRandom(options.seed());
    this.lives = new int[options.children()];
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  int size() {
    return options.children();
  }

  /** Starts one after the other; they do not work yet. */
  void start() throws InterruptedException {
    for (int child = 0; child < size(); child++) {
      ChildProcess process = launch(child);
      synchronized (this) {
        children.add(process);
      }
      if (!process.awaitReady(START)) {
        throw new IllegalStateException(
            process.name() + " does not start; see its log in " + folder);
      }
    }
  }

  /** Lets all work, those that are started later too. */
  void work() throws InterruptedException {
    synchronized (this) {
      working = true;
    }
    for (int child = 0; child < size(); child++) {
      demand(child(child), "work");
    }
  }

  /** Has all work less; nobody is killed any more. */
  void ease() throws InterruptedException {
    for (int child = 0; child < size(); child++) {
      demand(child(child), "ease");
    }
  }

  /** Has all end their work; nobody is killed any more. */
  void rest() throws InterruptedException {
    for (int child = 0; child < size(); child++) {
      demand(child(child), "rest");
    }
  }

  private static void demand(ChildProcess child, String command) throws InterruptedException {
    Answer answer = child.ask(command, START);
    if (!answer.ok()) {
      throw new IllegalStateException(child.name() + " does not " + command + ": " + answer.text());
    }
  }

  synchronized ChildProcess child(int child) {
    return children.get(child);
  }

  /** Returns when nobody does anything any more that was ever asked for; all are to be there. */
  void awaitIdle(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    for (int child = 0; child < size(); child++) {
      while (!child(child).isIdle()) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              child(child).name()
                  + " does not end what it was asked for; see its log in "
                  + folder);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  void kill(int child) throws InterruptedException {
    child(child).kill(history);
  }

  /**
   * Starts it anew; again and again if it ends, as it may while the databases are out of reach.
   * Returns false if that is never so within the limit.
   */
  boolean restart(int child, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    do {
      ChildProcess process = launch(child);
      synchronized (this) {
        children.set(child, process);
      }
      if (process.awaitReady(START)) {
        if (isWorking()) {
          demand(process, "work");
        }
        return true;
      }
      process.kill(history);
    } while (System.nanoTime() < deadline);
    return false;
  }

  private synchronized boolean isWorking() {
    return working;
  }

  private synchronized ChildProcess launch(int child) {
    return ChildProcess.start(
        new ChildOptions(
            folder,
            child,
            lives[child]++,
            databases.urlOf(child),
            databases.user(),
            databases.legacy().addressOf(child),
            seeds.nextLong(),
            !options.faults(),
            options.wrapper()));
  }

  /** Ends all as an operator would; those that did not end by themselves. */
  List<String> end() throws InterruptedException {
    List<String> stuck = new ArrayList<>();
    for (int child = 0; child < size(); child++) {
      if (!child(child).end(history, END)) {
        stuck.add(child(child).name());
      }
    }
    return stuck;
  }

  private synchronized void destroyAll() {
    children.forEach(ChildProcess::destroy);
  }

  @Override
  public void close() {
    destroyAll();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the JVM is ending
    }
  }
}
