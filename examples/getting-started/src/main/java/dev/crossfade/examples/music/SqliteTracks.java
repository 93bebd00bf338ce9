package dev.crossfade.examples.music;

import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.update;

import dev.crossfade.examples.music.generated.SqliteTrackRepository;
import dev.crossfade.examples.music.generated.Track;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.util.List;
import org.jooq.Field;

final class SqliteTracks extends SqliteTrackRepository implements Tracks {
  private final Field<Long> trackId = column("trackId", Long.class);
  private final Field<Integer> durationMs = column("durationMs", Integer.class);
  private final Field<BigDecimal> unitPrice = column("unitPrice", BigDecimal.class);

  SqliteTracks(RepositoryContext<Track, Long> context) {
    super(context);
  }

  @Override
  public List<Track> longest(int limit) {
    return fetch(selectFrom(jooqTable()).orderBy(durationMs.desc(), trackId).limit(limit));
  }

  @Override
  public boolean reprice(long track, BigDecimal price) {
    return !write(update(jooqTable()).set(unitPrice, price).where(trackId.eq(track))).isEmpty();
  }
}
