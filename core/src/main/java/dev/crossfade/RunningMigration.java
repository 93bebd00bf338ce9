package dev.crossfade;

import dev.crossfade.AuditEntry.Action;
import dev.crossfade.CrossfadeListener.RehearsalEvent;
import dev.crossfade.CrossfadeListener.ShadowReadEvent;
import dev.crossfade.Stage.Side;
import dev.crossfade.VerificationReport.RowDifference;
import dev.crossfade.copy.Backfill;
import dev.crossfade.copy.ContinuousVerification;
import dev.crossfade.copy.Repair;
import dev.crossfade.copy.Repairer;
import dev.crossfade.copy.Settling;
import dev.crossfade.copy.Verification;
import dev.crossfade.cutover.Abandonment;
import dev.crossfade.cutover.Moves;
import dev.crossfade.cutover.Obeyer;
import dev.crossfade.cutover.Reconciliation;
import dev.crossfade.journal.Finisher;
import dev.crossfade.journal.Heartbeat;
import dev.crossfade.journal.Membership;
import dev.crossfade.journal.Ownership;
import dev.crossfade.rehearsal.Rehearsals;
import dev.crossfade.rehearsal.Units;
import dev.crossfade.routing.Router;
import dev.crossfade.shadow.ShadowReads;
import dev.crossfade.stage.Audit;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.StageWatch;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Notices;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.Store;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Findings;
import dev.crossfade.wiring.Findings.Kind;
import dev.crossfade.wiring.Pair;
import dev.crossfade.wiring.ShownKeys;
import dev.crossfade.write.SecondaryBreaker;
import dev.crossfade.write.SecondaryLane;
import dev.crossfade.write.WritePath;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A migration and all that moves in it, wired in the order of the flow. */
final class RunningMigration implements Migration, AutoCloseable {
  private static final int MOST_PARKED = 1_000;

  private final Crossing crossing;
  private final Audit audit;
  private final Findings findings;
  private final Stages stages;
  private final Finisher finisher;
  private final Rehearsals rehearsals;
  private final SecondaryLane secondary;
  private final WritePath writes;
  private final Repair repair;
  private final Backfill backfill;
  private final Verification verification;
  private final ContinuousVerification continuous;
  private final ShadowReads shadows;
  private final Moves moves;
  private final Abandonment abandonment;
  private final Reconciliation reconciliation;
  private final Obeyer obeyer;
  private final StatusReport report;
  private final List<Heartbeat> heartbeats;
  private final StageWatch watch;
  private final List<Notices> notices;
  private final Router router;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Looks at the stores and starts the threads. */
  RunningMigration(Crossing crossing) {
    this.crossing = crossing;
    this.audit = new Audit(crossing);
    this.stages = new Stages(crossing, audit);
    boolean bothFit = checkCatalogues();
    Ownership ownership = new Ownership();
    Membership membership = new Membership(crossing, stages, ownership);
    if (bothFit) {
      membership.fits(stages.current().secondary());
    }
    membership.keepUp(stages.current()); // may throw: no thread has been started yet
    SecondaryBreaker breaker = new SecondaryBreaker(crossing);
    this.finisher = new Finisher(crossing, this::somethingLeft);
    Units units = new Units();
    this.rehearsals = new Rehearsals(crossing, ownership, units);
    this.secondary =
        new SecondaryLane(
            crossing, ownership, membership, finisher, breaker, rehearsals, this::somethingLeft);
    this.writes =
        new WritePath(crossing, stages, ownership, membership, secondary, rehearsals, units);
    this.findings = new Findings(crossing);
    this.repair = new Repair(crossing, stages, ownership, membership, finisher, breaker, findings);
    Settling settling = new Settling(crossing, closed);
    this.backfill =
        new Backfill(
            crossing, stages, ownership, breaker, repair, settling, findings, this::copied);
    this.verification = new Verification(crossing, stages, settling, findings);
    this.continuous =
        new ContinuousVerification(
            crossing, stages, settling, findings, new Recopying(new AtomicLong()));
    this.shadows = new ShadowReads(crossing, stages, settling, backfill);
    this.moves = new Moves(crossing, stages, repair, membership, findings, audit);
    this.abandonment = new Abandonment(crossing, stages, membership, audit, repair);
    this.reconciliation =
        new Reconciliation(crossing, stages, ownership, membership, findings, audit, closed);
    this.obeyer = new Obeyer(crossing, stages, membership, moves);
    this.report =
        new StatusReport(
            crossing, stages, membership, repair, shadows, rehearsals, moves, obeyer, continuous);
    this.heartbeats =
        Stream.of(Side.values())
            .map(side -> new Heartbeat(crossing, side, membership, this::somethingLeft))
            .toList();
    stages.onNewEpoch(() -> heartbeats.forEach(Heartbeat::signal));
    this.watch = new StageWatch(crossing, stages);
    this.router = new Router(stages, writes, shadows);
    repair.start();
    heartbeats.forEach(Heartbeat::start);
    watch.start();
    continuous.start();
    this.notices =
        Stream.of(Side.values())
            .map(side -> crossing.store(side).onControlChange(crossing.name(), watch::signal))
            .toList();
    obeyer.signal();
  }

