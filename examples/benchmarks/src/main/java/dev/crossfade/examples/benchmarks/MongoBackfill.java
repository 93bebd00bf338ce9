package dev.crossfade.examples.benchmarks;

import com.mongodb.client.MongoCollection;
import dev.crossfade.BackfillReport;
import dev.crossfade.Crossfade;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.TestPostgres;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.postgres.PostgresStore;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.bson.Document;
import org.postgresql.PGConnection;

/**
 * The backfill of {@link Snapshots} from MongoDB, against reading them by the driver into a file of
 * CSV and {@code copy} of it, as {@code \copy} does; each into a new table.
 */
final class MongoBackfill implements Row {
  private static final double OF_READ_AND_COPY = 1.3;

  /** As of the other backfill. */
  private static final int ROUNDS_PER_ROUND = 5;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (BenchmarkMongo mongo = BenchmarkMongo.start(figures)) {
      MongoCollection<Document> documents = mongo.collection("snapshots");
      Snapshots.fill(documents, options.documents());
      int rounds = Math.max(1, options.rounds() / ROUNDS_PER_ROUND);
      double[] own = new double[rounds];
      double[] bare = new double[rounds];
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        bare[round] = readAndCopy(server, documents, options.documents());
        own[round] = backfill(server, mongo, options.documents());
        ratios[round] = own[round] / bare[round];
      }
      figures.shown("mongodb-backfill.rows", Spread.of(options.documents()), "rows");
      figures.shown("mongodb-backfill.time", Spread.of(own), "s");
      figures.shown("mongodb-backfill.read-and-copy.time", Spread.of(bare), "s");
      figures.atMost(
          OF_READ_AND_COPY, "mongodb-backfill.read-and-copy", Spread.of(ratios), "x its time");
    }
  }

  /** In seconds. */
  private static double backfill(TestPostgres server, BenchmarkMongo mongo, int rows)
      throws Exception {
    try (TestDatabase database = database(server);
        Crossfade crossfade =
            Crossfade.builder()
                .legacy(MongoStore.open(mongo.url()))
                .target(
                    PostgresStore.at(database.jdbcUrl())
                        .credentials(database.user(), database.password())
                        .open())
                .migration(
                    database.name(), // none that an earlier round has begun
                    m ->
                        m.entity(
                            Snapshots.ENTITY, Snapshots.OnMongo::new, Snapshots.OnPostgres::new))
                .build()) {
      crossfade.migration(database.name()).moveTo(Stage.DUAL_WRITE);
      long begun = System.nanoTime();
      BackfillReport report = crossfade.migration(database.name()).backfill();
      double seconds = (System.nanoTime() - begun) / 1e9;
      if (report.refused() > 0) {
        throw new IllegalStateException(report.toString());
      }
      check(database, rows);
      return seconds;
    }
  }

  /** In seconds. */
  private static double readAndCopy(
      TestPostgres server, MongoCollection<Document> documents, int rows) throws Exception {
    Path csv = Files.createTempFile("crossfade-snapshots-", ".csv");
    try (TestDatabase database = database(server);
        Connection connection = database.open()) {
      long begun = System.nanoTime();
      Snapshots.export(documents, csv);
      try (Reader reader = Files.newBufferedReader(csv, StandardCharsets.UTF_8)) {
        long unused =
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy snapshots from stdin csv", reader);
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      check(database, rows);
      return seconds;
    } finally {
      Files.delete(csv);
    }
  }

  private static TestDatabase database(TestPostgres server) throws Exception {
    TestDatabase database = server.newDatabase();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(Snapshots.TABLE);
      statement.execute("checkpoint");
    }
    return database;
  }

  private static void check(TestDatabase database, int rows) throws Exception {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("select count(*) from snapshots")) {
      found.next();
      if (found.getInt(1) != rows) {
        throw new IllegalStateException(
            found.getInt(1) + " rows came of " + rows + "; nothing was measured");
      }
    }
  }
}
