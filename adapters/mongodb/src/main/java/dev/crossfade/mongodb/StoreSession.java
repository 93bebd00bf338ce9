package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.currentDate;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.store.ControlRow;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This store among all that are open on the database, and what stands in for the locks of a
 * transaction: see {@code docs/mongodb.md}.
 *
 * <p>Whatever changes something is a {@link Visit}, begun under a {@link View}: the control rows as
 * they were read last. {@link #barrier} waits until every session, this one included, has read them
 * anew and until what each had begun before is over. A session that is silent past its lease, by
 * the server's clock, is ended by who waits; no command is sent with less lease left than its own
 * time limit.
 *
 * <p>Safe for use by many threads. One lock guards what changes; nothing is sent under it. One
 * thread, from {@link #begin} to {@link #close}, looks at the barrier and renews the lease.
 */
final class StoreSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreSession.class);
  static final String BARRIER = "barrier";

  private final Database database;
  private final long limitNanos;
  private final long leaseNanos;
  private final long watchNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private View view = View.NONE;
  private long tickets;
  private Round round = new Round();
  private final Deque<Round> ending = new ArrayDeque<>();
  private final List<Doubt> doubts = new ArrayList<>();
  private boolean nudged;
  private boolean closing;
  private long leaseUntil;
  private int visits;

  // Of the thread; the id is read by others.
  private volatile String id = "";
  private long seen;
  private long renewedAt;

  /** How far the server's clock is ahead of ours. */
  private volatile long aheadMillis;

  private @Nullable Thread thread;

  /** What the thread also does with every look; may throw. */
  private volatile Runnable also = () -> {};

  StoreSession(Database database) {
    this.database = database;
    this.limitNanos = database.settings().operationLimit().toNanos();
    this.leaseNanos = database.settings().lease().toNanos();
    this.watchNanos = database.settings().watchInterval().toNanos();
  }

  /**
   * The control rows as they were at one moment, and the incarnations known to live since.
   *
   * @param ticket drawn before they were read: of two views the one with the higher is the later
   */
  record View(long ticket, Map<String, ControlRows.Known> rows, Set<UUID> live) {
    static final View NONE = new View(0, Map.of(), Set.of());

    @Nullable ControlRow row(String migration) {
      ControlRows.Known known = rows.get(migration);
      return known == null ? null : known.row();
    }

    boolean isGated(String migration) {
      return gate(migration) != null;
    }

    @Nullable BsonDocument gate(String migration) {
      ControlRows.Known known = rows.get(migration);
      return known == null ? null : known.gate();
    }
  }

  /** What was begun between two looks at the barrier. */
  private static final class Round {
    int under;
    long barrier;
  }

  private record Doubt(Visit visit, long until, Set<String> entries) {}

  /** Something that changes the store is under way. For one thread; closed when it is over. */
  final class Visit implements AutoCloseable {
    private final Round begunIn;
    private final View begunUnder;
    private boolean over;

    private Visit(Round begunIn, View begunUnder) {
      this.begunIn = begunIn;
      this.begunUnder = begunUnder;
    }

    View view() {
      return begunUnder;
    }

    /**
     * That a command may be sent now: more lease is left than it may take.
     *
     * @throws StoreUnavailableException if the server has not been heard of for too long; it was
     *     not sent
     */
    void beforeSending() {
      awaitLease();
    }

    /**
     * The answer of a command did not come: it counts as under way until its time limit is over.
     */
    void doubtful(Set<String> entries) {
      lock.lock();
      try {
        if (!over) {
          over = true;
          doubts.add(new Doubt(this, System.nanoTime() + 2 * limitNanos, entries));
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (!over) {
          over = true;
          leave(begunIn);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  String id() {
    return id;
  }

  /** The server's clock, as far as it was heard of last. For ages, not for decisions. */
  long serverMillis() {
    return System.currentTimeMillis() + aheadMillis;
  }

  /** Registers, and begins to look. */
  void begin() {
    database.write(
        "registering",
        () -> {
          attend();
          return id;
        });
    Thread watching = new Thread(this::watch, "crossfade-mongodb-session");
    watching.setDaemon(true);
    thread = watching;
    watching.start();
  }

  /**
   * Begins something.
   *
   * @throws StoreUnavailableException if the session is closed
   */
  Visit visit() {
    lock.lock();
    try {
      if (closing) {
        throw closedException();
      }
      round.under++;
      visits++;
      return new Visit(round, view);
    } finally {
      lock.unlock();
    }
  }

  /** Reads the control rows anew; what is begun from now on goes by them. */
  View refresh() {
    long ticket = ticket();
    Map<String, ControlRows.Known> rows =
        database.read("reading the control rows", () -> ControlRows.read(database));
    return adopt(ticket, rows);
  }

  /** Whether a write with this entry may still be under way although its operation is over. */
  boolean isDoubtful(String entry) {
    lock.lock();
    try {
      for (Doubt doubt : doubts) {
        if (doubt.entries().contains(entry)) {
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything that any session had begun before is over, and everything that is begun
   * later has seen what was written before.
   *
   * @throws StoreTimeoutException if that takes longer, naming who is in the way
   */
  void barrier(Duration limit, String doing) {
    long deadline = System.nanoTime() + limit.toNanos();
    long number = raise();
    nudge();
    while (true) {
      List<BsonDocument> missing = missing(number);
      if (missing.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new StoreTimeoutException(
            doing + " on " + database.settings().name() + " waits for " + shown(missing), null);
      }
      pause(Math.min(watchNanos, TimeUnit.MILLISECONDS.toNanos(10)), doing);
    }
  }

  /** Whether a session may still act; one that is past its lease is ended. */
  boolean lives(String session) {
    BsonDocument found =
        database.read(
            "reading the sessions",
            () -> database.collection(Names.SESSION).find(eq("_id", session)).first());
    return found != null && !found.getBoolean("ended").getValue() && !isEndedNow(found);
  }

  /** Waits a little. */
  static void pause(long nanos, String doing) {
    java.util.concurrent.locks.LockSupport.parkNanos(nanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new StoreTimeoutException(doing + ": the waiting thread was interrupted", null);
    }
  }

  /**
   * Refuses new visits and waits for those under way. Where the answer to one of their commands was
   * lost the session stays behind, so that others wait for its lease to run out.
   */
  @Override
  public void close() {
    boolean doubtful;
    lock.lock();
    try {
      closing = true;
      while (visits > doubts.size()) {
        changed.awaitUninterruptibly();
      }
      doubtful = !doubts.isEmpty();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Thread watching = thread;
    if (watching != null) {
      join(watching);
    }
    if (!doubtful) {
      forget();
    }
  }

  private static void join(Thread watching) {
    boolean interrupted = false;
    while (watching.isAlive()) {
      try {
        watching.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void forget() {
    try {
      database.lazily(Names.SESSION).deleteOne(eq("_id", id));
    } catch (RuntimeException e) {
      LOG.debug("{}: its session stays behind until its lease is over", database.settings(), e);
    }
  }

  StoreUnavailableException closedException() {
    return new StoreUnavailableException(database.settings().name() + " is closed", null);
  }

  // The thread.

  /** Has the thread do that with every look; what it throws is not heard of. */
  void onLook(Runnable work) {
    also = work;
  }

  private void watch() {
    while (awaitTurn()) {
      try {
        look();
      } catch (RuntimeException e) {
        LOG.debug("{}: the session could not look, and looks again", database.settings(), e);
      }
    }
  }

  /** False when it is over. */
  private boolean awaitTurn() {
    lock.lock();
    try {
      long left = watchNanos;
      while (!nudged && left > 0 && !hasDrained() && !isOver()) {
        left = changed.awaitNanos(left);
      }
      nudged = false;
      return !isOver();
    } catch (InterruptedException e) {
      return true; // nobody may end it but close()
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    return closing && visits <= doubts.size();
  }

  private void look() {
    settleDoubts();
    long number = barrierNumber();
    if (number > seen && number > newestRound()) {
      View fresh = refresh();
      turn(number, fresh);
    }
    long drained = drained();
    if (drained > seen || System.nanoTime() - renewedAt > leaseNanos / 4) {
      renew(Math.max(seen, drained));
    }
    also.run();
  }

  private long newestRound() {
    lock.lock();
    try {
      return ending.isEmpty() ? 0 : ending.peekLast().barrier;
    } finally {
      lock.unlock();
    }
  }

  /** What is begun from now on is of another round. */
  private void turn(long number, View fresh) {
    lock.lock();
    try {
      if (view.ticket() < fresh.ticket()) {
        throw new IllegalStateException("the view of a barrier was not adopted");
      }
      round.barrier = number;
      ending.addLast(round);
      round = new Round();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasDrained() {
    Round first = ending.peekFirst();
    return first != null && first.under == 0;
  }

  /** The number of the last barrier for which all that was begun before is over; 0 if none is. */
  private long drained() {
    lock.lock();
    try {
      long number = 0;
      while (hasDrained()) {
        number = ending.removeFirst().barrier;
      }
      return number;
    } finally {
      lock.unlock();
    }
  }

  private void settleDoubts() {
    lock.lock();
    try {
      long now = System.nanoTime();
      for (Iterator<Doubt> each = doubts.iterator(); each.hasNext(); ) {
        Doubt doubt = each.next();
        if (now - doubt.until() > 0) {
          each.remove();
          leave(doubt.visit().begunIn);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void renew(long number) {
    long before = System.nanoTime();
    boolean there =
        database
                .collection(Names.SESSION)
                .updateOne(
                    and(eq("_id", id), eq("ended", false)),
                    combine(set("seen", new BsonInt64(number)), currentDate("heardAt")))
                .getMatchedCount()
            > 0;
    if (!there) {
      LOG.warn(
          "{}: this process was silent for longer than its lease and was taken for dead; it goes"
              + " on under a new session",
          database.settings());
      expire();
      attend();
      return;
    }
    seen = number;
    renewed(before);
    aheadMillis = database.now().toEpochMilli() - System.currentTimeMillis();
  }

  private void expire() {
    lock.lock();
    try {
      leaseUntil = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private void renewed(long since) {
    renewedAt = since;
    lock.lock();
    try {
      leaseUntil = since + leaseNanos;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Registers anew: first its document, so that barriers wait for it, then what it goes by. */
  private void attend() {
    String fresh = UUID.randomUUID().toString();
    long before = System.nanoTime();
    long now = database.now().toEpochMilli();
    aheadMillis = now - System.currentTimeMillis();
    database
        .collection(Names.SESSION)
        .insertOne(
            new BsonDocument("_id", new BsonString(fresh))
                .append("seen", new BsonInt64(-1))
                .append("ended", org.bson.BsonBoolean.FALSE)
                .append("process", new BsonString(process()))
                .append("leaseMillis", new BsonInt64(leaseNanos / 1_000_000))
                .append("heardAt", new BsonDateTime(now)));
    seen = -1;
    id = fresh;
    long number = barrierNumber();
    View first = refresh();
    turn(number, first);
    renewed(before);
    renewedAt = before - leaseNanos; // says at once that it has seen the barrier
    nudge();
  }

  private static String process() {
    return "process " + ProcessHandle.current().pid();
  }

  // What they share.

  private void leave(Round begunIn) {
    begunIn.under--;
    visits--;
    if (begunIn.under == 0 || closing) {
      changed.signalAll();
    }
  }

  private long ticket() {
    lock.lock();
    try {
      return ++tickets;
    } finally {
      lock.unlock();
    }
  }

  private View adopt(long ticket, Map<String, ControlRows.Known> rows) {
    lock.lock();
    try {
      if (ticket > view.ticket()) {
        view = new View(ticket, Map.copyOf(rows), ConcurrentHashMap.newKeySet());
      }
      return view;
    } finally {
      lock.unlock();
    }
  }

  private void nudge() {
    lock.lock();
    try {
      nudged = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitLease() {
    long deadline = System.nanoTime() + leaseNanos;
    lock.lock();
    try {
      while (leaseUntil - System.nanoTime() < limitNanos) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new StoreUnavailableException(
              database.settings().name() + " has not answered for longer than the lease", null);
        }
        nudged = true;
        changed.signalAll();
        long unused = changed.awaitNanos(Math.min(left, watchNanos));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreTimeoutException(
          database.settings().name() + ": the waiting thread was interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  // The barrier in the database.

  private long raise() {
    BsonDocument raised =
        database.write(
            "raising the barrier",
            () ->
                database
                    .collection(Names.STATE)
                    .findOneAndUpdate(
                        eq("_id", BARRIER),
                        inc("number", 1L),
                        new FindOneAndUpdateOptions()
                            .upsert(true)
                            .returnDocument(ReturnDocument.AFTER)));
    if (raised == null) {
      throw new IllegalStateException("the barrier was raised and is not there");
    }
    return raised.getNumber("number").longValue();
  }

  private long barrierNumber() {
    BsonDocument found =
        database.read(
            "reading the barrier",
            () -> database.collection(Names.STATE).find(eq("_id", BARRIER)).first());
    return found == null ? 0 : found.getNumber("number").longValue();
  }

  private List<BsonDocument> missing(long number) {
    List<BsonDocument> missing =
        database.read(
            "reading the sessions",
            () ->
                database
                    .collection(Names.SESSION)
                    .find(and(ne("ended", true), lt("seen", number)))
                    .into(new ArrayList<>()));
    missing.removeIf(this::isEndedNow);
    return missing;
  }

  /**
   * Ends it if its lease is over. It may have been heard of in between: then it is not ended. Asked
   * is for the same millisecond, since not every server of the protocol holds dates as it tells
   * them.
   */
  private boolean isEndedNow(BsonDocument session) {
    long heardAt = session.getDateTime("heardAt").getValue();
    long lease = session.getNumber("leaseMillis").longValue();
    if (session.getString("_id").getValue().equals(id)
        || database.now().toEpochMilli() - heardAt <= lease) {
      return false;
    }
    return database.write(
            "ending a session that is silent",
            () ->
                database
                    .collection(Names.SESSION)
                    .updateOne(
                        and(
                            eq("_id", session.getString("_id").getValue()),
                            lt("heardAt", new BsonDateTime(heardAt + 1))),
                        set("ended", true))
                    .getMatchedCount())
        > 0;
  }

  private String shown(List<BsonDocument> sessions) {
    Set<String> names = new HashSet<>();
    for (BsonDocument session : sessions) {
      boolean own = session.getString("_id").getValue().equals(id);
      names.add((own ? "this " : "") + session.getString("process").getValue());
    }
    return "writes under way in " + String.join(", ", names);
  }
}
