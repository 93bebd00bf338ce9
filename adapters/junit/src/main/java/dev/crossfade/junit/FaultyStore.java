package dev.crossfade.junit;

import dev.crossfade.AuditEntry;
import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Instances;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import dev.crossfade.store.Mark;
import dev.crossfade.store.Notices;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.PoolUse;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.Room;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that does what another one does, and fails by plan: the n-th call of a step, or of any
 * step, is not made, or is made and its reply lost, or is held until a test lets it go.
 *
 * <pre>{@code
 * FaultyStore store = FaultyStore.around(PostgresStore.open(url));
 * store.plan(FaultyStore.Fault.REPLY_LOST, 3, FaultyStore.Step.APPLY);
 * …
 * assertThat(store.wasHit()).isTrue();
 * }</pre>
 *
 * <p>It stands where calls cross the store's SPI. What a repository of the delegate reads by itself
 * does not pass here. One plan at a time; a new one replaces it and counts from its own beginning.
 * Safe for use by many threads.
 */
public final class FaultyStore implements Store {
  private final Store delegate;
  private final ControlTable control = new FaultyControl();
  private final Instances instances = new FaultyInstances();
  private final Journal journal = new FaultyJournal();

  // Guarded by this.
  private final Map<Step, Long> calls = new EnumMap<>(Step.class);
  private @Nullable Plan plan;
  private @Nullable Delay delay;

  private FaultyStore(Store delegate) {
    this.delegate = delegate;
  }

  /** Around a store; without a plan it only counts. */
  public static FaultyStore around(Store delegate) {
    return new FaultyStore(delegate);
  }

  /** The calls a store gets, by what they are to the protocol. */
  public enum Step {
    /** {@link Store#connect}. */
    CONNECT(true),
    /** {@link Store#reach}. */
    REACH(false),
    /** {@link Store#problems}, {@link Store#room}. */
    CATALOGUE(false),
    /** {@link Store#identity}. */
    IDENTITY(false),
    /** {@link Store#backUp}. */
    BACKUP(false),
    /**
     * Steps 1 and 2: {@link Store#write}, {@link Store#writeRow}, {@link JoinedTransaction#run}.
     */
    MARK_AND_WRITE(true),
    /** Step 1 of a copy or repair: {@link Journal#mark}, {@link Journal#markForRepair}. */
    MARK(true),
    /** Step 1 of a repair: {@link Journal#take}. */
    TAKE(true),
    /** {@link Store#analyze}. */
    ANALYZE(false),
    /** {@link Store#dropIndexes}, {@link Store#rebuildIndexes}. */
    INDEXES(true),
    /** Step 3: {@link Store#apply}, {@link Store#load}. */
    APPLY(true),
    /** Step 4: {@link Journal#finish}. */
    FINISH(true),
    /** {@link Journal#withdraw}. */
    WITHDRAW(true),
    /**
     * {@link Journal#leaveForgotten}, {@code failed}, {@code retryParked}, {@code giveUp}, {@code
     * recall}, {@code forgetRemembered}.
     */
    SETTLE(true),
    /** {@link Journal#parked}, {@code covered}, {@code disputed}, {@code present}. */
    LOOK(false),
    /** {@link Journal#status}, which is asked for now and then, whatever goes on. */
    STATUS(false),
    /** Changes of control rows and evidence. */
    CONTROL(true),
    /** {@link ControlTable#note}, {@code forgetAudit}. */
    AUDIT(true),
    /** Reads of control rows, evidence, the audit and the clock. */
    CONTROL_READ(false),
    /** {@link Instances#register}, {@code heartbeat}, {@code forget}. */
    INSTANCES(true),
    /** {@link Instances#expired}, {@code members}, {@code strangers}, {@code fencedOwners}. */
    INSTANCES_READ(false),
    /** {@link Instances#fence}. */
    FENCE(true);

    private final boolean changes;

    Step(boolean changes) {
      this.changes = changes;
    }

    /** Whether such a call can change the store. */
    public boolean changes() {
      return changes;
    }
  }

