package dev.crossfade;

import dev.crossfade.CrossfadeListener.RehearsalEvent;
import dev.crossfade.CrossfadeListener.ShadowReadEvent;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.PoolUse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A migration at one moment, for operators and their tools: records, enums, numbers, texts,
 * durations and nothing else, so that any serializer can write it. From {@link Migration#status}.
 * Immutable.
 *
 * @param migration its name
 * @param stage its stage
 * @param primary the side that decides writes
 * @param epoch the epoch
 * @param changing whether its primary is being changed at this moment
 * @param instances all incarnations that are remembered, live or not
 * @param journal how large and how old the primary's journal is
 * @param secondaryAvailable whether writes are carried over to the other store, as this process
 *     last saw it
 * @param shadowReads what this process's compared reads came to
 * @param rehearsals what this process's rehearsed writes came to
 * @param wanted the stage that the settings want, and why it is not obeyed; empty if they want none
 * @param next the next stage forward; null in {@link Stage#COMPLETE}
 * @param gates what the gates say of the step there; empty where there is none, or while the
 *     primary is being changed
 * @param pools how this process uses its connections to both stores, whatever migration they serve
 * @param rounds how the continuous verification of this process goes
 * @param guarantees what the deployments of the stores guarantee and what not, where that depends
 *     on them, each behind its store's name
 */
public record MigrationStatus(
    String migration,
    Stage stage,
    Stage.Side primary,
    long epoch,
    boolean changing,
    List<Instance> instances,
    JournalStatus journal,
    boolean secondaryAvailable,
    Map<ShadowReadEvent.Result, Long> shadowReads,
    Map<RehearsalEvent.Result, Long> rehearsals,
    Optional<WantedStage> wanted,
    @Nullable Stage next,
    List<GateAnswer> gates,
    List<PoolUse> pools,
    Rounds rounds,
    List<String> guarantees) {

  /** Copies what is given. */
  public MigrationStatus {
    instances = List.copyOf(instances);
    shadowReads = Map.copyOf(shadowReads);
    rehearsals = Map.copyOf(rehearsals);
    gates = List.copyOf(gates);
    pools = List.copyOf(pools);
    guarantees = List.copyOf(guarantees);
  }

  /**
   * The continuous verification of this process ({@link Settings#verificationRate}).
   *
   * @param going whether a round is under way
   * @param rows how many rows it has compared
   * @param completed how many rounds have come to their end
   * @param lastRows how many rows the last of them compared
   * @param lastDiffering how many of them differed; which, {@link CrossfadeListener#roundVerified}
   *     told
   * @param lastUnsettled how many were under way
   * @param lastTook how long it took; null if there was none
   * @param lastAgo how long ago it ended; null if there was none
   */
  public record Rounds(
      boolean going,
      long rows,
      long completed,
      long lastRows,
      long lastDiffering,
      long lastUnsettled,
      @Nullable Duration lastTook,
      @Nullable Duration lastAgo) {}

  /**
   * One run of a process.
   *
   * @param name the name of the process
   * @param version of the library in it
   * @param live whether it was heard of within the lease, and is not fenced
   * @param epoch the latest epoch it has seen
   * @param silentFor how long it has said nothing, by the primary's clock
   * @param compared reads that it has compared in that epoch
   * @param mismatched those of them that differed
   * @param rehearsed writes that it has rehearsed in that epoch
   * @param differed those of them that came out differently
   */
  public record Instance(
      String name,
      String version,
      boolean live,
      long epoch,
      Duration silentFor,
      long compared,
      long mismatched,
      long rehearsed,
      long differed) {}
}
