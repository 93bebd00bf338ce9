package dev.crossfade.store;

import java.time.Duration;

/**
 * The journal of a migration at one moment.
 *
 * @param entries all entries
 * @param left those whose operation is over, with a known outcome or an unknown one, and that wait
 *     for repair; parked ones not counted
 * @param parked those that could not be repaired
 * @param oldest the age of the oldest entry, by the store's clock; zero if there is none
 */
public record JournalStatus(long entries, long left, long parked, Duration oldest) {}
