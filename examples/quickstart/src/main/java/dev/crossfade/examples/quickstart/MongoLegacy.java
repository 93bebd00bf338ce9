package dev.crossfade.examples.quickstart;

import static com.mongodb.client.model.Indexes.ascending;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import dev.crossfade.CrossfadeListener;
import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import dev.crossfade.junit.StandInMongo;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A MongoDB database: the given one, or one of a server in this process, which goes with {@link
 * #close}. Written and checked with nothing but the driver.
 */
final class MongoLegacy implements Legacy {
  private static final int BATCH = 1_000;

  private final @Nullable StandInMongo server;
  private final String url;
  private final String database;

  private MongoLegacy(@Nullable StandInMongo server, String url, String database) {
    this.server = server;
    this.url = url;
    this.database = database;
  }

  /**
   * The database that the URL names, or one of a server in this process.
   *
   * @throws IllegalArgumentException if the URL names no database, or one that has collections
   */
  static MongoLegacy open(@Nullable String given) {
    if (given == null) {
      StandInMongo server = StandInMongo.start();
      return new MongoLegacy(server, server.url() + "/tokens", "tokens");
    }
    String database = new ConnectionString(given).getDatabase();
    if (database == null) {
      throw new IllegalArgumentException(
          "quickstart.mongodb must name a database, as in mongodb://host:27017/tokens");
    }
    refuseUsed(given, database);
    return new MongoLegacy(null, given, database);
  }

  private static void refuseUsed(String url, String database) {
    try (MongoClient client = MongoClients.create(url)) {
      String found = client.getDatabase(database).listCollectionNames().first();
      if (found != null) {
        throw new IllegalArgumentException(
            "quickstart.mongodb must be an empty database; this one has "
                + found
                + " already. Name another one for this run");
      }
    } catch (MongoException e) {
      throw new IllegalArgumentException(
          "quickstart.mongodb cannot be reached: " + e.getMessage(), e);
    }
  }

  @Override
  public Kind kind() {
    return Kind.MONGODB;
  }

  @Override
  public void fill(Options options, WriteLog log) throws SQLException {
    try (MongoClient client = connect()) {
      MongoDatabase tokens = client.getDatabase(database);
      tokens
          .getCollection("tokens")
          .createIndex(ascending("mintAddress"), new IndexOptions().unique(true));
      tokens.getCollection("token_scores").createIndex(ascending("tokenId"));
      Collections collections = new Collections(tokens);
      Beginning.tell(options, log, collections);
      collections.finish();
    }
  }

  @Override
  public TokenMonitor application(String postgresUrl, CrossfadeListener listener) {
    return TokenMonitor.openMongo(url, postgresUrl, listener);
  }

  @Override
  public Contents contents() {
    return new MongoContents(connect(), database);
  }

  /** A client beside the library. */
  MongoClient connect() {
    return MongoClients.create(url);
  }

  /** The name of the database. */
  String database() {
    return database;
  }

  @Override
  public @Nullable String notice() {
    return server == null
        ? null
        : """
        !! NOT VERIFIED HERE: this server is no MongoDB, but mongo-java-server in this process. It speaks the
        !! protocol to the real driver, and acknowledges every write concern alike. So nothing is proved about
        !! majorities and journals, crashes and elections of MongoDB, retried writes, time limits on the server,
        !! and its speed: it keeps everything in memory and has no index but unique ones.
        !! With a server of yours: -Dquickstart.mongodb=mongodb://HOST/DATABASE
        """;
  }

  /** Without the password. */
  @Override
  public @Nullable String kept() {
    return server == null
        ? "MongoDB: " + String.join(",", new ConnectionString(url).getHosts()) + "/" + database
        : null;
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }

  /**
   * Its three collections, as they are written: unevenly, as over the years. Half of the scores
   * lack the model, which came later; half of them have the smoothed score under an older name.
   */
  private static final class Collections implements Beginning.Scribe {
    private final Batch tokens;
    private final Batch scores;
    private final Batch settings;

    Collections(MongoDatabase database) {
      tokens = new Batch(database.getCollection("tokens"));
      scores = new Batch(database.getCollection("token_scores"));
      settings = new Batch(database.getCollection("app_settings"));
      settings.add(
          new Document("_id", WriteLog.COUNTER)
              .append("value", "0")
              .append("updatedAt", Date.from(Instant.EPOCH)));
    }

    @Override
    public void token(Token token) {
      Document document =
          new Document("_id", token.id())
              .append("mintAddress", token.mintAddress())
              .append("name", token.name())
              .append("symbol", token.symbol())
              .append("status", token.status().label())
              .append("createdAt", Date.from(token.createdAt()))
              .append("lastUpdatedAt", Date.from(token.lastUpdatedAt()));
      BigDecimal liquidity = token.liquidityUsd();
      if (liquidity != null) {
        document.append("liquidityUsd", liquidity.doubleValue());
      }
      tokens.add(document.append("primaryDex", token.primaryDex()));
    }

    @Override
    public void score(TokenScore score, double value, @Nullable Double smoothed) {
      boolean old = TokenScore.ENTITY.keyOf(score) % 2 == 0;
      Document document =
          new Document("_id", score.id())
              .append("tokenId", score.tokenId())
              .append("score", value)
              .append("metrics", Document.parse(score.metrics()))
              .append("createdAt", Date.from(score.createdAt()));
      if (smoothed != null) {
        document.append(old ? "smoothed" : "smoothedScore", smoothed);
      }
      if (!old) {
        document.append("scoringModel", score.scoringModel());
      }
      embed(document, "rawComponents", score.rawComponents());
      embed(document, "smoothedComponents", score.smoothedComponents());
      embed(document, "spamMetrics", score.spamMetrics());
      scores.add(document);
    }

    private static void embed(Document document, String field, @Nullable String json) {
      if (json != null) {
        document.append(field, Document.parse(json));
      }
    }

    @Override
    public void setting(Setting setting) {
      settings.add(
          new Document("_id", setting.key())
              .append("value", setting.value())
              .append("updatedAt", Date.from(setting.updatedAt())));
    }

    void finish() {
      tokens.send();
      scores.send();
      settings.send();
    }
  }

  /** Inserts many at once. */
  private static final class Batch {
    private final MongoCollection<Document> collection;
    private final List<Document> waiting = new ArrayList<>();

    Batch(MongoCollection<Document> collection) {
      this.collection = collection;
    }

    void add(Document document) {
      waiting.add(document);
      if (waiting.size() == BATCH) {
        send();
      }
    }

    void send() {
      if (!waiting.isEmpty()) {
        collection.insertMany(waiting);
        waiting.clear();
      }
    }
  }
}
