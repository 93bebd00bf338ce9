package dev.crossfade.examples.torture;

import dev.crossfade.examples.torture.ChildProcess.Answer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has the children change the primary, back and forth, and copy and compare everything meanwhile.
 * What is refused is tried again, by whichever child is there.
 */
final class Conductor {
  private static final Duration MOVE = Duration.ofMinutes(1);
  private static final Duration COPY = Duration.ofMinutes(1);

  private final Fleet fleet;
  private final SplittableRandom random;
  private final SplittableRandom copyRandom;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread moves = new Thread(() -> until(this::move), "torture-moves");
  private final Thread copies = new Thread(() -> until(this::copy), "torture-copies");
  private boolean legacy = true;
  private int changes;

  Conductor(Fleet fleet, long seed) {
    this.fleet = fleet;
    this.random = new SplittableRandom(seed);
    this.copyRandom = random.split();
  }

  /** From off to where both stores are written. */
  void begin() throws InterruptedException {
    go("dual_write");
  }

  /** Changes the primary, back and forth. */
  void startMoves() {
    moves.start();
  }

  /** Copies and compares everything, again and again. */
  void startCopies() {
    copies.start();
  }

  /** Goes to a stage, with patience: everything is in order, it may only be busy. */
  void go(String stage) throws InterruptedException {
    Answer answer = new Answer(false, "");
    for (int tries = 0; tries < 20 && !answer.ok(); tries++) {
      answer = fleet.child(0).ask("move " + stage, MOVE);
    }
    if (!answer.ok()) {
      throw new IllegalStateException("the move to " + stage + " failed: " + answer.text());
    }
  }

  private interface Turn {
    void run() throws InterruptedException;
  }

  private void until(Turn turn) {
    try {
      while (ending.getCount() > 0) {
        turn.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void move() throws InterruptedException {
    ending.await(200 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
    String stage =
        legacy
            ? random.nextInt(3) > 0 ? "live" : "ramp_down"
            : random.nextInt(3) > 0 ? "shadow" : "dual_write";
    while (ending.getCount() > 0) {
      ChildProcess child = fleet.child(random.nextInt(fleet.size()));
      if (child.isReady() && child.ask("move " + stage, MOVE).ok()) {
        legacy = !legacy;
        changes++;
        return;
      }
      ending.await(300, TimeUnit.MILLISECONDS);
    }
  }

  private void copy() throws InterruptedException {
    ChildProcess child = fleet.child(copyRandom.nextInt(fleet.size()));
    if (child.isReady()) {
      child.ask("copy", COPY);
    }
    ending.await(1_000 + copyRandom.nextInt(3_000), TimeUnit.MILLISECONDS);
  }

  /** Returns when the last of them has ended. */
  void endCopies() throws InterruptedException {
    ending.countDown();
    copies.join();
  }

  /**
   * Returns when the last of what was asked for has its answer. A short run on a busy machine may
   * not have got there and back: then it does so now, while the children work and nothing fails.
   */
  void end() throws InterruptedException {
    endCopies();
    moves.join();
    for (; changes < 2; changes++) {
      go(legacy ? "live" : "shadow");
      legacy = !legacy;
    }
  }
}
