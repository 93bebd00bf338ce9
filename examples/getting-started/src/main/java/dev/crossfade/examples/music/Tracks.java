package dev.crossfade.examples.music;

import dev.crossfade.Reads;
import dev.crossfade.Writes;
import dev.crossfade.examples.music.generated.Track;
import dev.crossfade.examples.music.generated.TrackRepository;
import java.math.BigDecimal;
import java.util.List;

/** The tracks: what was generated, and what this application asks beyond that. */
public interface Tracks extends TrackRepository {
  /** The longest ones, longest first. */
  @Reads
  List<Track> longest(int limit);

  /** Gives a track another price; whether there is such a track. */
  @Writes
  boolean reprice(long trackId, BigDecimal price);
}
