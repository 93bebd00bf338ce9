package dev.crossfade.cli;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoDatabase;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mongodb.MongoStore;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonString;

/** What the legacy store takes, and what is free where it is. */
final class LegacySize {
  private LegacySize() {}

  /** The file with its log, or the documents of these collections; empty if it cannot be told. */
  static OptionalLong of(Store store, Collection<TablePlan> plans) throws IOException {
    return store instanceof MongoStore mongo
        ? mongo.look(database -> documents(database, plans))
        : file(((SqliteStore) store).path());
  }

  private static OptionalLong file(Path file) throws IOException {
    Path log = file.resolveSibling(file.getFileName() + "-wal");
    return OptionalLong.of(Files.size(file) + (Files.exists(log) ? Files.size(log) : 0));
  }

  private static OptionalLong documents(MongoDatabase database, Collection<TablePlan> plans) {
    long bytes = 0;
    for (TablePlan plan : plans) {
      BsonDocument stats;
      try {
        stats =
            database.runCommand(
                new BsonDocument("collStats", new BsonString(plan.legacy().name())),
                BsonDocument.class);
      } catch (MongoCommandException e) {
        return OptionalLong.empty(); // the right to ask may be missing
      }
      if (!stats.isNumber("size")) {
        return OptionalLong.empty();
      }
      bytes += stats.getNumber("size").longValue();
    }
    return OptionalLong.of(bytes);
  }

  /** What is free beside a SQLite file; a MongoDB server does not tell. */
  static OptionalLong free(Store store) throws IOException {
    return store instanceof SqliteStore sqlite
        ? OptionalLong.of(Files.getFileStore(sqlite.path()).getUsableSpace())
        : OptionalLong.empty();
  }
}
