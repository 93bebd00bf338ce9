package dev.crossfade;

import java.util.List;

/**
 * What a move to a stage would meet now. Nothing was moved. From {@link Migration#plan}; answers
 * change as the application goes on. Immutable.
 *
 * @param migration the migration
 * @param from the stage it is in
 * @param to the stage that was asked for
 * @param epoch the epoch it is in
 * @param path the stages that would be gone through, the last one {@code to}; empty if it is there
 * @param allowed whether the path may be gone in one move: forward only one step
 * @param gates what the gates say of the first step, all of those that are asked
 */
public record MovePlan(
    String migration,
    Stage from,
    Stage to,
    long epoch,
    List<Stage> path,
    boolean allowed,
    List<GateAnswer> gates) {
  /** Copies what is given. */
  public MovePlan {
    path = List.copyOf(path);
    gates = List.copyOf(gates);
  }

  /** Whether a move would begin now, but for what only the move asks. */
  public boolean holds() {
    return allowed && gates.stream().noneMatch(GateAnswer::refuses);
  }

  /** The answers that refuse. */
  public List<GateAnswer> refusals() {
    return gates.stream().filter(GateAnswer::refuses).toList();
  }
}