  /** What becomes of the planned call. */
  public enum Fault {
    /** It never reaches the store: {@link StoreUnavailableException}. */
    NOT_EXECUTED,
    /**
     * The store does it, the answer is lost: {@link OutcomeUnknownException}; {@link
     * StoreUnavailableException} for a call that changes nothing.
     */
    REPLY_LOST,
    /**
     * As {@link #NOT_EXECUTED}, and so are all later calls of the planned steps, until {@link
     * FaultyStore#heal}: the store is down.
     */
    DOWN,
    /** As {@link #REPLY_LOST}, and so are all later answers, until {@link FaultyStore#heal}. */
    REPLIES_LOST,
    /** It waits for {@link FaultyStore#release}, then reaches the store. */
    HELD_BEFORE,
    /** The store does it; the answer waits for {@link FaultyStore#release}. */
    HELD_AFTER;

    /** Whether it befalls the calls after the planned one, too. */
    boolean lasts() {
      return this == DOWN || this == REPLIES_LOST;
    }
  }

  private static final class Plan {
    final Fault fault;
    final long nth;
    final Set<Step> steps;
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch release;
    long seen;
    boolean over;

    Plan(Fault fault, long nth, Set<Step> steps, CountDownLatch release) {
      this.fault = fault;
      this.nth = nth;
      this.steps = steps;
      this.release = release;
    }
  }

  private record Delay(Duration each, CountDownLatch over) {}

  // Planning.

  /**
   * Plans a fault of the {@code nth} call from now on, counted from 1 over the given steps; over
   * all steps if none is given.
   *
   * @return this
   */
  public FaultyStore plan(Fault fault, long nth, Step... steps) {
    return plan(fault, nth, new CountDownLatch(1), steps);
  }

  /** As {@link #plan(Fault, long, Step...)}; a held call goes on as soon as the latch is open. */
  public FaultyStore plan(Fault fault, long nth, CountDownLatch release, Step... steps) {
    if (nth < 1) {
      throw new IllegalArgumentException("calls are counted from 1; nth must not be " + nth);
    }
    Set<Step> counted = EnumSet.noneOf(Step.class);
    counted.addAll(steps.length == 0 ? EnumSet.allOf(Step.class) : List.of(steps));
    heal();
    synchronized (this) {
      plan = new Plan(fault, nth, counted, release);
    }
    return this;
  }

  /**
   * From now on every call waits so long before it reaches the store, until {@link #heal}. May be
   * combined with a plan, if it is given after that.
   *
   * @return this
   */
  public FaultyStore slow(Duration each) {
    if (each.isNegative() || each.isZero()) {
      throw new IllegalArgumentException("a call can only be slower, not by " + each);
    }
    synchronized (this) {
      endDelay();
      delay = new Delay(each, new CountDownLatch(1));
    }
    return this;
  }

  private synchronized void endDelay() {
    if (delay != null) {
      delay.over.countDown();
      delay = null;
    }
  }

  /**
   * Ends the plan: what is held goes on, what was down is up, what was slow is not. Whether it was
   * hit is still known.
   */
  public synchronized void heal() {
    endDelay();
    if (plan != null) {
      plan.over = true;
      plan.release.countDown();
    }
  }

  /** Lets the held call go on; later ones are not held. */
  public void release() {
    planned().release.countDown();
  }

  /** Whether the planned call has come. */
  public boolean wasHit() {
    return planned().reached.getCount() == 0;
  }

  /**
   * Waits until the planned call has come, and, if it is {@link Fault#HELD_AFTER}, been made.
   *
   * @throws AssertionError if it has not within the limit
   */
  public void awaitHit(Duration limit) throws InterruptedException {
    Plan current = planned();
    if (!current.reached.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(
          "the planned fault ("
              + current.fault
              + " at call "
              + current.nth
              + " of "
              + current.steps
              + ") was not hit within "
              + limit
              + "; calls so far: "
              + callsByStep());
    }
  }

  private synchronized Plan planned() {
    if (plan == null) {
      throw new IllegalStateException("no fault is planned; call plan(…) first");
    }
    return plan;
  }

  /** How many calls of a step there were, failed ones included. */
  public synchronized long calls(Step step) {
    return calls.getOrDefault(step, 0L);
  }

