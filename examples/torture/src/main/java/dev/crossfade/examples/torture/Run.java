package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.ChildProcess.Answer;
import dev.crossfade.examples.torture.check.Check;
import dev.crossfade.examples.torture.check.Contents;
import dev.crossfade.examples.torture.check.Promises;
import dev.crossfade.examples.torture.check.Verdict;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.HistoryWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One run, from the first process to the line of result. For one thread. */
final class Run {
  private static final Duration PROGRESS = Duration.ofSeconds(30);
  private static final Duration SETTLED = Duration.ofMinutes(10);
  private static final Duration ANSWER = Duration.ofMinutes(1);
  private static final long LONG_ENOUGH_SECONDS = 90;

  /** Who has not moved in such a time has proved nothing about moves. */
  private static final long MOVES_SECONDS = 60;

  private final Options options;
  private final PrintStream out;
  private final Path folder;
  private final List<String> failures = new ArrayList<>();
  private @Nullable Sustained sustained;
  private Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
  private long moves;
  private int refusedMoves;

  Run(Options options, PrintStream out) throws IOException {
    this.options = options;
    this.out = out;
    Files.createDirectories(options.folder());
    this.folder = Files.createTempDirectory(options.folder(), "torture-" + options.seed() + "-");
  }

  /** Whether it was clean. */
  boolean run() throws Exception {
    out.printf(
        "%d processes cross from %s back and forth for %d s, seed %d, %s; logs in %s%n",
        options.children(),
        options.legacy().shown(),
        options.duration().toSeconds(),
        options.seed(),
        options.faults()
            ? options.randomMoves() ? "with faults and random moves" : "with faults"
            : "without faults",
        folder);
    Verdict verdict;
    try (HistoryWriter history = new HistoryWriter(History.file(folder, -1, 0));
        Databases databases = new Databases(options, folder);
        Fleet fleet = new Fleet(options, folder, databases, history)) {
      databases.legacy().notice().lines().forEach(out::println);
      work(databases, fleet, history);
      Promises promises = heal(fleet);
      verdict = check(databases, promises);
    }
    return report(verdict);
  }

  private void work(Databases databases, Fleet fleet, HistoryWriter history) throws Exception {
    fleet.start();
    try (MoveLog log = new MoveLog(folder)) {
      Conductor conductor =
          new Conductor(fleet, options.seed() + 1, options.faults() && options.randomMoves(), log);
      conductor.begin();
      if (options.faults()) {
        withFaults(new Faults(databases, fleet, history, options.seed() + 2), conductor, fleet);
      } else {
        sustained = Sustained.run(options.duration(), databases, fleet, conductor, out);
      }
      conductor.finish();
      moves = conductor.made();
      refusedMoves = conductor.refused();
    }
  }

  private void withFaults(Faults faults, Conductor conductor, Fleet fleet)
      throws InterruptedException {
    fleet.work();
    conductor.startMoves();
    conductor.startCopies();
    faults.start();
    try {
      watch(faults);
    } finally {
      try {
        faults.end();
      } finally {
        conductor.rest();
        counts = faults.counts();
      }
    }
  }

  private void watch(Faults faults) throws InterruptedException {
    long begun = System.nanoTime();
    for (long left = options.duration().toNanos(); left > 0; ) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, PROGRESS.toNanos()));
      long passed = System.nanoTime() - begun;
      left = options.duration().toNanos() - passed;
      if (left > 0) {
        counts = faults.counts();
        out.printf("%4d s: faults %s%n", TimeUnit.NANOSECONDS.toSeconds(passed), shownCounts());
      }
    }
  }

  /** No faults any more: everything must come to rest by itself. */
  private Promises heal(Fleet fleet) throws InterruptedException {
    fleet.rest();
    ChildProcess child = fleet.child(0);
    long deadline = System.nanoTime() + SETTLED.toNanos();
    Answer settled;
    Answer journal;
    do {
      child.ask("retry", ANSWER);
      settled = child.ask("settle 3000", ANSWER); // also what complete remembered
      journal = child.ask("journal", ANSWER);
    } while (!isEmpty(settled, journal) && System.nanoTime() < deadline);
    if (!isEmpty(settled, journal)) {
      failures.add(
          "the journal is not empty "
              + SETTLED.toSeconds()
              + " s after the last fault: settled "
              + settled.text()
              + "; entries, left, parked "
              + journal.text()
              + " "
              + child.ask("parked", ANSWER).text());
    }
    Promises promises =
        options.legacy() == Legacy.Kind.SQLITE ? Promises.SQLITE : Promises.mongo(verified(child));
    for (String stuck : fleet.end()) {
      failures.add(stuck + " did not end by itself");
    }
    return promises;
  }

  /** The rows that a verification names now; it must find what nothing else knows of. */
  private Set<String> verified(ChildProcess child) throws InterruptedException {
    Answer answer = child.ask("differences", SETTLED);
    if (!answer.ok()) {
      failures.add("the last verification failed: " + answer.text());
      return Set.of();
    }
    return answer.text().isEmpty() ? Set.of() : Set.of(answer.text().split(","));
  }

  private static boolean isEmpty(Answer settled, Answer journal) {
    return settled.text().equals("true") && journal.text().equals("0 0 0");
  }

  private Verdict check(Databases databases, Promises promises) throws SQLException, IOException {
    try (Connection target = databases.openPostgres()) {
      return new Check(
              History.read(folder),
              databases.legacy().contents(),
              Contents.of(target, true),
              promises)
          .verdict();
    }
  }

  private boolean report(Verdict verdict) throws IOException {
    if (options.faults() && options.duration().toSeconds() >= LONG_ENOUGH_SECONDS) {
      for (FaultKind kind : FaultKind.of(options.legacy())) {
        if (counts.getOrDefault(kind, 0) == 0) {
          failures.add("no fault of kind '" + kind.shown() + "' in all that time");
        }
      }
    }
    if (moves == 0 && options.duration().toSeconds() >= MOVES_SECONDS) {
      failures.add("no move came about in all that time; " + refusedMoves + " were refused");
    }
    failures.addAll(verdict.tooLittle());
    if (sustained != null) {
      failures.addAll(sustained.growth());
    }
    boolean clean = verdict.isClean() && failures.isEmpty();
    verdict.details().forEach(out::println);
    verdict.apart().forEach(violation -> out.println("STOPPED PAST ITS LEASE: " + violation));
    failures.forEach(failure -> out.println("FAILED: " + failure));
    out.println(verdict.summary());
    if (options.legacy() == Legacy.Kind.MONGODB) {
      out.printf(
          "left by processes that had stood still past their lease, and found: %d%n",
          verdict.apart().size());
    }
    if (sustained != null) {
      out.println(sustained.shown(verdict.acknowledged()));
    }
    if (clean && !options.keep()) {
      delete();
    } else {
      out.printf("seed %d; logs and histories in %s%n", options.seed(), folder);
    }
    out.printf(
        "writes %d acknowledged, %d unknown; moves %d (refused %d); faults %s; lost %d;"
            + " differences %d; stale writes accepted %d%n",
        verdict.acknowledged(),
        verdict.unknown(),
        moves,
        refusedMoves,
        shownCounts(),
        verdict.lost(),
        verdict.differences(),
        verdict.staleWrites());
    return clean;
  }

  private String shownCounts() {
    int sum = counts.values().stream().mapToInt(Integer::intValue).sum();
    return sum
        + counts.entrySet().stream()
            .map(entry -> entry.getKey().shown() + " " + entry.getValue())
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
