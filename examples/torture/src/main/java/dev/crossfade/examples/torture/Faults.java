package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.history.HistoryWriter;
import dev.crossfade.junit.TcpProxy;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes faults, as its seed says, several at once on different targets, and in between none for
 * some seconds, so that the run also gets somewhere. Which and when and how long is the seed's;
 * what they meet is the machine's.
 */
final class Faults {
  private static final int ALL = -1;
  private static final int STORM_MILLIS = 9_000;
  private static final int CALM_MILLIS = 5_000;
  private static final int GAP_MILLIS = 1_300;
  private static final int LEASE_MILLIS = 2_000;

  /**
   * A network that holds a command of MongoDB's for longer than its time limit makes the one hole
   * that docs/mongodb.md describes, and no process is there to be told from others by it.
   */
  private static final int HELD_MILLIS = 1_000;

  private static final Duration PORT_FREE = Duration.ofSeconds(20);
  private static final Duration RESTART = Duration.ofMinutes(4);
  private static final long UNDONE_MINUTES = 10;

  private final Databases databases;
  private final Fleet fleet;
  private final HistoryWriter history;
  private final SplittableRandom random;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final ExecutorService running = Executors.newCachedThreadPool();
  private final Thread thread = new Thread(this::run, "torture-faults");

  // Guarded by this.
  private final Set<String> busy = new HashSet<>();
  private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
  private @Nullable Exception failure;

