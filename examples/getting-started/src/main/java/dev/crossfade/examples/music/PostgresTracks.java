package dev.crossfade.examples.music;

import static dev.crossfade.examples.music.generated.Tables.TRACK;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.update;

import dev.crossfade.examples.music.generated.PostgresTrackRepository;
import dev.crossfade.examples.music.generated.Track;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.util.List;

final class PostgresTracks extends PostgresTrackRepository implements Tracks {
  PostgresTracks(RepositoryContext<Track, Long> context) {
    super(context);
  }

  @Override
  public List<Track> longest(int limit) {
    return fetch(selectFrom(TRACK).orderBy(TRACK.DURATION_MS.desc(), TRACK.TRACK_ID).limit(limit));
  }

  @Override
  public boolean reprice(long track, BigDecimal price) {
    return !write(update(TRACK).set(TRACK.UNIT_PRICE, price).where(TRACK.TRACK_ID.eq(track)))
        .isEmpty();
  }
}
