package dev.crossfade.mongodb;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment keeps, as far as it says so itself.
 *
 * @param kind what it is
 * @param set the replica set's name; null if it is none
 * @param durable whether it keeps what it has acknowledged; null if it does not say
 */
record Deployment(Kind kind, @Nullable String set, @Nullable Boolean durable) {
  /** What a deployment is. */
  enum Kind {
    STANDALONE,
    REPLICA_SET,
    SHARDED
  }

  static Deployment of(Database database) {
    BsonDocument hello = database.read("asking what the server is", database::hello);
    String set = hello.isString("setName") ? hello.getString("setName").getValue() : null;
    boolean sharded = hello.isString("msg") && hello.getString("msg").getValue().equals("isdbgrid");
    return new Deployment(
        sharded ? Kind.SHARDED : set == null ? Kind.STANDALONE : Kind.REPLICA_SET,
        set,
        isDurable(database));
  }

  /** A role may have no right to ask. */
  private static @Nullable Boolean isDurable(Database database) {
    BsonDocument status;
    try {
      status = database.command("serverStatus");
    } catch (MongoException e) {
      return null;
    }
    BsonValue engine = status.get("storageEngine");
    if (engine == null || !engine.isDocument() || !engine.asDocument().isBoolean("persistent")) {
      return null;
    }
    return engine.asDocument().getBoolean("persistent").getValue();
  }

  /** Why a URL asks for less than is needed; empty if it does not. */
  static List<String> weaknesses(ConnectionString url) {
    List<String> weaknesses = new ArrayList<>();
    WriteConcern concern = url.getWriteConcern();
    if (concern != null
        && (!concern.isAcknowledged()
            || Boolean.FALSE.equals(concern.getJournal())
            || (concern.getWObject() instanceof Integer))) {
      weaknesses.add(
          "asks for the write concern "
              + concern.getWObject()
              + (Boolean.FALSE.equals(concern.getJournal()) ? " without a journal" : "")
              + "; leave it out: the store writes with a majority and the journal");
    }
    ReadPreference preference = url.getReadPreference();
    if (preference != null && !preference.equals(ReadPreference.primary())) {
      weaknesses.add(
          "asks for the read preference "
              + preference.getName()
              + "; leave it out: what is not read from the primary may be old");
    }
    return weaknesses;
  }

  /** Why it is too weak; empty if it is not. */
  List<String> weaknesses() {
    return Boolean.FALSE.equals(durable)
        ? List.of("keeps its data in memory: what it has acknowledged is lost with its process")
        : List.of();
  }

  /** As the status shows it, one sentence each. */
  List<String> guarantees() {
    List<String> said = new ArrayList<>();
    said.add(
        kind == Kind.REPLICA_SET
            ? "replica set " + set + ": acknowledged by a majority and its journals"
            : "standalone server: acknowledged by its journal");
    if (durable == null) {
      said.add("whether the server keeps its data on disk was not checked: it does not say");
    }
    said.add(
        "without transactions: a process that stops past its lease can leave a key different"
            + " without an entry; verification finds it");
    return said;
  }
}