  Faults(Databases databases, Fleet fleet, HistoryWriter history, long seed) {
    this.databases = databases;
    this.fleet = fleet;
    this.history = history;
    this.random = new SplittableRandom(seed);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      List<FaultKind> bag = new ArrayList<>();
      while (true) {
        long calm = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STORM_MILLIS);
        while (System.nanoTime() < calm) {
          if (bag.isEmpty()) {
            fill(bag);
          }
          begin(bag.remove(random.nextInt(bag.size())));
          if (over(random.nextInt(GAP_MILLIS))) {
            return;
          }
        }
        if (over(CALM_MILLIS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fill(List<FaultKind> bag) {
    for (FaultKind kind : FaultKind.of(databases.legacy().kind())) {
      for (int n = 0; n < kind.weight(); n++) {
        bag.add(kind);
      }
    }
  }

  /** Waits so long; whether the end came first. */
  private boolean over(int millis) throws InterruptedException {
    return ending.await(millis, TimeUnit.MILLISECONDS);
  }

  private void begin(FaultKind kind) {
    int child = random.nextInt(fleet.size());
    SplittableRandom dice = random.split();
    switch (kind) {
      case KILL -> on("child " + child, kind, child, () -> kill(child, dice));
      case PAUSE -> on("child " + child, kind, child, () -> pause(child, dice));
      case STOP -> on("server", kind, ALL, () -> stop(dice));
      case LOCK -> on("file", kind, ALL, () -> lock(dice));
      case RESET, REFUSE, LOST_REPLY, BLACK_HOLE, SLOW -> network(kind, child, dice);
    }
  }

  private interface Work {
    /** Whether there was a fault in the end. */
    boolean run() throws Exception;
  }

  private void on(String target, FaultKind kind, int child, Work work) {
    synchronized (this) {
      if (!busy.add(target)) {
        return;
      }
    }
    running.execute(
        () -> {
          history.fault(kind.shown(), child, true, target);
          boolean done = false;
          try {
            done = work.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (Exception e) {
            failed(e);
          } finally {
            history.fault(kind.shown(), child, false, target);
            release(target, kind, done);
          }
        });
  }

  private synchronized void failed(Exception e) {
    failure = e;
  }

  private synchronized void release(String target, FaultKind kind, boolean done) {
    busy.remove(target);
    if (done) {
      count(kind);
    }
  }

  private synchronized void count(FaultKind kind) {
    counts.merge(kind, 1, Integer::sum);
  }

  private boolean kill(int child, SplittableRandom dice) throws InterruptedException {
    fleet.kill(child);
    over(dice.nextInt(2_500));
    while (!fleet.restart(child, RESTART)) {
      if (ending.getCount() == 0) { // nothing else is in its way any more
        throw new IllegalStateException("child " + child + " does not come back; see its logs");
      }
    }
    return true;
  }

  /**
   * Longer than its lease, so that the others take it for dead. Half of the time it is killed a
   * moment after it went on: it has done something late, and cannot make up for it.
   */
  private boolean pause(int child, SplittableRandom dice) throws InterruptedException {
    ChildProcess process = fleet.child(child);
    process.signal("STOP");
    try {
      over(LEASE_MILLIS + 300 + dice.nextInt(2_000));
    } finally {
      process.signal("CONT");
    }
    if (dice.nextBoolean()) {
      over(dice.nextInt(50));
      kill(child, dice);
      count(FaultKind.KILL);
    }
    return true;
  }

  private boolean stop(SplittableRandom dice) throws InterruptedException {
    databases.server().stopImmediately();
    over(200 + dice.nextInt(3_000));
    databases.server().startAgain();
    return true;
  }

  private boolean lock(SplittableRandom dice) throws Exception {
    return databases.legacy().lock(() -> over(300 + dice.nextInt(2_500)));
  }

  /** The one to PostgreSQL or, where there is one, that to the legacy store. */
  private void network(FaultKind kind, int child, SplittableRandom dice) {
    TcpProxy legacy = databases.legacy().network(child);
    if (legacy != null && dice.nextBoolean()) {
      on("legacy network " + child, kind, child, () -> network(kind, legacy, true, dice));
    } else {
      TcpProxy target = databases.network(child);
      on("network " + child, kind, child, () -> network(kind, target, false, dice));
    }
  }

  private boolean network(FaultKind kind, TcpProxy network, boolean mongo, SplittableRandom dice)
      throws InterruptedException {
    int before = network.faults();
    switch (kind) {
      case RESET -> network.refuse();
      case REFUSE -> {
        network.refuse();
        over(300 + dice.nextInt(4_000));
      }
      case BLACK_HOLE -> {
        network.blackHole();
        over(mongo ? 300 + dice.nextInt(HELD_MILLIS - 300) : 300 + dice.nextInt(6_000));
      }
      case SLOW -> {
        network.delay(Duration.ofMillis(5 + dice.nextInt(150)));
        over(500 + dice.nextInt(4_000));
      }
      case LOST_REPLY -> {
        for (int n = 0; n < 5; n++) {
          boolean commit = dice.nextBoolean();
          network.loseReply(mongo ? text -> isMongoLost(text, commit) : sql -> isLost(sql, commit));
          over(400);
        }
      }
      default -> throw new IllegalStateException("not of the network: " + kind);
    }
    pass(network);
    return kind != FaultKind.LOST_REPLY || network.faults() > before;
  }

  /**
   * Listens again. While this process starts another one, that one holds the sockets of this one
   * for a moment, and the port is not free.
   */
  private static void pass(TcpProxy network) throws InterruptedException {
    long deadline = System.nanoTime() + PORT_FREE.toNanos();
    while (true) {
      try {
        network.pass();
        return;
      } catch (IllegalStateException e) {
        if (!(e.getCause() instanceof BindException) || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /**
   * A commit, or a statement that is a transaction by itself: the one-row write with its mark, or
   * with the key that complete remembers.
   */
  private static boolean isLost(String sql, boolean commit) {
    return commit
        ? sql.equalsIgnoreCase("commit")
        : sql.contains("crossfade.journal") || sql.contains("crossfade.remembered");
  }

  /** A mark, or a write of a document; what the children only keep up is not of interest. */
  private static boolean isMongoLost(String message, boolean mark) {
    boolean writes = message.contains("insert") || message.contains("findAndModify");
    return mark
        ? writes && message.contains("crossfade_journal")
        : (writes || message.contains("update") || message.contains("delete"))
            && !message.contains("crossfade_");
  }

  /** How often each kind was there. */
  synchronized Map<FaultKind, Integer> counts() {
    return new EnumMap<>(counts);
  }

  /** Ends all faults and undoes them; throws what could not be done. */
  void end() throws InterruptedException {
    ending.countDown();
    if (thread.isAlive()) {
      thread.join();
    }
    running.shutdown();
    if (!running.awaitTermination(UNDONE_MINUTES, TimeUnit.MINUTES)) {
      throw new IllegalStateException("a fault does not end");
    }
    synchronized (this) {
      if (failure != null) {
        throw new IllegalStateException("a fault could not be made, or not undone", failure);
      }
    }
  }
}
