package dev.crossfade;

import java.nio.file.Path;

/**
 * What was left in a primary that had been given up and came back. Immutable.
 *
 * @param migration the migration
 * @param keys how many keys were looked at: those of its journal, whose writes need not have
 *     reached the legacy store; where keys were forgotten after {@link Settings#rollbackWindow},
 *     those of all rows as well
 * @param lost how many of those rows are another in the legacy store, or are not there
 * @param file where those rows were written, a line each
 */
public record ReconcileReport(String migration, long keys, long lost, Path file) {}
