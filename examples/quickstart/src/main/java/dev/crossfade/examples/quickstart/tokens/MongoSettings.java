package dev.crossfade.examples.quickstart.tokens;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.store.RepositoryContext;
import java.time.Instant;
import java.util.Optional;

final class MongoSettings extends MongoRepository<Setting, String> implements SettingsRepository {
  MongoSettings(RepositoryContext<Setting, String> context) {
    super(context, "app_settings");
  }

  /**
   * {@inheritDoc}
   *
   * <p>A text cannot be incremented by the server, so each tries until nobody came between. Of two
   * that begin a counter at once, one fails, and has changed nothing.
   */
  @Override
  public long increment(String key, Instant moment) {
    while (true) {
      Optional<Setting> found = fetchOptional(keyIs(key));
      if (found.isEmpty()) {
        return Long.parseLong(insert(new Setting(key, "1", moment)).value());
      }
      String value = found.get().value();
      long next = Long.parseLong(value) + 1;
      if (updateOne(
              and(keyIs(key), eq("value", value)),
              combine(set("value", Long.toString(next)), set("updatedAt", moment)))
          .isPresent()) {
        return next;
      }
    }
  }
}
