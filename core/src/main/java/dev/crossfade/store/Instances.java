package dev.crossfade.store;

import dev.crossfade.Stage;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The incarnations a store knows: which of them live, and which must not change it any more.
 *
 * <p>Each method is one transaction. Safe for use by many threads.
 */
public interface Instances {
  /**
   * Registers an incarnation; nothing happens if it is registered.
   *
   * @param incarnation what may own entries of that migration, and of no other
   * @param instance the name of its process, for operators
   * @param migration the migration it takes part in
   * @param wanted the stage that the settings of its process want; null if they want none
   */
  void register(UUID incarnation, String instance, String migration, @Nullable Stage wanted);

  /**
   * Says that an incarnation lives, and which stage its settings want now. One cheap statement,
   * which may be lost in a crash.
   *
   * @return false if it is fenced or unknown
   */
  boolean heartbeat(UUID incarnation, @Nullable Stage wanted);

  /**
   * What the live incarnations of a migration want: those that are not fenced, were heard of within
   * {@code lease} by the store's clock, and want a stage. In the order of the instances' names.
   */
  List<Wish> wishes(String migration, Duration lease);

  /**
   * The stage that an incarnation's settings want.
   *
   * @param incarnation who
   * @param instance the name of its process
   * @param stage which
   */
  record Wish(UUID incarnation, String instance, Stage stage) {}

  /**
   * Fences an incarnation, for good: waits until no change of its is under way in this store, and
   * refuses all later ones. An unknown incarnation becomes a fenced one. Safe to repeat.
   */
  void fence(UUID incarnation);

  /**
   * Incarnations of a migration, not fenced, that have said nothing for longer than {@code lease}
   * by the store's clock.
   */
  List<UUID> expired(String migration, Duration lease);

  /**
   * Incarnations that own entries of a migration in the journal and are not registered: this table
   * is an older one than the journal, or they were forgotten while their last write was under way.
   * Nobody hears of them again.
   */
  List<UUID> strangers(String migration);

  /** Fenced incarnations that own entries in the journal. */
  List<UUID> fencedOwners();

  /**
   * Forgets fenced incarnations that own no entry and have said nothing for longer than {@code
   * retention}.
   */
  int forget(Duration retention);
}
