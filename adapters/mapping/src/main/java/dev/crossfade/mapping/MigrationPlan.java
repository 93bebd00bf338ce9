package dev.crossfade.mapping;

import java.util.List;

/**
 * A migration whose mapping fits both schemas, every default filled in. Immutable.
 *
 * @param name the migration's
 * @param tables what is referred to before what refers to it
 */
public record MigrationPlan(String name, List<TablePlan> tables) {
  /** Copies the list. */
  public MigrationPlan {
    tables = List.copyOf(tables);
  }
}
