package dev.crossfade.examples.bookmarks;

import static dev.crossfade.examples.bookmarks.generated.Tables.BOOKMARKS;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.update;

import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;

final class PostgresBookmarks extends PostgresRepository<Bookmark, Long> implements Bookmarks {
  PostgresBookmarks(RepositoryContext<Bookmark, Long> context) {
    super(context, BOOKMARKS);
  }

  @Override
  public List<Bookmark> mostVisited(int limit) {
    return fetch(selectFrom(BOOKMARKS).orderBy(BOOKMARKS.VISITS.desc(), BOOKMARKS.ID).limit(limit));
  }

  @Override
  public boolean visit(long id) {
    return !write(
            update(BOOKMARKS)
                .set(BOOKMARKS.VISITS, BOOKMARKS.VISITS.plus(1))
                .where(BOOKMARKS.ID.eq(id)))
        .isEmpty();
  }
}
