package dev.crossfade.examples.torture;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.check.Contents;
import dev.crossfade.junit.StandInMongo;
import dev.crossfade.junit.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A database of its own on a MongoDB server, the given one or one in this process, and a network of
 * its own between each child and that. Goes with {@link #close}.
 */
final class MongoLegacy implements Legacy {
  private static final int PORT = 27017;

  private final @Nullable StandInMongo server;
  private final String url;
  private final String database;
  private final MongoClient client;
  private final List<TcpProxy> networks = new ArrayList<>();

  private MongoLegacy(@Nullable StandInMongo server, String url, int children) {
    this.server = server;
    this.url = url;
    this.database = "crossfade_torture_" + ProcessHandle.current().pid() + "_" + System.nanoTime();
    this.client = MongoClients.create(url);
    String[] address = hostOf(url).split(":", 2);
    for (int child = 0; child < children; child++) {
      networks.add(
          TcpProxy.to(address[0], address.length > 1 ? Integer.parseInt(address[1]) : PORT));
    }
    fill(client.getDatabase(database));
  }

  /**
   * The given one, or one in this process.
   *
   * @throws IllegalArgumentException if the URL does not name one server
   */
  static MongoLegacy create(Options options) {
    if (!options.mongodb().isEmpty()) {
      return new MongoLegacy(null, options.mongodb(), options.children());
    }
    StandInMongo server = StandInMongo.start();
    return new MongoLegacy(server, server.url(), options.children());
  }

  private static String hostOf(String url) {
    List<String> hosts = new ConnectionString(url).getHosts();
    if (hosts.size() != 1 || url.startsWith("mongodb+srv:")) {
      throw new IllegalArgumentException(
          "torture.mongodb must name one server, mongodb://host:27017, also of a replica set: the"
              + " children reach it by networks that fail");
    }
    return hosts.get(0);
  }

  /** What the application of some years has. */
  private static void fill(MongoDatabase database) {
    for (String table : List.of("element", "child", "transfer")) {
      database.createCollection(table);
    }
    database
        .getCollection("parent")
        .createIndex(Indexes.ascending("code"), new IndexOptions().unique(true));
    database
        .getCollection("transfer")
        .createIndex(Indexes.ascending("reference"), new IndexOptions().unique(true));
    database.getCollection("child").createIndex(Indexes.ascending("parent_id"));
    database.getCollection("element").createIndex(Indexes.ascending("set_no"));
    database
        .getCollection("register")
        .insertMany(Keys.initialRegisters().mapToObj(MongoLegacy::cell).toList());
    database
        .getCollection("parent")
        .insertMany(
            Keys.swapped().mapToObj(key -> cell(key).append("code", Keys.code(key))).toList());
    database
        .getCollection("account")
        .insertMany(
            Keys.accounts()
                .mapToObj(key -> new Document("_id", key).append("balance", Keys.BALANCE))
                .toList());
  }

  private static Document cell(long key) {
    return new Document("_id", key)
        .append("value", Keys.INITIAL)
        .append("previous", "")
        .append("decided_on", "legacy");
  }

  @Override
  public Kind kind() {
    return Kind.MONGODB;
  }

  @Override
  public String notice() {
    String left =
        "MongoDB has no transaction here, so each operation is of one document: left out are the"
            + " bank, codes that change places, parents that take their children along, deletes"
            + " that tell what was there, transactions of the application's own, and the lock on a"
            + " file.";
    return server == null
        ? left
        : left
            + System.lineSeparator()
            + "!! NOT VERIFIED HERE: this server is no MongoDB, but mongo-java-server in this"
            + " process: no write concern, journal, crash, election, retried write or time limit"
            + " of MongoDB's. With a server of yours: -Dmongodb=mongodb://HOST";
  }

  @Override
  public String addressOf(int child) {
    TcpProxy network = networks.get(child);
    ConnectionString given = new ConnectionString(url);
    String around = url.replaceFirst("^mongodb://", "").replaceFirst("[/?].*", "");
    String user = around.contains("@") ? around.substring(0, around.lastIndexOf('@') + 1) : "";
    String source =
        given.getCredential() == null ? "" : "&authSource=" + given.getCredential().getSource();
    return "mongodb://"
        + user
        + network.host()
        + ":"
        + network.port()
        + "/"
        + database
        + "?directConnection=true"
        + source;
  }

  @Override
  public TcpProxy network(int child) {
    return networks.get(child);
  }

  @Override
  public boolean lock(Wait meanwhile) {
    return false;
  }

  @Override
  public long entries() {
    return client.getDatabase(database).getCollection("crossfade_journal").countDocuments();
  }

  @Override
  public Contents contents() {
    return Contents.of(client.getDatabase(database));
  }

  @Override
  public void close() {
    networks.forEach(TcpProxy::close);
    client.getDatabase(database).drop();
    client.close();
    if (server != null) {
      server.close();
    }
  }
}
