package dev.crossfade;

import java.time.Duration;

/**
 * A change of stage that has happened.
 *
 * @param migration the migration
 * @param from the stage before
 * @param to the stage now
 * @param epoch the epoch now
 * @param pause how long writes had to wait: where the primary changed, and at the door of complete,
 *     where the other store must have got everything; else zero
 */
public record MoveReport(String migration, Stage from, Stage to, long epoch, Duration pause) {}
