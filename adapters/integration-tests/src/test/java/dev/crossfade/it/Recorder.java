package dev.crossfade.it;

import dev.crossfade.CrossfadeListener;
import dev.crossfade.MoveReport;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps all events. */
final class Recorder implements CrossfadeListener {
  private final Queue<WriteEvent> writes = new ConcurrentLinkedQueue<>();
  private final Queue<SecondaryEvent> secondaries = new ConcurrentLinkedQueue<>();
  private final Queue<ShadowReadEvent> shadowReads = new ConcurrentLinkedQueue<>();
  private final Queue<RehearsalEvent> rehearsals = new ConcurrentLinkedQueue<>();
  private final Queue<Mismatch> mismatches = new ConcurrentLinkedQueue<>();
  private final Queue<RepairEvent> repairs = new ConcurrentLinkedQueue<>();
  private final Queue<CopyProgress> progress = new ConcurrentLinkedQueue<>();
  private final Queue<MoveReport> moves = new ConcurrentLinkedQueue<>();
  private final Queue<WantedEvent> wanted = new ConcurrentLinkedQueue<>();
  private final Queue<Object> rare = new ConcurrentLinkedQueue<>();

  @Override
  public void written(WriteEvent event) {
    writes.add(event);
  }

  @Override
  public void secondary(SecondaryEvent event) {
    secondaries.add(event);
  }

  @Override
  public void shadowRead(ShadowReadEvent event) {
    shadowReads.add(event);
  }

  @Override
  public void rehearsed(RehearsalEvent event) {
    rehearsals.add(event);
  }

  @Override
  public void mismatch(Mismatch mismatch) {
    mismatches.add(mismatch);
  }

  @Override
  public void repaired(RepairEvent event) {
    repairs.add(event);
  }

  @Override
  public void progressed(CopyProgress event) {
    progress.add(event);
  }

  @Override
  public void moved(MoveReport move) {
    moves.add(move);
  }

  @Override
  public void wanted(WantedEvent event) {
    wanted.add(event);
  }

  @Override
  public void secondaryAvailability(AvailabilityEvent event) {
    rare.add(event);
  }

  @Override
  public void backlog(BacklogEvent event) {
    rare.add(event);
  }

  @Override
  public void parked(ParkedEvent event) {
    rare.add(event);
  }

  @Override
  public void repairFailed(RepairFailure event) {
    rare.add(event);
  }

  @Override
  public void finishFailed(FinishFailure event) {
    rare.add(event);
  }

  @Override
  public void fenced(FencingEvent event) {
    rare.add(event);
  }

  @Override
  public void backfilled(BackfillEvent event) {
    rare.add(event);
  }

  @Override
  public void verified(VerificationEvent event) {
    rare.add(event);
  }

  @Override
  public void roundVerified(VerificationEvent event) {
    rare.add(event);
  }

  /** Forgets what copies and verifications have told so far. */
  void clear() {
    progress.clear();
    rare.clear();
  }

  @Override
  public void recalled(RecallEvent event) {
    rare.add(event);
  }

  @Override
  public void moveFailed(FailedMove event) {
    rare.add(event);
  }

  @Override
  public void attemptUndone(UndoneAttempt event) {
    rare.add(event);
  }

  /** Events of one type, of those that have no list of their own, in order. */
  <E> List<E> all(Class<E> type) {
    return rare.stream().filter(type::isInstance).map(type::cast).toList();
  }

  List<WriteEvent> writes() {
    return List.copyOf(writes);
  }

  long secondaries(SecondaryEvent.Outcome outcome) {
    return secondaries.stream().filter(event -> event.outcome() == outcome).count();
  }

  long shadowReads(ShadowReadEvent.Result result) {
    return shadowReads.stream().filter(event -> event.result() == result).count();
  }

  List<ShadowReadEvent> shadowReads() {
    return List.copyOf(shadowReads);
  }

  List<RehearsalEvent> rehearsals() {
    return List.copyOf(rehearsals);
  }

  long rehearsals(RehearsalEvent.Result result) {
    return rehearsals.stream().filter(event -> event.result() == result).count();
  }

  List<Mismatch> mismatches() {
    return List.copyOf(mismatches);
  }

  List<RepairEvent> repairs() {
    return List.copyOf(repairs);
  }

  List<CopyProgress> progress() {
    return List.copyOf(progress);
  }

  List<WantedEvent> wanted() {
    return List.copyOf(wanted);
  }

  List<MoveReport> moves() {
    return List.copyOf(moves);
  }
}
