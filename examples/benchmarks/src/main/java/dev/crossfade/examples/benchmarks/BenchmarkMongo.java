package dev.crossfade.examples.benchmarks;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bson.Document;
import org.bson.UuidRepresentation;
import org.jspecify.annotations.Nullable;

/**
 * A database of MongoDB for one row of the figures, which goes with it: on the server of {@code
 * -Dcrossfade.test.mongodb}, else on the stand-in in a process of its own, whose figures say
 * little.
 */
final class BenchmarkMongo implements AutoCloseable {
  private static final String NAME = "crossfade_benchmarks_" + ProcessHandle.current().pid();

  private final @Nullable Process standIn;
  private final MongoClient client;
  private final String url;

  private BenchmarkMongo(@Nullable Process standIn, String server) {
    this.standIn = standIn;
    this.url = withDatabase(server);
    this.client =
        MongoClients.create(
            MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(url))
                .uuidRepresentation(UuidRepresentation.STANDARD)
                .build());
  }

  static BenchmarkMongo start(Figures figures) throws IOException {
    String server = System.getProperty("crossfade.test.mongodb", "");
    if (!server.isBlank()) {
      return new BenchmarkMongo(null, server);
    }
    figures.notice(
        "NO MONGODB: what follows is measured on a stand-in that keeps everything in memory and"
            + " waits for no disk. IT SAYS LITTLE. Give -Dcrossfade.test.mongodb=mongodb://…");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-classpath",
                System.getProperty("java.class.path"),
                StandInProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String printed =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (printed == null) {
      throw new IOException("the stand-in for MongoDB has not started");
    }
    return new BenchmarkMongo(process, printed);
  }

  /** Before the parameters, and instead of any that is named there. */
  private static String withDatabase(String server) {
    int parameters = server.indexOf('?');
    String place = parameters < 0 ? server : server.substring(0, parameters);
    int slash = place.indexOf('/', "mongodb+srv://".length());
    return (slash < 0 ? place : place.substring(0, slash))
        + "/"
        + NAME
        + (parameters < 0 ? "" : server.substring(parameters));
  }

  /** With the database. */
  String url() {
    return url;
  }

  /** A collection, written as the library writes: a majority has it in its journal. */
  MongoCollection<Document> collection(String name) {
    return database().getCollection(name).withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
  }

  private MongoDatabase database() {
    return client.getDatabase(NAME);
  }

  @Override
  public void close() {
    database().drop();
    client.close();
    if (standIn != null) {
      standIn.destroy();
    }
  }
}
