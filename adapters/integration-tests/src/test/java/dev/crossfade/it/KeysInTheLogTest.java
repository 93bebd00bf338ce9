package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeSetup;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** The kit knows rows by their keys, whatever these are: nothing recorded is taken for escaped. */
@CrossfadeTest(
    value = KeysInTheLogTest.Setup.class,
    stages = {Stage.DUAL_WRITE, Stage.LIVE})
class KeysInTheLogTest {
  record Part(UUID owner, String name, int number) {}

  record Piece(UUID owner, String name, int number, String text) {}

  @SuppressWarnings("ArrayRecordComponent") // a key of bytes is what this is about
  record Blob(byte[] hash, String text) {}

  static final Entity<Piece, Part> PIECE = Entity.of(Piece.class).key(Part.class).build();
  static final Entity<Blob, byte[]> BLOB =
      Entity.of(Blob.class).key("hash", byte[].class).name("a 'blob'").build();
  private static final Table<?> PIECES = DSL.table(DSL.name("Piece of it"));
  private static final Table<?> BLOBS = DSL.table(DSL.name("blob"));

  interface Pieces extends Repository<Piece, Part> {}

  interface Blobs extends Repository<Blob, byte[]> {}

  static final class SqlitePieces extends SqliteRepository<Piece, Part> implements Pieces {
    SqlitePieces(RepositoryContext<Piece, Part> context) {
      super(context, PIECES);
    }
  }

  static final class PostgresPieces extends PostgresRepository<Piece, Part> implements Pieces {
    PostgresPieces(RepositoryContext<Piece, Part> context) {
      super(context, PIECES);
    }
  }

  static final class SqliteBlobs extends SqliteRepository<Blob, byte[]> implements Blobs {
    SqliteBlobs(RepositoryContext<Blob, byte[]> context) {
      super(context, BLOBS);
    }
  }

  static final class PostgresBlobs extends PostgresRepository<Blob, byte[]> implements Blobs {
    PostgresBlobs(RepositoryContext<Blob, byte[]> context) {
      super(context, BLOBS);
    }
  }

  static final class Setup implements CrossfadeSetup {
    private static final String REST =
        "(owner %s, name text, number integer, text text," + " primary key (owner, name, number))";

    @Override
    public void createLegacy(Path file) {
      new RowReader(file, null)
          .execute(
              Side.LEGACY,
              List.of(
                  "create table \"Piece of it\" " + REST.formatted("text"),
                  "create table blob (hash blob primary key, text text)"));
    }

    @Override
    public void createTarget(TestDatabase database) {
      new RowReader(null, database)
          .execute(
              Side.TARGET,
              List.of(
                  "create table \"Piece of it\" " + REST.formatted("uuid"),
                  "create table blob (hash bytea primary key, text text)"));
    }

    @Override
    public Store legacy(Path file) {
      return Scenario.sqliteAt(file).open();
    }

    @Override
    public Store target(TestDatabase database) {
      return PostgresStore.at(database.jdbcUrl())
          .credentials(database.user(), database.password())
          .poolSize(Scenario.POOL)
          .connectionWait(Duration.ofSeconds(30))
          .open();
    }

    @Override
    public void wire(Crossfade.Builder builder) {
      builder.migration(
          "keys",
          m ->
              m.entity(PIECE, SqlitePieces::new, PostgresPieces::new)
                  .entity(BLOB, SqliteBlobs::new, PostgresBlobs::new));
    }
  }

  @Test
  void everyKindOfKey(Pieces pieces, Blobs blobs) {
    UUID owner = UUID.randomUUID();
    pieces.saveAll(
        List.of(
            new Piece(owner, "", 0, "empty"),
            new Piece(owner, "it's 'quoted' / \"so\"", -1, null),
            new Piece(owner, "ä \uD83D\uDE80", Integer.MIN_VALUE, "x")));
    assertThat(pieces.delete(new Part(owner, "", 0))).isTrue();
    blobs.save(new Blob(new byte[] {}, "empty"));
    blobs.save(new Blob(new byte[] {0, -1, 127, 31}, "first"));
    blobs.save(new Blob(new byte[] {0, -1, 127, 31}, "second"));

    assertThat(pieces.count()).isEqualTo(2);
    assertThat(blobs.find(new byte[] {0, -1, 127, 31}).orElseThrow().text()).isEqualTo("second");
  }
}
