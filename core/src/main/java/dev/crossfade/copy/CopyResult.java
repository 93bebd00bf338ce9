package dev.crossfade.copy;

/**
 * What came of copying entries.
 *
 * @param rows states brought about in the secondary
 * @param refused states that the secondary refused; their keys stay in the journal
 * @param parked entries that were parked because of too many refusals
 * @param left own entries that stay behind: refused, contested, or within a live range
 */
record CopyResult(long rows, int refused, int parked, int left) {}
