package dev.crossfade.mongodb;

import com.mongodb.MongoException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** What a user may do with a database, as far as the server says so. */
final class Rights {
  private static final List<String> NEEDED =
      List.of("find", "insert", "update", "remove", "createCollection", "createIndex");

  private Rights() {}

  /** What is missing, in one sentence with its fix; empty if nothing is, or nobody can tell. */
  static List<String> missing(Database database) {
    BsonDocument status;
    try {
      status =
          database
              .database()
              .runCommand(
                  new BsonDocument("connectionStatus", new BsonInt32(1))
                      .append("showPrivileges", org.bson.BsonBoolean.TRUE),
                  BsonDocument.class);
    } catch (MongoException e) {
      return List.of(); // what is missing shows when it is used
    }
    List<String> missing = missing(status, database.settings().database());
    return missing.isEmpty()
        ? List.of()
        : List.of(
            database.settings().name()
                + ": the user may not "
                + String.join(", ", missing)
                + "; grant it readWrite on database "
                + database.settings().database());
  }

  /** The actions that the answer to connectionStatus does not name. */
  static List<String> missing(BsonDocument status, String database) {
    BsonDocument info = status.getDocument("authInfo", new BsonDocument());
    if (info.getArray("authenticatedUsers", new BsonArray()).isEmpty()
        || !info.isArray("authenticatedUserPrivileges")) {
      return List.of();
    }
    Set<String> may = new LinkedHashSet<>();
    for (BsonValue privilege : info.getArray("authenticatedUserPrivileges")) {
      if (isOn(privilege.asDocument().getDocument("resource", new BsonDocument()), database)) {
        privilege
            .asDocument()
            .getArray("actions", new BsonArray())
            .forEach(action -> may.add(action.asString().getValue()));
      }
    }
    List<String> missing = new ArrayList<>(NEEDED);
    missing.removeAll(may);
    return missing;
  }

  /** On all collections of it. */
  private static boolean isOn(BsonDocument resource, String database) {
    if (resource.containsKey("anyResource")) {
      return true;
    }
    BsonString none = new BsonString("");
    return resource.isString("db")
        && Set.of("", database).contains(resource.getString("db").getValue())
        && resource.getString("collection", none).getValue().isEmpty();
  }
}
