package dev.crossfade.examples.torture.app;

import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.HistoryWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One process of the application. Takes commands from its standard input, a line each, {@code
 * NUMBER COMMAND ARGUMENT}, and answers {@code NUMBER ok TEXT}, {@code NUMBER failed TEXT} or, to a
 * move, {@code NUMBER refused TEXT}, when it is done; several may be under way. When its standard
 * input ends, so does it.
 */
public final class Child {
  /** What it says when it works. */
  public static final String READY = "ready";

  private static final int COMMANDS_AT_ONCE = 4;

  private Child() {}

  /** See the class; options come as system properties. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    ChildOptions options = ChildOptions.given();
    ExecutorService executor = Executors.newFixedThreadPool(COMMANDS_AT_ONCE);
    HistoryWriter history =
        new HistoryWriter(History.file(options.folder(), options.child(), options.life()));
    Application application = new Application(options, history);
    Recording recording = new Recording(options, application, history);
    Workers workers = new Workers(options, application, recording);
    Commands commands = new Commands(application, recording, workers);
    answers.println(READY);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        executor.execute(() -> answers.println(words[0] + " " + commands.answer(words)));
      }
    }
    // The driver is gone, or wants no more; a child that hangs in here must not stay either.
    Thread end = new Thread(() -> haltLater(), "torture-end");
    end.setDaemon(true);
    end.start();
    workers.close();
    application.close();
    System.exit(0);
  }

  private static void haltLater() {
    try {
      Thread.sleep(20_000);
      Runtime.getRuntime().halt(3);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
