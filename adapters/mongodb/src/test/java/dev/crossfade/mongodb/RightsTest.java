package dev.crossfade.mongodb;

import static org.assertj.core.api.Assertions.assertThat;

import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** What a server's answer to connectionStatus comes to. */
class RightsTest {
  private static final String ALL =
      "['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex']";

  private static BsonDocument status(String resource, String actions) {
    return BsonDocument.parse(
        "{authInfo: {authenticatedUsers: [{user: 'me', db: 'admin'}],"
            + " authenticatedUserPrivileges: [{resource: "
            + resource
            + ", actions: "
            + actions
            + "}]}}");
  }

  @Test
  void aRightOnTheDatabaseOrOnAllCounts() {
    assertThat(Rights.missing(status("{db: 'app', collection: ''}", ALL), "app")).isEmpty();
    assertThat(Rights.missing(status("{db: '', collection: ''}", ALL), "app")).isEmpty();
    assertThat(Rights.missing(status("{anyResource: true}", ALL), "app")).isEmpty();
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(Rights.missing(status("{db: 'app', collection: ''}", "['find']"), "app"))
        .containsExactly("insert", "update", "remove", "createCollection", "createIndex");
    assertThat(Rights.missing(status("{db: 'other', collection: ''}", ALL), "app")).hasSize(6);
    assertThat(Rights.missing(status("{db: 'app', collection: 'one'}", ALL), "app")).hasSize(6);
  }

  @Test
  void whereNobodyLogsInThereIsNothingToMiss() {
    assertThat(
            Rights.missing(
                BsonDocument.parse(
                    "{authInfo: {authenticatedUsers: [], authenticatedUserPrivileges: []}}"),
                "app"))
        .isEmpty();
    assertThat(Rights.missing(new BsonDocument(), "app")).isEmpty();
  }
}