  /** How many calls there were, failed ones included. */
  public synchronized long calls() {
    return calls.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many calls there were of each step that had any. */
  public synchronized Map<Step, Long> callsByStep() {
    return new EnumMap<>(calls);
  }

  // Calls.

  /** What a call does in the store. */
  private interface Call<R extends @Nullable Object, X extends Exception> {
    R run() throws X;
  }

  private <R extends @Nullable Object, X extends Exception> R call(Step step, Call<R, X> call)
      throws X {
    loiter(step);
    Plan hit = count(step);
    if (hit == null) {
      return call.run();
    }
    switch (hit.fault) {
      case NOT_EXECUTED, DOWN -> {
        hit.reached.countDown();
        throw new StoreUnavailableException(message(step, "was not executed"), null);
      }
      case HELD_BEFORE -> {
        hit.reached.countDown();
        hold(hit, () -> new StoreTimeoutException(message(step, "was interrupted"), null));
        return call.run();
      }
      case REPLY_LOST, REPLIES_LOST -> {
        try {
          call.run();
        } finally {
          hit.reached.countDown();
        }
        throw lost(step);
      }
      case HELD_AFTER -> {
        R result;
        try {
          result = call.run();
        } finally {
          hit.reached.countDown();
        }
        hold(hit, () -> lost(step));
        return result;
      }
    }
    throw new IllegalStateException("an unknown fault: " + hit.fault);
  }

  /** The plan, if it is this call's turn. */
  private synchronized @Nullable Plan count(Step step) {
    calls.merge(step, 1L, Long::sum);
    Plan current = plan;
    if (current == null || current.over || !current.steps.contains(step)) {
      return null;
    }
    current.seen++;
    boolean turn =
        current.fault.lasts() ? current.seen >= current.nth : current.seen == current.nth;
    return turn ? current : null;
  }

  private void loiter(Step step) {
    Delay current;
    synchronized (this) {
      current = delay;
    }
    if (current == null) {
      return;
    }
    try {
      current.over.await(current.each.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreTimeoutException(message(step, "was interrupted"), e);
    }
  }

  private static void hold(Plan plan, Supplier<CrossfadeException> interrupted) {
    try {
      plan.release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted.get();
    }
  }

  private CrossfadeException lost(Step step) {
    return step.changes()
        ? new OutcomeUnknownException(message(step, "lost its reply"), null)
        : new StoreUnavailableException(message(step, "lost its reply"), null);
  }

  private String message(Step step, String what) {
    return "planned fault: a call of " + step + " to " + name() + " " + what;
  }

  // The store.

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public void connect() {
    change(Step.CONNECT, delegate::connect);
  }

  private void change(Step step, Runnable call) {
    this.<Boolean, RuntimeException>call(
        step,
        () -> {
          call.run();
          return true;
        });
  }

  @Override
  public void reach() {
    change(Step.REACH, delegate::reach);
  }

  @Override
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    return call(Step.CATALOGUE, () -> delegate.problems(repositories));
  }

  @Override
  public String identity() {
    return call(Step.IDENTITY, delegate::identity);
  }

  @Override
  public List<String> guarantees() {
    return delegate.guarantees();
  }

  @Override
  public List<PoolUse> pools() {
    return delegate.pools();
  }

  @Override
  public boolean canBackUp() {
    return delegate.canBackUp();
  }

  @Override
  public void backUp(Path file) {
    change(Step.BACKUP, () -> delegate.backUp(file));
  }

  @Override
  public ControlTable control() {
    return control;
  }

  @Override
  public Instances instances() {
    return instances;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> Written<R> write(
      Mark mark, UnitBody<R, X> body) throws X {
    return this.<Written<R>, X>call(Step.MARK_AND_WRITE, () -> delegate.write(mark, body));
  }

  @Override
  public <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write) {
    return call(Step.MARK_AND_WRITE, () -> delegate.writeRow(mark, repository, write));
  }

  @Override
  public JoinedTransaction join(Connection connection) {
    return new FaultyTransaction(delegate.join(connection));
  }

  private final class FaultyTransaction implements JoinedTransaction {
    private final JoinedTransaction joined;

    FaultyTransaction(JoinedTransaction joined) {
      this.joined = joined;
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R run(Mark mark, UnitBody<R, X> body)
        throws X {
      return FaultyStore.this.<R, X>call(Step.MARK_AND_WRITE, () -> joined.run(mark, body));
    }

    @Override
    public List<Marked> marked() {
      return joined.marked();
    }

    @Override
    public boolean outlastsChange() {
      return joined.outlastsChange();
    }
  }

  @Override
  public void apply(Change change) {
    change(Step.APPLY, () -> delegate.apply(change));
  }

  @Override
  public <T, K> Loaded load(Load<T, K> load) {
    return call(Step.APPLY, () -> delegate.load(load));
  }

  @Override
  public void analyze(Collection<? extends StoreRepository<?, ?>> repositories) {
    change(Step.ANALYZE, () -> delegate.analyze(repositories));
  }

  @Override
  public List<String> dropIndexes(Collection<? extends StoreRepository<?, ?>> repositories) {
    return call(Step.INDEXES, () -> delegate.dropIndexes(repositories));
  }

  @Override
  public List<String> rebuildIndexes() {
    return call(Step.INDEXES, delegate::rebuildIndexes);
  }

  @Override
  public List<String> droppedIndexes() {
    return call(Step.CATALOGUE, delegate::droppedIndexes);
  }

  @Override
  public List<String> preflight(
      Collection<? extends StoreRepository<?, ?>> repositories, boolean dropsIndexes) {
    return call(Step.CATALOGUE, () -> delegate.preflight(repositories, dropsIndexes));
  }

  @Override
  public Room room(Collection<? extends StoreRepository<?, ?>> repositories) {
    return call(Step.CATALOGUE, () -> delegate.room(repositories));
  }

  @Override
  public void apply(Change change, Rehearsal rehearsal) {
    change(Step.APPLY, () -> delegate.apply(change, rehearsal));
  }

  /** Not by plan: nobody may rely on notices anyway. */
  @Override
  public Notices onControlChange(String migration, Runnable told) {
    return delegate.onControlChange(migration, told);
  }

  @Override
  public List<RowState<?, ?>> recorded() {
    return delegate.recorded();
  }

  /** This store, or the delegate, as the given type. */
  @Override
  public <S extends Store> S unwrap(Class<S> type) {
    return type.isInstance(this) ? type.cast(this) : delegate.unwrap(type);
  }

  /** Lets go what is held, and closes the delegate; never fails by plan. */
  @Override
  public void close() {
    heal();
    delegate.close();
  }

  private final class FaultyControl implements ControlTable {
    @Override
    public @Nullable ControlRow read(String migration) {
      return call(Step.CONTROL_READ, () -> Optional.ofNullable(delegate.control().read(migration)))
          .orElse(null);
    }

    @Override
    public void createIfAbsent(ControlRow row) {
      change(Step.CONTROL, () -> delegate.control().createIfAbsent(row));
    }

    @Override
    public boolean replace(ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
      return call(Step.CONTROL, () -> delegate.control().replace(expected, next, entry));
    }

    @Override
    public boolean replaceIfDrained(
        ControlRow expected, ControlRow next, @Nullable AuditEntry entry) {
      return call(Step.CONTROL, () -> delegate.control().replaceIfDrained(expected, next, entry));
    }

    @Override
    public boolean openIfOlder(ControlRow row) {
      return call(Step.CONTROL, () -> delegate.control().openIfOlder(row));
    }

    @Override
    public Instant now() {
      return call(Step.CONTROL_READ, () -> delegate.control().now());
    }

    @Override
    public void recordEvidence(String migration, String name, String detail) {
      change(Step.CONTROL, () -> delegate.control().recordEvidence(migration, name, detail));
    }

    @Override
    public Map<String, Evidence> evidence(String migration) {
      return call(Step.CONTROL_READ, () -> delegate.control().evidence(migration));
    }

    @Override
    public void voidEvidence(String migration) {
      change(Step.CONTROL, () -> delegate.control().voidEvidence(migration));
    }

    @Override
    public void note(AuditEntry entry) {
      change(Step.AUDIT, () -> delegate.control().note(entry));
    }

    @Override
    public List<AuditEntry> audit(String migration, int most) {
      return call(Step.CONTROL_READ, () -> delegate.control().audit(migration, most));
    }

    @Override
    public int forgetAudit(String migration, Duration retention) {
      return call(Step.AUDIT, () -> delegate.control().forgetAudit(migration, retention));
    }
  }

  private final class FaultyInstances implements Instances {
    @Override
    public void register(UUID incarnation, Origin origin, Pulse pulse) {
      change(Step.INSTANCES, () -> delegate.instances().register(incarnation, origin, pulse));
    }

    @Override
    public boolean heartbeat(UUID incarnation, Pulse pulse) {
      return call(Step.INSTANCES, () -> delegate.instances().heartbeat(incarnation, pulse));
    }

    @Override
    public List<Member> members(String migration) {
      return call(Step.INSTANCES_READ, () -> delegate.instances().members(migration));
    }

    @Override
    public void fence(UUID incarnation) {
      change(Step.FENCE, () -> delegate.instances().fence(incarnation));
    }

    @Override
    public List<UUID> expired(String migration, Duration lease) {
      return call(Step.INSTANCES_READ, () -> delegate.instances().expired(migration, lease));
    }

    @Override
    public List<UUID> strangers(String migration) {
      return call(Step.INSTANCES_READ, () -> delegate.instances().strangers(migration));
    }

    @Override
    public List<UUID> fencedOwners() {
      return call(Step.INSTANCES_READ, () -> delegate.instances().fencedOwners());
    }

    @Override
    public int forget(Duration retention) {
      return call(Step.INSTANCES, () -> delegate.instances().forget(retention));
    }
  }

  private final class FaultyJournal implements Journal {
    @Override
    public List<Entry> mark(Mark mark, List<Span> spans) {
      return call(Step.MARK, () -> delegate.journal().mark(mark, spans));
    }

    @Override
    public List<Entry> markForRepair(Mark mark, List<Span> spans) {
      return call(Step.MARK, () -> delegate.journal().markForRepair(mark, spans));
    }

    @Override
    public Taken take(Mark mark, int limit) {
      return call(Step.TAKE, () -> delegate.journal().take(mark, limit));
    }

    @Override
    public int finish(List<Finish> operations) {
      return call(Step.FINISH, () -> delegate.journal().finish(operations));
    }

    @Override
    public void withdraw(Collection<Entry> own) {
      change(Step.WITHDRAW, () -> delegate.journal().withdraw(own));
    }

    @Override
    public int leaveForgotten(UUID owner, LongPredicate known) {
      return call(Step.SETTLE, () -> delegate.journal().leaveForgotten(owner, known));
    }

    @Override
    public int failed(Collection<Entry> entries, String reason, int parkAfter, Duration rest) {
      return call(Step.SETTLE, () -> delegate.journal().failed(entries, reason, parkAfter, rest));
    }

    @Override
    public List<ParkedEntry> parked(String migration, int limit) {
      return call(Step.LOOK, () -> delegate.journal().parked(migration, limit));
    }

    @Override
    public int retryParked(String migration) {
      return call(Step.SETTLE, () -> delegate.journal().retryParked(migration));
    }

    @Override
    public int giveUp(Collection<Entry> parked, Function<List<Entry>, AuditEntry> entry) {
      return call(Step.SETTLE, () -> delegate.journal().giveUp(parked, entry));
    }

    @Override
    public Set<Integer> covered(String entity, List<byte[]> canonicalKeys) {
      return call(Step.LOOK, () -> delegate.journal().covered(entity, canonicalKeys));
    }

    @Override
    public Set<Integer> disputed(List<Entry> own) {
      return call(Step.LOOK, () -> delegate.journal().disputed(own));
    }

    @Override
    public Set<Integer> present(List<Entry> own) {
      return call(Step.LOOK, () -> delegate.journal().present(own));
    }

    @Override
    public JournalStatus status(String migration) {
      return call(Step.STATUS, () -> delegate.journal().status(migration));
    }

    @Override
    public long recall(Mark mark) {
      return call(Step.SETTLE, () -> delegate.journal().recall(mark));
    }

    @Override
    public int forgetRemembered(Mark mark, int limit) {
      return call(Step.SETTLE, () -> delegate.journal().forgetRemembered(mark, limit));
    }
  }
}
