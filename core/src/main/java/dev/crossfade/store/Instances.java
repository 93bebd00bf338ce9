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
   * Registers an incarnation; nothing happens if it is registered. It may own entries of its
   * origin's migration, and of no other.
   */
  void register(UUID incarnation, Origin origin, Pulse pulse);

  /**
   * Says that an incarnation lives, and how things are with it now. One cheap statement, which may
   * be lost in a crash.
   *
   * @return false if it is fenced or unknown
   */
  boolean heartbeat(UUID incarnation, Pulse pulse);

  /**
   * All incarnations of a migration that are remembered, live or not, with what they said last; in
   * the order of their instances' names. One that was fenced before it registered is not among
   * them.
   */
  List<Member> members(String migration);

  /**
   * Who an incarnation is of.
   *
   * @param process the same for all incarnations of one process
   * @param instance the name of the process, for operators
   * @param version of the library in that process
   * @param migration the migration it takes part in
   */
  record Origin(UUID process, String instance, String version, String migration) {}

  /**
   * What an incarnation says with its heartbeat.
   *
   * @param wanted the stage that the settings of its process want; null if they want none
   * @param epoch the latest epoch it has seen
   * @param counts what its process has counted in that epoch
   */
  record Pulse(@Nullable Stage wanted, long epoch, Counts counts) {}

  /**
   * What a process has found out in one epoch. What nothing can be said of is not counted.
   *
   * @param compared reads that were compared
   * @param mismatched those of them that differ, or fail on the other store
   * @param rehearsed writes that were rehearsed
   * @param differed those of them that came out differently, or failed
   */
  record Counts(long compared, long mismatched, long rehearsed, long differed) {
    /** Nothing yet. */
    public static final Counts NONE = new Counts(0, 0, 0, 0);
  }

  /**
   * An incarnation that is remembered, and what it said last.
   *
   * @param incarnation which
   * @param origin who it is of
   * @param fenced whether it must not act any more
   * @param pulse what it said last
   * @param silentFor how long ago, by the store's clock
   */
  record Member(UUID incarnation, Origin origin, boolean fenced, Pulse pulse, Duration silentFor) {
    /** Whether it counts as alive: not fenced, and heard of within {@code lease}. */
    public boolean lives(Duration lease) {
      return !fenced && silentFor.compareTo(lease) <= 0;
    }

    /** The name of its process. */
    public String instance() {
      return origin.instance();
    }

    /** The version of the library in its process. */
    public String version() {
      return origin.version();
    }

    /** The latest epoch it has seen. */
    public long epoch() {
      return pulse.epoch();
    }

    /** The reads that its process has compared in that epoch. */
    public long compared() {
      return pulse.counts().compared();
    }

    /** Those of them that differ, or fail on the other store. */
    public long mismatched() {
      return pulse.counts().mismatched();
    }

    /** The writes that its process has rehearsed in that epoch. */
    public long rehearsed() {
      return pulse.counts().rehearsed();
    }

    /** Those of them that came out differently, or failed. */
    public long differed() {
      return pulse.counts().differed();
    }
  }

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
