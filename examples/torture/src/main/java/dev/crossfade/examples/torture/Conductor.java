package dev.crossfade.examples.torture;

import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.ChildProcess.Answer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has the children change the stage, and copy and compare everything meanwhile. Either it wanders:
 * every few seconds whichever child is there is asked for one step up or down, as the dice say. Or
 * the primary goes back and forth, and what is refused is asked for again until it has come about.
 *
 * <p>Never into off: PostgreSQL does not follow there, and nothing is in a journal, so until the
 * next backfill has ended the stores differ by design, and no check could tell that from a loss.
 */
final class Conductor {
  private static final Duration MOVE = Duration.ofMinutes(1);
  private static final Duration COPY = Duration.ofMinutes(1);

  /** When nothing fails any more, a machine that is busy may still need long. */
  private static final Duration CALM = Duration.ofMinutes(1);

  private static final Duration PATIENCE = Duration.ofMinutes(7);
  private static final Duration IDLE = Duration.ofMinutes(5);

  /** In such a time somebody has written, and knows where. */
  private static final Duration WRITES = Duration.ofSeconds(3);

  private final Fleet fleet;
  private final MoveLog log;
  private final SplittableRandom random;
  private final SplittableRandom copyRandom;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread moves;
  private final Thread copies;

  // Of the thread that moves; of the caller before that has begun and after it has ended.

  /** Where the migration was when an answer said so last. */
  private Stage stage = Stage.OFF;

  private boolean up = true;
  private int changes;
  private int refused;
  private long firstEpoch;
  private long made;

  Conductor(Fleet fleet, long seed, boolean wanders, MoveLog log) {
    this.fleet = fleet;
    this.log = log;
    this.random = new SplittableRandom(seed);
    this.copyRandom = random.split();
    this.moves =
        new Thread(() -> until(wanders ? this::wander : this::goThereAndBack), "torture-moves");
    this.copies = new Thread(() -> until(this::copy), "torture-copies");
  }

  /** From off to where both stores are written. */
  void begin() throws InterruptedException {
    go("dual_write");
    firstEpoch = latest().epoch();
  }

  /** Changes the stage again and again. */
  void startMoves() {
    moves.start();
  }

  /** Copies and compares everything, again and again. */
  void startCopies() {
    copies.start();
  }

  /** Goes to a stage, with patience: everything is in order, it may only be busy. */
  void go(String wanted) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Answer answer = ask(fleet.child(0), "move " + wanted, CALM);
    while (!answer.ok() && System.nanoTime() < deadline) {
      fleet.awaitIdle(IDLE); // what has not answered in time still goes on
      fleet.child(0).ask("retry", CALM);
      TimeUnit.MILLISECONDS.sleep(200);
      answer = ask(fleet.child(0), "move " + wanted, CALM);
    }
    if (!answer.ok()) {
      throw new IllegalStateException("the move to " + wanted + " failed: " + answer.text());
    }
    arrived(Stage.ofId(wanted));
  }

  private Answer ask(ChildProcess child, String command, Duration limit)
      throws InterruptedException {
    Answer answer = child.ask(command, limit);
    log.asked(child.name(), command, answer);
    return answer;
  }

  private void arrived(Stage now) {
    changes += now.primary() == stage.primary() ? 0 : 1;
    stage = now;
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

  /**
   * One step. Mostly in the direction of the one before, so that it gets to both ends. What is
   * refused, or has failed, is not asked for again; the dice go on.
   */
  private void wander() throws InterruptedException {
    ending.await(400 + random.nextInt(2_000), TimeUnit.MILLISECONDS);
    if (stage == Stage.DUAL_WRITE || stage == Stage.COMPLETE) {
      up = stage == Stage.DUAL_WRITE;
    } else if (random.nextInt(4) == 0) {
      up = !up;
    }
    if (ending.getCount() > 0) {
      askAnyone("step " + (up ? "up" : "down"));
    }
  }

  private void goThereAndBack() throws InterruptedException {
    ending.await(200 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
    Side from = stage.primary();
    String wanted =
        from == Side.LEGACY
            ? random.nextInt(3) > 0 ? "live" : "ramp_down"
            : random.nextInt(3) > 0 ? "shadow" : "dual_write";
    while (ending.getCount() > 0 && stage.primary() == from) {
      askAnyone("move " + wanted);
      if (stage.primary() == from) {
        ending.await(300, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void askAnyone(String command) throws InterruptedException {
    ChildProcess child = fleet.child(random.nextInt(fleet.size()));
    if (!child.isReady()) {
      return;
    }
    Answer answer = ask(child, command, MOVE);
    refused += answer.refused() ? 1 : 0;
    if (answer.ok()) {
      arrived(Stage.ofId(answer.text()));
    }
  }

  private void copy() throws InterruptedException {
    ChildProcess child = fleet.child(copyRandom.nextInt(fleet.size()));
    if (child.isReady()) {
      child.ask("copy", COPY);
    }
    ending.await(1_000 + copyRandom.nextInt(3_000), TimeUnit.MILLISECONDS);
  }

  /** Asks for nothing any more; returns when it waits for no answer any more. */
  void rest() throws InterruptedException {
    ending.countDown();
    moves.join();
    copies.join();
  }

  /**
   * Counts what has come about, and sees to it that the stage is one in which both stores are
   * written. A short run on a busy machine may not have got there and back: then it does so now,
   * while the children work and nothing fails. They work less, because a machine that they fill
   * gives their entries up as fast as repair takes them.
   */
  void finish() throws InterruptedException {
    fleet.awaitIdle(IDLE);
    fleet.ease();
    Known latest = latest();
    made = latest.epoch() - firstEpoch;
    arrived(latest.stage());
    while (changes < 2) {
      go(stage.primary() == Side.LEGACY ? "live" : "shadow");
      TimeUnit.NANOSECONDS.sleep(WRITES.toNanos());
    }
    go((stage == Stage.COMPLETE ? Stage.RAMP_DOWN : stage).id());
  }

  /** What a child knows of the stage. */
  private record Known(long epoch, Stage stage) {}

  /** What the child knows that knows the latest; whoever moved knows it. */
  private Known latest() throws InterruptedException {
    Known latest = new Known(0, Stage.OFF);
    for (int child = 0; child < fleet.size(); child++) {
      Answer answer = fleet.child(child).ask("stage", CALM);
      if (answer.ok()) {
        String[] words = answer.text().split(" ", 2);
        long epoch = Long.parseLong(words[0]);
        latest = epoch > latest.epoch() ? new Known(epoch, Stage.ofId(words[1])) : latest;
      }
    }
    if (latest.stage() == Stage.OFF) {
      throw new IllegalStateException("no child says that the migration has begun");
    }
    return latest;
  }

  /** How many steps came about, also those whose child did not live to say so. */
  long made() {
    return made;
  }

  /** How often who was asked answered that it was refused. */
  int refused() {
    return refused;
  }
}