  private void somethingLeft() {
    repair.signal();
  }

  private void copied() {
    obeyer.signal();
  }

  /**
   * The primary's mapping must fit; the other one's must as far as it can be reached.
   *
   * @return whether it could
   */
  private boolean checkCatalogues() {
    StageView view = stages.current();
    List<String> problems = new ArrayList<>(crossing.problems(view.primary()));
    boolean both = false;
    if (view.stage() != Stage.OFF) {
      try {
        crossing.store(view.secondary()).connect();
        problems.addAll(crossing.problems(view.secondary()));
        both = true;
      } catch (StoreUnavailableException | StoreTimeoutException e) {
        // the application starts without it; membership reports it, and repair catches up
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return both;
  }

  /** The entities and views of which an implementation has that interface. */
  List<Pair<?>> pairsFor(Class<?> type) {
    return Stream.<Pair<?>>concat(crossing.pairs().stream(), crossing.views().stream())
        .filter(pair -> Stream.of(Side.values()).anyMatch(side -> type.isInstance(pair.on(side))))
        .toList();
  }

  <R> R repository(Class<R> type, Pair<?> pair) {
    return router.route(type, pair);
  }

  /** Behaves so from now on. */
  void apply(Settings settings) {
    crossing.settings(settings);
    secondary.resize();
    shadows.resize();
    heartbeats.forEach(Heartbeat::signal);
    watch.signal();
    repair.signal();
    continuous.signal();
    obeyer.signal();
  }

  WritePath writes() {
    return writes;
  }

  @Override
  public String name() {
    return crossing.name();
  }

  @Override
  public Stage stage() {
    return stages.current().stage();
  }

  @Override
  public Side primary() {
    return stages.current().primary();
  }

  @Override
  public long epoch() {
    return stages.current().epoch();
  }

  @Override
  public MovePlan plan(Stage stage) {
    refuseInsideUnit();
    return moves.plan(stage);
  }

  @Override
  public MoveReport moveTo(Stage stage) {
    return move(stage, null);
  }

  @Override
  public MoveReport moveTo(Stage stage, Force force) {
    return move(stage, force);
  }

  private MoveReport move(Stage stage, @Nullable Force force) {
    refuseInsideUnit();
    try {
      return moves.moveTo(stage, force);
    } finally {
      obeyer.signal();
    }
  }

  @Override
  public AbandonReport abandonPrimary(String reason) {
    refuseInsideUnit();
    AbandonReport report = abandonment.abandon(reason);
    repair.signal();
    return report;
  }

  @Override
  public ReconcileReport reconcile(Path file) {
    refuseInsideUnit();
    ReconcileReport report = reconciliation.reconcile(file);
    repair.signal();
    return report;
  }

  @Override
  public List<AuditEntry> audit(int most) {
    return audit.latest(stages.current().primary(), most);
  }

  @Override
  public Optional<WantedStage> wanted() {
    return obeyer.wanted();
  }

  @Override
  public BackfillReport backfill() {
    refuseInsideUnit();
    return backfill.run();
  }

  @Override
  public BackfillPlan planBackfill() {
    refuseInsideUnit();
    return backfill.plan();
  }

  @Override
  public BackfillRun startBackfill() {
    refuseInsideUnit();
    return backfill.start();
  }

  @Override
  public BackfillRun restartBackfill() {
    refuseInsideUnit();
    return backfill.restart();
  }

  @Override
  public VerificationReport verify() {
    return verify(VerifyOptions.full());
  }

  @Override
  public VerificationReport verify(VerifyOptions options) {
    refuseInsideUnit();
    repair.ensureRecalled();
    VerificationReport report = verification.run(options);
    obeyer.signal();
    return report;
  }

  @Override
  public RepairReport verifyAndRepair() {
    refuseInsideUnit();
    repair.ensureRecalled();
    AtomicLong refused = new AtomicLong();
    VerificationReport found = verification.run(VerifyOptions.full(), new Recopying(refused));
    VerificationReport after = found.isClean() ? found : verify();
    obeyer.signal();
    return new RepairReport(found, refused.get(), after);
  }

  /** Copies again what a verification has found different, and counts what is refused. */
  private final class Recopying implements Repairer {
    private final AtomicLong refused;

    Recopying(AtomicLong refused) {
      this.refused = refused;
    }

    @Override
    public <T, K> void repair(EntityPair<T, K> pair, List<K> keys) {
      refused.addAndGet(backfill.copyKeys(pair, keys));
    }
  }

  @Override
  public int repair(Collection<RowDifference> differences) {
    refuseInsideUnit();
    Map<String, List<Object>> keys = new LinkedHashMap<>();
    for (RowDifference difference : differences) {
      keys.computeIfAbsent(difference.entity(), e -> new ArrayList<>()).add(difference.key());
    }
    int refused = 0;
    for (Map.Entry<String, List<Object>> group : keys.entrySet()) {
      refused += copyKeys(crossing.pair(group.getKey()), group.getValue());
    }
    return refused;
  }

  /** Its reads would see the unit's rows before they are committed. */
  private void refuseInsideUnit() {
    if (writes.unitSide() != null) {
      throw new IllegalStateException(
          "not inside a unit of work of migration '" + name() + "'; do it before or after");
    }
  }

  private <T, K> int copyKeys(EntityPair<T, K> pair, List<Object> keys) {
    return backfill.copyKeys(pair, keys.stream().map(pair.entity().keys().type()::cast).toList());
  }

  @Override
  public Map<ShadowReadEvent.Result, Long> shadowReads() {
    return shadows.counts();
  }

  @Override
  public Map<RehearsalEvent.Result, Long> rehearsals() {
    return rehearsals.counts();
  }

  @Override
  public boolean secondaryAvailable() {
    return report.secondaryAvailable();
  }

  @Override
  public JournalStatus journal() {
    return repair.status();
  }

  @Override
  public boolean awaitSettled(Duration limit) {
    refuseInsideUnit();
    return repair.settle(limit);
  }

  @Override
  public List<ParkedKey> parked() {
    return primaryJournal().parked(name(), MOST_PARKED).stream()
        .map(entry -> ShownKeys.parked(crossing, entry))
        .toList();
  }

  @Override
  public int retryParked() {
    int retried = primaryJournal().retryParked(name());
    repair.signal();
    return retried;
  }

  @Override
  public int giveUp(Collection<ParkedKey> keys, String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("keys are given up for a reason");
    }
    StageView view = stages.current();
    Store primary = crossing.store(view.primary());
    List<ParkedEntry> parked =
        primary.journal().parked(name(), MOST_PARKED).stream()
            .filter(entry -> isAmong(keys, ShownKeys.parked(crossing, entry)))
            .toList();
    Instant now = primary.control().now();
    return primary
        .journal()
        .giveUp(
            parked.stream().map(ParkedEntry::entry).toList(),
            gone -> gaveUp(view, parked, Set.copyOf(gone), now, reason));
  }

  private AuditEntry gaveUp(
      StageView view, List<ParkedEntry> parked, Set<Entry> gone, Instant at, String reason) {
    return audit.entry(
        Action.GAVE_UP,
        view.stage(),
        view.stage(),
        view.epoch(),
        at,
        crossing.settings().actor(),
        parked.stream()
            .filter(entry -> gone.contains(entry.entry()))
            .map(entry -> ShownKeys.parked(crossing, entry))
            .map(key -> key.entity() + ' ' + key.key())
            .distinct()
            .sorted()
            .toList(),
        reason);
  }

  private static boolean isAmong(Collection<ParkedKey> keys, ParkedKey parked) {
    return keys.stream()
        .anyMatch(key -> key.entity().equals(parked.entity()) && key.key().equals(parked.key()));
  }

  @Override
  public void backUp(Path file) {
    crossing.store(Side.LEGACY).backUp(file);
    noteBackup("legacy store backed up to " + file.toAbsolutePath());
  }

  @Override
  public void noteBackup(String note) {
    if (note.isBlank() || note.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a note of a backup is a line that says where it is");
    }
    findings.record(stages.current().primary(), Kind.BACKUP, note, "");
    obeyer.signal();
  }

  @Override
  public MigrationStatus status() {
    refuseInsideUnit();
    return report.status();
  }

  /** Why somebody should look at it; asks no store. */
  List<String> concerns() {
    return report.concerns();
  }

  private Journal primaryJournal() {
    Side primary = stages.current().primary();
    return crossing.store(primary).journal();
  }

  /**
   * Ends all threads in the order in which work flows; what is under way is finished, what waits is
   * left to repair.
   */
  @Override
  public void close() {
    closed.countDown();
    obeyer.stop();
    backfill.close();
    verification.close();
    continuous.close();
    shadows.close();
    secondary.close();
    repair.close();
    obeyer.close();
    finisher.close();
    notices.forEach(Notices::close);
    watch.close();
    heartbeats.forEach(Heartbeat::close);
  }
}
