package dev.crossfade.examples.quickstart.tokens;

import static dev.crossfade.examples.quickstart.generated.Tables.APP_SETTINGS;

import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.store.RepositoryContext;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jooq.impl.SQLDataType;

final class PostgresSettings extends PostgresRepository<Setting, String>
    implements SettingsRepository {
  PostgresSettings(RepositoryContext<Setting, String> context) {
    super(context, APP_SETTINGS);
  }

  @Override
  public long increment(String key, Instant moment) {
    OffsetDateTime now = moment.atOffset(ZoneOffset.UTC);
    List<Setting> written =
        write(
            dsl()
                .insertInto(
                    APP_SETTINGS, APP_SETTINGS.KEY, APP_SETTINGS.VALUE, APP_SETTINGS.UPDATED_AT)
                .values(key, "1", now)
                .onConflict(APP_SETTINGS.KEY)
                .doUpdate()
                .set(
                    APP_SETTINGS.VALUE,
                    APP_SETTINGS.VALUE.cast(SQLDataType.BIGINT).plus(1).cast(SQLDataType.CLOB))
                .set(APP_SETTINGS.UPDATED_AT, now));
    return Long.parseLong(written.get(0).value());
  }
}
