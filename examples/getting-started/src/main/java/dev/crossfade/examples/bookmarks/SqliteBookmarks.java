package dev.crossfade.examples.bookmarks;

import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.update;

import dev.crossfade.sqlite.SqliteConversions;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;

final class SqliteBookmarks extends SqliteRepository<Bookmark, Long> implements Bookmarks {
  private static final Table<Record> BOOKMARKS = table(name("bookmarks"));

  private final Field<Long> id = column("id", Long.class);
  private final Field<Integer> visits = column("visits", Integer.class);

  SqliteBookmarks(RepositoryContext<Bookmark, Long> context) {
    super(
        context,
        BOOKMARKS,
        columns ->
            columns.convert("addedAt", SqliteConversions.instantAsText("yyyy-MM-dd HH:mm:ss")));
  }

  @Override
  public List<Bookmark> mostVisited(int limit) {
    return fetch(selectFrom(BOOKMARKS).orderBy(visits.desc(), id).limit(limit));
  }

  @Override
  public boolean visit(long bookmark) {
    return !write(update(BOOKMARKS).set(visits, visits.plus(1)).where(id.eq(bookmark))).isEmpty();
  }
}
