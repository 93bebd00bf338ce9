package dev.crossfade.examples.quickstart;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The quickstart, scaled down; and that its verdict can be another one. */
class QuickstartTest {
  private static final double SHORT = 0.2;
  private static final int FEW = 2;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void losesNothingOnTheWholeWay() throws Exception {
    losesNothingFrom(Legacy.Kind.SQLITE);
  }

  @Test
  void losesNothingOnTheWholeWayFromMongo() throws Exception {
    losesNothingFrom(Legacy.Kind.MONGODB);
    assertThat(printed()).contains("NOT VERIFIED HERE");
  }

  private void losesNothingFrom(Legacy.Kind legacy) throws Exception {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      int status = Quickstart.run(options(legacy, database, Stage.COMPLETE), out);

      assertThat(status).as(printed()).isZero();
      assertThat(printed())
          .containsPattern(
              "acknowledged writes [1-9]\\d*, lost 0; rows compared [1-9]\\d*, differences 0;"
                  + " longest write pause \\d+ ms")
          .containsPattern("(?m)^complete .* 0$"); // mismatches, of reads and of rehearsed writes
    }
  }

  @Tag("exhaustive")
  @Test
  void seesWhatWasChangedBehindItsBackInTheOtherStore() throws Exception {
    Verdict verdict =
        verdictAfter(
            Legacy.Kind.SQLITE,
            databases ->
                execute(
                    sqlite(databases),
                    "update token_scores set score = score + 0.001"
                        + " where id = (select max(id) from token_scores)"));

    assertThat(verdict.isGood()).isFalse();
    assertThat(verdict.different()).isEqualTo(1);
    assertThat(verdict.differences()).singleElement().asString().contains("score is");
    assertThat(verdict.lost()).isZero();
  }

  @Tag("exhaustive")
  @Test
  void seesThatAnAcknowledgedRowIsGone() throws Exception {
    Verdict verdict =
        verdictAfter(
            Legacy.Kind.SQLITE,
            databases -> {
              String gone = "delete from app_settings where key = 'zone'";
              execute(sqlite(databases), gone);
              execute(databases.openPostgres(), gone);
            });

    assertThat(verdict.isGood()).isFalse();
    assertThat(verdict.different()).isZero();
    assertThat(verdict.losses()).containsExactly("setting zone was acknowledged and is not there");
  }

  @Tag("exhaustive")
  @Test
  void seesWhatWasChangedBehindItsBackInMongo() throws Exception {
    Verdict verdict =
        verdictAfter(
            Legacy.Kind.MONGODB,
            databases -> {
              MongoLegacy mongo = (MongoLegacy) databases.legacy();
              try (MongoClient client = mongo.connect()) {
                var settings = client.getDatabase(mongo.database()).getCollection("app_settings");
                settings.updateOne(eq("_id", "zone"), set("value", "another"));
                settings.deleteOne(eq("_id", "Theme"));
              }
            });

    assertThat(verdict.isGood()).isFalse();
    assertThat(verdict.differences())
        .containsExactly(
            "setting Theme is in PostgreSQL only",
            "setting zone: value is another in MongoDB, value of zone in PostgreSQL");
    assertThat(verdict.lost()).isZero();
  }

  private static Connection sqlite(Databases databases) throws SQLException {
    return ((SqliteLegacy) databases.legacy()).connect();
  }

  private interface Tampering {
    void with(Databases databases) throws SQLException;
  }

  /** Settled in live, tampered with, judged. */
  private Verdict verdictAfter(Legacy.Kind legacy, Tampering tampering) throws Exception {
    WriteLog log = new WriteLog();
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      Options options = options(legacy, database, Stage.LIVE);
      try (Databases databases = Databases.open(options)) {
        databases.legacy().fill(options, log);
        try (Journey journey = new Journey(options, databases, log, out)) {
          journey.travel();
          tampering.with(databases);
          return journey.arrive();
        }
      }
    }
  }

  private static Options options(Legacy.Kind legacy, TestDatabase database, Stage until) {
    int rows = legacy == Legacy.Kind.SQLITE ? 2_000 : 1_000;
    return new Options(rows, SHORT, FEW, legacy, null, null, Databases.url(database), until, 7);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
