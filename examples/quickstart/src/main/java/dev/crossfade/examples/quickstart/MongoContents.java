package dev.crossfade.examples.quickstart;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * What MongoDB holds, by its driver; fields and their old names as the application's documents have
 * them. Used by one thread.
 */
final class MongoContents implements Contents {
  private static final int FETCH = 2_000;

  /** Plain JSON; of what is not, an ObjectId, a date, these documents have none. */
  private static final JsonWriterSettings JSON =
      JsonWriterSettings.builder()
          .outputMode(JsonMode.RELAXED)
          .decimal128Converter((value, writer) -> writer.writeNumber(value.toString()))
          .build();

  private final MongoClient client;
  private final MongoDatabase database;

  /** Closes the client in the end. */
  MongoContents(MongoClient client, String database) {
    this.client = client;
    this.database = client.getDatabase(database);
  }

  @Override
  public Rows tokens() {
    return rows("tokens", MongoContents::token);
  }

  @Override
  public Rows scores() {
    return rows("token_scores", MongoContents::score);
  }

  @Override
  public Rows settings() {
    return rows("app_settings", MongoContents::setting);
  }

  @Override
  public long counter() {
    Document found =
        database.getCollection("app_settings").find(eq("_id", WriteLog.COUNTER)).first();
    return found == null ? 0 : Long.parseLong(found.getString("value"));
  }

  @Override
  public void close() {
    client.close();
  }

  private Rows rows(String collection, Function<Document, Canonical> form) {
    return new Read(
        database
            .getCollection(collection)
            .find()
            .sort(ascending("_id"))
            .batchSize(FETCH)
            .iterator(),
        form);
  }

  private static Canonical token(Document document) {
    return Canonical.of(
        new Token(
            id(document),
            document.getString("mintAddress"),
            document.getString("name"),
            document.getString("symbol"),
            Status.valueOf(document.getString("status").toUpperCase(Locale.ROOT)),
            decimal(document.get("liquidityUsd")),
            document.getString("primaryDex"),
            time(document, "createdAt"),
            time(document, "lastUpdatedAt")));
  }

  @SuppressWarnings("NullAway") // scores and metrics are never null
  private static Canonical score(Document document) {
    return Canonical.of(
        new TokenScore(
            id(document),
            document.get("tokenId", Number.class).longValue(),
            decimal(document.get("score")),
            decimal(
                document.containsKey("smoothedScore")
                    ? document.get("smoothedScore")
                    : document.get("smoothed")),
            json(document, "metrics"),
            json(document, "rawComponents"),
            json(document, "smoothedComponents"),
            json(document, "spamMetrics"),
            document.containsKey("scoringModel")
                ? document.getString("scoringModel")
                : Sample.MODEL,
            time(document, "createdAt")));
  }

  private static Canonical setting(Document document) {
    return Canonical.of(
        new Setting(
            document.getString("_id"), document.getString("value"), time(document, "updatedAt")));
  }

  private static long id(Document document) {
    return document.get("_id", Number.class).longValue();
  }

  /** A double by its shortest decimal form, which is what was meant. */
  private static @Nullable BigDecimal decimal(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    return value instanceof Decimal128 exact
        ? exact.bigDecimalValue()
        : new BigDecimal(value.toString());
  }

  private static Instant time(Document document, String field) {
    return document.getDate(field).toInstant();
  }

  private static @Nullable String json(Document document, String field) {
    Document embedded = document.get(field, Document.class);
    return embedded == null ? null : embedded.toJson(JSON);
  }

  private record Read(MongoCursor<Document> cursor, Function<Document, Canonical> form)
      implements Rows {
    @Override
    public @Nullable Canonical next() {
      return cursor.hasNext() ? form.apply(cursor.next()) : null;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
