package dev.crossfade.journal;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which entries of the journal are this process's, and under which incarnation it works.
 *
 * <p>Ids are registered before they are sent and forgotten after their entry is finished, so an
 * entry that is open in the journal and, looked up afterwards, not known here is a forgotten one.
 * Safe for use by many threads.
 */
public final class Ownership {
  private final AtomicLong ids = new AtomicLong();
  private final Set<Long> known = ConcurrentHashMap.newKeySet();
  private final Set<UUID> suspects = ConcurrentHashMap.newKeySet();
  private volatile UUID current = UUID.randomUUID();

  /** The incarnation that new operations run under. */
  public UUID current() {
    return current;
  }

  /** Begins an operation under the current incarnation. */
  public Operation begin() {
    return new Operation(this, current);
  }

  /**
   * Whether an entry of that id and owner may not be called forgotten: its operation is under way,
   * or may have an unknown outcome that only a fence ends. Asked in this order, because an
   * incarnation is suspected before the operation that made it so ends.
   */
  public boolean knows(UUID owner, long id) {
    return known.contains(id) || suspects.contains(owner);
  }

  /**
   * A change of the secondary under this incarnation has an unknown outcome: it is to be fenced.
   */
  public void suspect(UUID incarnation) {
    suspects.add(incarnation);
  }

  /** The incarnations to be fenced. */
  Set<UUID> suspects() {
    return suspects;
  }

  /** This one is fenced. */
  void fenced(UUID incarnation) {
    suspects.remove(incarnation);
  }

  /** New operations run under this incarnation from now on. */
  void goOnAs(UUID incarnation) {
    current = incarnation;
  }

  /** How many ids have been given so far, each to one entry of one operation. */
  public long given() {
    return ids.get();
  }

  long register() {
    long id = ids.incrementAndGet();
    known.add(id);
    return id;
  }

  void forget(long id) {
    known.remove(id);
  }
}
