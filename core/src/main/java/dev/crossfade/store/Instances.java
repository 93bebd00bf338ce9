package dev.crossfade.store;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * The incarnations a store knows: which of them live, and which must not change it any more.
 *
 * <p>Each method is one transaction. Safe for use by many threads.
 */
public interface Instances {
  /** Registers an incarnation of the named instance; nothing happens if it is registered. */
  void register(UUID incarnation, String instance);

  /**
   * Says that an incarnation lives.
   *
   * @return false if it is fenced or unknown
   */
  boolean heartbeat(UUID incarnation);

  /**
   * Fences an incarnation, for good: waits until no change of its is under way in this store, and
   * refuses all later ones. An unknown incarnation becomes a fenced one. Safe to repeat.
   */
  void fence(UUID incarnation);

  /**
   * Incarnations, not fenced, that have said nothing for longer than {@code lease} by the store's
   * clock.
   */
  List<UUID> expired(Duration lease);

  /** Fenced incarnations that own entries in the journal. */
  List<UUID> fencedOwners();

  /**
   * Forgets fenced incarnations that own no entry and have said nothing for longer than {@code
   * retention}.
   */
  int forget(Duration retention);
}
