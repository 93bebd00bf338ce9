package dev.crossfade.examples.quickstart.tokens;

import static dev.crossfade.examples.quickstart.tokens.LegacyTables.APP_SETTINGS;
import static dev.crossfade.examples.quickstart.tokens.LegacyTables.TIME;

import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.time.Instant;
import java.util.List;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

final class SqliteSettings extends SqliteRepository<Setting, String> implements SettingsRepository {
  private final Field<String> key = column("key", String.class);
  private final Field<String> value = column("value", String.class);
  private final Field<Instant> updatedAt = column("updatedAt", Instant.class);

  SqliteSettings(RepositoryContext<Setting, String> context) {
    super(context, APP_SETTINGS, columns -> columns.convert("updatedAt", TIME));
  }

  @Override
  public long increment(String counter, Instant moment) {
    List<Setting> written =
        write(
            dsl()
                .insertInto(APP_SETTINGS, key, value, updatedAt)
                .values(counter, "1", moment)
                .onConflict(key)
                .doUpdate()
                .set(value, value.cast(SQLDataType.BIGINT).plus(1).cast(SQLDataType.CLOB))
                .set(updatedAt, moment));
    return Long.parseLong(written.get(0).value());
  }
}
