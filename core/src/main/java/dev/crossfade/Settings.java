package dev.crossfade;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How a {@link Crossfade} behaves. Immutable; {@link #defaults()} is what a careful operator would
 * choose.
 *
 * @param instance the name of this process in the stores, for operators; need not be unique
 * @param secondaryWait how long a write waits for its rows to reach the other store. Longer: both
 *     stores agree more often when a write returns, and a slow secondary costs more. Zero: writes
 *     do not wait.
 * @param secondary whether a write may be acknowledged without the other store
 * @param secondaryLimit how long a change of the other store may take there before it is given up
 *     and left to repair, whoever waits for it: statements and waits for locks are ended by the
 *     store itself where it can. At least secondaryWait, longer than zero. Shorter: a lock or a
 *     query in its way costs the other store, and the threads that carry writes over, less. Longer:
 *     fewer keys are left to repair where changes are slow. Repair and backfill, which bring many
 *     rows at once, take up to six times as long
 * @param secondaryThreads how many writes are carried to the other store at once, per migration.
 *     Where secondaryWait is zero two threads at most carry as many as wait in one transaction
 * @param secondaryQueue how many more wait for that; beyond it they are left to repair. Where
 *     secondaryWait is zero, beyond 16 times as many rows, too
 * @param shadowSampling the share of reads that is compared in shadow and live, 0 to 1
 * @param shadowThreads how many compared reads run at once, per migration
 * @param shadowQueue how many more wait; beyond it samples are dropped and counted
 * @param repairMismatches whether the rows of a confirmed mismatch are copied again from the
 *     primary
 * @param writeWait how long a write waits for a change of primary before it fails with {@link
 *     SwitchInProgressException}
 * @param switchLimit how long a change of primary may keep writes waiting before it is undone; at
 *     most writeWait
 * @param heartbeat how often this process says that it lives
 * @param lease how long another process may say nothing before this one fences it and takes its
 *     entries over; several heartbeats. Each judges the others by its own lease, so both are to be
 *     the same in all processes. To make them longer, raise the lease everywhere first, then the
 *     heartbeat; to make them shorter, lower the heartbeat everywhere first, then the lease.
 * @param backfillChunk how many rows a backfill copies in one operation at most; fewer where they
 *     are large, or take long
 * @param backfillLanes how many ranges of keys a backfill copies at once, per migration
 * @param backfillRate how many rows a second a backfill copies at most; zero for as many as it can
 * @param backfillSpace how many times the size of the primary's rows must be free on the disk of
 *     the other store before a backfill begins, as far as both can be told; zero to begin whatever
 *     is free
 * @param backfillIndexesLast whether a backfill drops the foreign keys and plain indexes of tables
 *     that are empty in the other store, and builds them when it has ended
 * @param verificationThreads how many ranges of keys a verification compares at once; each takes a
 *     connection to either store while it reads. More: faster while the machines have processors to
 *     spare, and fewer connections for the application
 * @param verificationRate how many rows a second this process verifies round and round, in the
 *     stages that write both stores; 0 for none
 * @param parkAfter how often repair tries a key that the secondary refuses before it parks the
 *     entry
 * @param rehearsalSampling the share of writes that PostgreSQL's own implementation runs as well in
 *     shadow, to be compared and rolled back; 0 to 1
 * @param rehearsalLimit how long one such rehearsal may take; longer than zero
 * @param actor who moves migrations here, as the audit is to say
 * @param gates what must be so before a migration moves on
 * @param auditRetention how long the audit is kept; zero for ever
 * @param rollbackWindow how long keys that change in {@link Stage#COMPLETE} are remembered for the
 *     way back; zero for ever. After it they are forgotten, and the way back takes a backfill and a
 *     verification in the other direction. The same in all processes: the shortest counts
 * @param stages the wanted stage by the migration's name; immutable. A migration that is not named
 *     is moved by hand alone. A wanted stage is obeyed once, as {@link Builder#stage} says.
 */
public record Settings(
    String instance,
    Duration secondaryWait,
    Secondary secondary,
    Duration secondaryLimit,
    int secondaryThreads,
    int secondaryQueue,
    double shadowSampling,
    int shadowThreads,
    int shadowQueue,
    boolean repairMismatches,
    Duration writeWait,
    Duration switchLimit,
    Duration heartbeat,
    Duration lease,
    int backfillChunk,
    int backfillLanes,
    int backfillRate,
    double backfillSpace,
    boolean backfillIndexesLast,
    int verificationThreads,
    int verificationRate,
    int parkAfter,
    double rehearsalSampling,
    Duration rehearsalLimit,
    String actor,
    GateSettings gates,
    Duration auditRetention,
    Duration rollbackWindow,
    Map<String, Stage> stages) {

  /**
   * What a write promises of the other store, in the stages that write both; in {@link Stage#OFF}
   * and {@link Stage#COMPLETE} it has no meaning.
   */
  public enum Secondary {
    /**
     * A write is acknowledged once the primary has it. What the other store misses stands in the
     * journal and follows.
     */
    OPTIONAL,
    /**
     * A write is acknowledged once both stores have it. While the other store is known to be
     * unavailable writes are refused with {@link StoreUnavailableException}, nothing written. Where
     * that shows only after the primary has written, or no answer comes within {@link
     * Settings#secondaryWait}, the caller gets {@link SecondaryMissedException}: the primary has
     * the write, and the other store gets it as ever.
     */
    REQUIRED
  }

  /** Checks every value. */
  public Settings {
    notNegative("secondaryWait", secondaryWait);
    if (secondary == Secondary.REQUIRED && secondaryWait.isZero()) {
      throw new IllegalArgumentException(
          "secondaryWait must be longer than zero where secondary is required: a write that does"
              + " not wait cannot know whether the other store has it");
    }
    if (secondaryLimit.toMillis() < 1 || secondaryLimit.compareTo(secondaryWait) < 0) {
      throw new IllegalArgumentException(
          "secondaryLimit ("
              + secondaryLimit
              + ") must be at least 1 ms, and not less than secondaryWait ("
              + secondaryWait
              + "): a write would wait for a change that was given up");
    }
    positive("secondaryThreads", secondaryThreads);
    positive("secondaryQueue", secondaryQueue);
    share("shadowSampling", shadowSampling);
    positive("shadowThreads", shadowThreads);
    positive("shadowQueue", shadowQueue);
    notNegative("writeWait", writeWait);
    notNegative("switchLimit", switchLimit);
    if (switchLimit.compareTo(writeWait) > 0) {
      throw new IllegalArgumentException(
          "switchLimit ("
              + switchLimit
              + ") must not exceed writeWait ("
              + writeWait
              + "): writes would fail while a switch still hopes");
    }
    if (heartbeat.toMillis() < 1 || lease.compareTo(heartbeat.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "lease ("
              + lease
              + ") must be at least twice the heartbeat ("
              + heartbeat
              + "), which must be at least 1 ms");
    }
    positive("backfillChunk", backfillChunk);
    positive("backfillLanes", backfillLanes);
    if (backfillRate < 0) {
      throw new IllegalArgumentException(
          "backfillRate must not be negative, but is " + backfillRate + "; zero is no limit");
    }
    if (!(backfillSpace >= 0 && backfillSpace <= MOST_SPACE)) {
      throw new IllegalArgumentException(
          "backfillSpace must be from 0 to " + (int) MOST_SPACE + ", not " + backfillSpace);
    }
    positive("verificationThreads", verificationThreads);
    if (verificationRate < 0) {
      throw new IllegalArgumentException(
          "verificationRate must not be negative, but is " + verificationRate);
    }
    positive("parkAfter", parkAfter);
    share("rehearsalSampling", rehearsalSampling);
    notNegative("rehearsalLimit", rehearsalLimit);
    if (rehearsalLimit.isZero()) {
      throw new IllegalArgumentException(
          "rehearsalLimit must be longer than zero; rehearsalSampling 0 rehearses nothing");
    }
    if (actor.isBlank()) {
      throw new IllegalArgumentException("actor must not be blank: the audit would not say who");
    }
    notNegative("auditRetention", auditRetention);
    notNegative("rollbackWindow", rollbackWindow);
    stages = Map.copyOf(stages);
  }

  private static final double MOST_SPACE = 100;

  /** What a careful operator would choose. */
  public static Settings defaults() {
    return builder().build();
  }

  /** Begins with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Begins with these settings, to change some of them. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1, not " + value);
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value);
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
  }

  /**
   * Collects settings; not safe for use by several threads. The setters are explained at {@link
   * Settings}.
   */
  public static final class Builder {
    private String instance = "pid-" + ProcessHandle.current().pid();
    private Duration secondaryWait = Duration.ofSeconds(1);
    private Secondary secondary = Secondary.OPTIONAL;
    private Duration secondaryLimit = Duration.ofSeconds(5);
    private int secondaryThreads = 16;
    private int secondaryQueue = 1024;
    private double shadowSampling = 0.1;
    private int shadowThreads = 2;
    private int shadowQueue = 256;
    private boolean repairMismatches;
    private Duration writeWait = Duration.ofSeconds(2);
    private Duration switchLimit = Duration.ofMillis(1500);
    private Duration heartbeat = Duration.ofSeconds(1);
    private Duration lease = Duration.ofSeconds(10);
    private int backfillChunk = 10_000;
    private int backfillLanes = 2;
    private int backfillRate;
    private double backfillSpace = 3;
    private boolean backfillIndexesLast;
    private int verificationThreads = 2;
    private int verificationRate;
    private int parkAfter = 5;
    private double rehearsalSampling = 0.1;
    private Duration rehearsalLimit = Duration.ofMillis(250);
    private String actor = System.getProperty("user.name", "unknown");
    private GateSettings gates = GateSettings.defaults();
    private Duration auditRetention = Duration.ofDays(365);
    private Duration rollbackWindow = Duration.ofDays(7);
    private final Map<String, Stage> stages = new HashMap<>();

    private Builder() {}

    private Builder(Settings from) {
      instance = from.instance;
      secondaryWait = from.secondaryWait;
      secondary = from.secondary;
      secondaryLimit = from.secondaryLimit;
      secondaryThreads = from.secondaryThreads;
      secondaryQueue = from.secondaryQueue;
      shadowSampling = from.shadowSampling;
      shadowThreads = from.shadowThreads;
      shadowQueue = from.shadowQueue;
      repairMismatches = from.repairMismatches;
      writeWait = from.writeWait;
      switchLimit = from.switchLimit;
      heartbeat = from.heartbeat;
      lease = from.lease;
      backfillChunk = from.backfillChunk;
      backfillLanes = from.backfillLanes;
      backfillRate = from.backfillRate;
      backfillSpace = from.backfillSpace;
      backfillIndexesLast = from.backfillIndexesLast;
      verificationThreads = from.verificationThreads;
      verificationRate = from.verificationRate;
      parkAfter = from.parkAfter;
      rehearsalSampling = from.rehearsalSampling;
      rehearsalLimit = from.rehearsalLimit;
      actor = from.actor;
      gates = from.gates;
      auditRetention = from.auditRetention;
      rollbackWindow = from.rollbackWindow;
      stages.putAll(from.stages);
    }

    /** Sets {@link Settings#instance}. */
    public Builder instance(String value) {
      instance = value;
      return this;
    }

    /** Sets {@link Settings#secondaryWait}; default 1 s. */
    public Builder secondaryWait(Duration value) {
      secondaryWait = value;
      return this;
    }

    /** Sets {@link Settings#secondary}; default {@link Secondary#OPTIONAL}. */
    public Builder secondary(Secondary value) {
      secondary = value;
      return this;
    }

    /** Sets {@link Settings#secondaryLimit}; default 5 s. */
    public Builder secondaryLimit(Duration value) {
      secondaryLimit = value;
      return this;
    }

    /** Sets {@link Settings#secondaryThreads}; default 16. */
    public Builder secondaryThreads(int value) {
      secondaryThreads = value;
      return this;
    }

    /** Sets {@link Settings#secondaryQueue}; default 1,024. */
    public Builder secondaryQueue(int value) {
      secondaryQueue = value;
      return this;
    }

    /** Sets {@link Settings#shadowSampling}; default 0.1. */
    public Builder shadowSampling(double value) {
      shadowSampling = value;
      return this;
    }

    /** Sets {@link Settings#shadowThreads}; default 2. */
    public Builder shadowThreads(int value) {
      shadowThreads = value;
      return this;
    }

    /** Sets {@link Settings#shadowQueue}; default 256. */
    public Builder shadowQueue(int value) {
      shadowQueue = value;
      return this;
    }

    /** Sets {@link Settings#repairMismatches}; default false: they are reported. */
    public Builder repairMismatches(boolean value) {
      repairMismatches = value;
      return this;
    }

    /** Sets {@link Settings#writeWait}; default 2 s. */
    public Builder writeWait(Duration value) {
      writeWait = value;
      return this;
    }

    /** Sets {@link Settings#switchLimit}; default 1.5 s. */
    public Builder switchLimit(Duration value) {
      switchLimit = value;
      return this;
    }

    /** Sets {@link Settings#heartbeat}; default 1 s. */
    public Builder heartbeat(Duration value) {
      heartbeat = value;
      return this;
    }

    /** Sets {@link Settings#lease}; default 10 s. */
    public Builder lease(Duration value) {
      lease = value;
      return this;
    }

    /** Sets {@link Settings#backfillChunk}; default 10,000. */
    public Builder backfillChunk(int value) {
      backfillChunk = value;
      return this;
    }

    /** Sets {@link Settings#backfillLanes}; default 2. */
    public Builder backfillLanes(int value) {
      backfillLanes = value;
      return this;
    }

    /** Sets {@link Settings#backfillRate}; default 0, as many as it can. */
    public Builder backfillRate(int rowsPerSecond) {
      backfillRate = rowsPerSecond;
      return this;
    }

    /** Sets {@link Settings#backfillSpace}; default 3. */
    public Builder backfillSpace(double value) {
      backfillSpace = value;
      return this;
    }

    /** Sets {@link Settings#backfillIndexesLast}; default false. */
    public Builder backfillIndexesLast(boolean value) {
      backfillIndexesLast = value;
      return this;
    }

    /** Sets {@link Settings#verificationThreads}; default 2. */
    public Builder verificationThreads(int value) {
      verificationThreads = value;
      return this;
    }

    /** Sets {@link Settings#verificationRate}; default 0: off. */
    public Builder verificationRate(int value) {
      verificationRate = value;
      return this;
    }

    /** Sets {@link Settings#parkAfter}; default 5. */
    public Builder parkAfter(int value) {
      parkAfter = value;
      return this;
    }

    /** Sets {@link Settings#rehearsalSampling}; default 0.1. */
    public Builder rehearsalSampling(double value) {
      rehearsalSampling = value;
      return this;
    }

    /** Sets {@link Settings#rehearsalLimit}; default 250 ms. */
    public Builder rehearsalLimit(Duration value) {
      rehearsalLimit = value;
      return this;
    }

    /** Sets {@link Settings#actor}; default the operating system's name of the user. */
    public Builder actor(String value) {
      actor = value;
      return this;
    }

    /** Changes {@link Settings#gates}; {@link GateSettings#defaults} by default. */
    public Builder gates(UnaryOperator<GateSettings> change) {
      gates = change.apply(gates);
      return this;
    }

    /** Sets {@link Settings#auditRetention}; default 365 days. */
    public Builder auditRetention(Duration value) {
      auditRetention = value;
      return this;
    }

    /** Sets {@link Settings#rollbackWindow}; default 7 days. */
    public Builder rollbackWindow(Duration value) {
      rollbackWindow = value;
      return this;
    }

    /**
     * The stage a migration is wanted in; replaces the one given before. None by default: it is
     * moved by hand.
     *
     * <p>It is obeyed once: when it differs from what was obeyed last, and every live instance that
     * wants a stage wants this one. The gates are asked as for {@link Migration#moveTo}. What they
     * refuse stays wanted and is tried again; {@link Migration#wanted} says why. A move by hand
     * supersedes it, also for a process started again with the same settings.
     *
     * @param migration its name; a {@link Crossfade} refuses settings that name one it has not
     */
    public Builder stage(String migration, Stage stage) {
      stages.put(migration, stage);
      return this;
    }

    /** No migration is wanted in any stage: for tools beside an application, which move by hand. */
    public Builder withoutStages() {
      stages.clear();
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a value is out of its bounds; the message names it
     */
    public Settings build() {
      return new Settings(
          instance,
          secondaryWait,
          secondary,
          secondaryLimit,
          secondaryThreads,
          secondaryQueue,
          shadowSampling,
          shadowThreads,
          shadowQueue,
          repairMismatches,
          writeWait,
          switchLimit,
          heartbeat,
          lease,
          backfillChunk,
          backfillLanes,
          backfillRate,
          backfillSpace,
          backfillIndexesLast,
          verificationThreads,
          verificationRate,
          parkAfter,
          rehearsalSampling,
          rehearsalLimit,
          actor,
          gates,
          auditRetention,
          rollbackWindow,
          stages);
    }
  }
}
