package dev.crossfade;

import java.util.List;
import java.util.OptionalLong;

/**
 * What a backfill would do, and whether it would begin; from {@link Migration#planBackfill}.
 *
 * @param migration the migration
 * @param from the primary, as messages name it
 * @param to the other store
 * @param entities in the order in which they are copied; each once those it refers to are done
 * @param size what the rows of the primary take there, in bytes; empty if it cannot tell
 * @param free what is free on the disk of the other store; empty if it cannot tell, as most
 *     servers: look yourself for {@link Settings#backfillSpace} times the size
 * @param problems why it would not begin: room and rights, each with the fix; empty if it would
 */
public record BackfillPlan(
    String migration,
    String from,
    String to,
    List<EntityPlan> entities,
    OptionalLong size,
    OptionalLong free,
    List<String> problems) {
  /** Copies the lists. */
  public BackfillPlan {
    entities = List.copyOf(entities);
    problems = List.copyOf(problems);
  }

  /**
   * An entity of it.
   *
   * @param entity its name
   * @param rows how many there are in the primary
   * @param there how many the other store has; it may have others among them
   * @param copied how many an earlier run has copied, which are not copied again
   */
  public record EntityPlan(String entity, long rows, long there, long copied) {}

  /** How many rows there are in the primary. */
  public long totalRows() {
    return entities.stream().mapToLong(EntityPlan::rows).sum();
  }
}
