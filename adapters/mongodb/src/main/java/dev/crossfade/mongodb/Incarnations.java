package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.crossfade.Stage;
import dev.crossfade.store.Instances;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/** The incarnations. A fence is written down, then the barrier is waited for. */
final class Incarnations implements Instances {
  private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

  private final Supplier<Connected> connected;

  Incarnations(Supplier<Connected> connected) {
    this.connected = connected;
  }

  @Override
  public void register(UUID incarnation, Origin origin, Pulse pulse) {
    BsonDocument fields =
        said(pulse)
            .append("process", new BsonString(origin.process().toString()))
            .append("instance", new BsonString(origin.instance()))
            .append("version", new BsonString(origin.version()))
            .append("migration", new BsonString(origin.migration()))
            .append("fenced", BsonBoolean.FALSE)
            .append("heardAt", new BsonDateTime(database().now().toEpochMilli()));
    database()
        .write(
            "registering an incarnation",
            () ->
                incarnations()
                    .updateOne(
                        eq("_id", incarnation.toString()),
                        new BsonDocument("$setOnInsert", fields),
                        UPSERT));
  }

  @Override
  public boolean heartbeat(UUID incarnation, Pulse pulse) {
    return database()
            .write(
                "saying that it lives",
                () ->
                    database()
                        .lazily(Names.INSTANCE)
                        .updateOne(
                            and(eq("_id", incarnation.toString()), eq("fenced", false)),
                            Updates.combine(
                                new BsonDocument("$set", said(pulse)),
                                Updates.currentDate("heardAt")))
                        .getMatchedCount())
        > 0;
  }

  private static BsonDocument said(Pulse pulse) {
    Stage wanted = pulse.wanted();
    return new BsonDocument("wanted", wanted == null ? BsonNull.VALUE : new BsonString(wanted.id()))
        .append("epoch", new BsonInt64(pulse.epoch()))
        .append("compared", new BsonInt64(pulse.counts().compared()))
        .append("mismatched", new BsonInt64(pulse.counts().mismatched()))
        .append("rehearsed", new BsonInt64(pulse.counts().rehearsed()))
        .append("differed", new BsonInt64(pulse.counts().differed()));
  }

  @Override
  public List<Member> members(String migration) {
    return database()
        .read(
            "reading incarnations",
            () -> {
              Instant now = database().now();
              List<Member> members = new ArrayList<>();
              for (BsonDocument each :
                  incarnations()
                      .find(eq("migration", migration))
                      .sort(ascending("instance", "_id"))) {
                members.add(member(each, now));
              }
              return members;
            });
  }

  private static Member member(BsonDocument document, Instant now) {
    return new Member(
        id(document.getString("_id")),
        new Origin(
            UUID.fromString(document.getString("process").getValue()),
            document.getString("instance").getValue(),
            document.getString("version").getValue(),
            document.getString("migration").getValue()),
        document.getBoolean("fenced").getValue(),
        new Pulse(
            document.isString("wanted")
                ? Stage.ofId(document.getString("wanted").getValue())
                : null,
            number(document, "epoch"),
            new Counts(
                number(document, "compared"),
                number(document, "mismatched"),
                number(document, "rehearsed"),
                number(document, "differed"))),
        silentFor(document, now));
  }

  private static long number(BsonDocument document, String field) {
    return document.getNumber(field).longValue();
  }

  private static Duration silentFor(BsonDocument document, Instant now) {
    Duration silent =
        Duration.between(Instant.ofEpochMilli(document.getDateTime("heardAt").getValue()), now);
    return silent.isNegative() ? Duration.ZERO : silent;
  }

  @Override
  public void fence(UUID incarnation) {
    BsonDocument unknown =
        new BsonDocument("heardAt", new BsonDateTime(database().now().toEpochMilli()));
    database()
        .write(
            "fencing an incarnation",
            () ->
                incarnations()
                    .updateOne(
                        eq("_id", incarnation.toString()),
                        Updates.combine(
                            Updates.set("fenced", true), new BsonDocument("$setOnInsert", unknown)),
                        UPSERT));
    Settings settings = database().settings();
    connected
        .get()
        .session()
        .barrier(settings.lease().plus(settings.operationLimit().multipliedBy(4)), "fencing");
  }

  @Override
  public List<UUID> expired(String migration, Duration lease) {
    return database()
        .read(
            "reading incarnations",
            () -> {
              Bson silent =
                  and(
                      eq("migration", migration),
                      eq("fenced", false),
                      lt(
                          "heardAt",
                          new BsonDateTime(database().now().minus(lease).toEpochMilli())));
              return ids(silent);
            });
  }

  private List<UUID> ids(Bson filter) {
    List<UUID> found = new ArrayList<>();
    for (BsonDocument each : incarnations().find(filter)) {
      found.add(id(each.getString("_id")));
    }
    return found;
  }

  @Override
  public List<UUID> strangers(String migration) {
    return database()
        .read(
            "reading incarnations",
            () -> {
              Set<String> owners = owners(eq("migration", migration));
              for (BsonDocument known : incarnations().find(in("_id", owners))) {
                owners.remove(known.getString("_id").getValue());
              }
              return owners.stream().map(UUID::fromString).toList();
            });
  }

  @Override
  public List<UUID> fencedOwners() {
    return database()
        .read(
            "reading incarnations",
            () -> ids(and(in("_id", owners(new BsonDocument())), eq("fenced", true))));
  }

  @Override
  public int forget(Duration retention) {
    return database()
        .write(
            "forgetting incarnations",
            () -> {
              Bson idle =
                  and(
                      eq("fenced", true),
                      lt(
                          "heardAt",
                          new BsonDateTime(database().now().minus(retention).toEpochMilli())));
              List<UUID> silent = ids(idle);
              Set<String> owners = owners(new BsonDocument());
              List<String> gone =
                  silent.stream()
                      .map(UUID::toString)
                      .filter(each -> !owners.contains(each))
                      .toList();
              return gone.isEmpty()
                  ? 0
                  : (int)
                      incarnations()
                          .deleteMany(and(in("_id", gone), Filters.eq("fenced", true)))
                          .getDeletedCount();
            });
  }

  /** Who owns entries. */
  private Set<String> owners(Bson entries) {
    Set<String> owners = new HashSet<>();
    for (BsonValue owner :
        database().collection(Names.JOURNAL).distinct("owner", entries, BsonValue.class)) {
      owners.add(owner.asString().getValue());
    }
    return owners;
  }

  private MongoCollection<BsonDocument> incarnations() {
    return database().collection(Names.INSTANCE);
  }

  private Database database() {
    return connected.get().database();
  }

  private static UUID id(BsonString text) {
    return UUID.fromString(text.getValue());
  }
}
