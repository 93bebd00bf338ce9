package dev.crossfade.sqlite;

import dev.crossfade.Component;
import dev.crossfade.Entity;
import dev.crossfade.junit.store.ContractEnvironment;
import dev.crossfade.junit.store.StoreContract;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jooq.impl.DSL;

/** SQLite keeps the contract of a store. */
class SqliteStoreContractTest extends StoreContract {
  private static final String TABLES =
      """
      create table item (
        id integer primary key autoincrement,
        code text not null unique,
        label text not null default 'none',
        price numeric not null,
        payload text,
        color text not null,
        active integer not null,
        data blob,
        quantity integer not null check (quantity >= 0),
        created_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
      create table setting (name text not null primary key, text text);
      create table device (id text not null primary key, name text not null);
      create table tally (id integer primary key, total integer not null);
      create table fragment (id blob not null primary key, name text not null);
      create table score (
        symbol text not null, period integer not null, points numeric not null,
        primary key (symbol, period));
      create table parent (id integer primary key, name text not null);
      create table child (
        id integer primary key,
        parent_id integer not null references parent on delete cascade,
        name text not null);
      create table grandchild (
        id integer primary key,
        child_id integer not null references child on delete cascade,
        name text not null);
      create table loose (
        id integer primary key,
        parent_id integer references parent on delete set null,
        name text not null);
      create table pinned (
        id integer primary key,
        parent_id integer not null references parent,
        name text not null);
      create table node (
        id integer primary key,
        parent_id integer references node on delete cascade,
        name text not null);
      create table seat (
        id integer primary key,
        label text not null unique,
        badge integer unique,
        hall text not null,
        place integer not null,
        unique (hall, place));
      create table ticket (
        id integer primary key,
        seat_id integer not null references seat on delete cascade);
      create table reading (
        id integer primary key, created_at text not null, text text not null);
      create table candle (
        pool text not null, at text not null, period integer not null, volume integer not null,
        primary key (pool, at, period));
      create table appointment (at datetime not null primary key, name text not null);
      create table holiday (day text not null primary key, name text not null);
      create table sample (
        id integer primary key, text text, flag integer, small integer, big integer, ratio real,
        amount numeric, document text, color text, data blob, happened_at text, happened_on text,
        token text);
      """;

  @Override
  protected ContractEnvironment environment() {
    return new Directory();
  }

  /** Each store on a file of its own, in a directory that goes with the environment. */
  private static final class Directory extends ContractEnvironment {
    private final Path directory;
    private final Map<String, Path> paths = new HashMap<>();

    Directory() {
      try {
        directory = Files.createTempDirectory("crossfade-contract");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Store newStore() {
      Path path = directory.resolve("app-" + paths.size() + ".db");
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
          Statement statement = connection.createStatement()) {
        for (String sql : TABLES.split(";", -1)) {
          if (!sql.isBlank()) {
            statement.execute(sql);
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException("the tables of " + path + " could not be created", e);
      }
      Store store = App.at(path).open();
      paths.put(store.name(), path);
      return store;
    }

    @Override
    public Store anotherOver(Store store) {
      return App.at(paths.get(store.name())).open();
    }

    @Override
    public <T, K> RepositoryFactory<T, K> repository(Entity<T, K> entity) {
      return Rows::new;
    }

    @Override
    public boolean hasConnections() {
      return true;
    }

    @Override
    public Connection connectionTo(Store store) throws SQLException {
      return DriverManager.getConnection(
          "jdbc:sqlite:" + paths.get(store.name()) + "?foreign_keys=on");
    }

    /** NUMERIC columns hold decimals as binary floating point. */
    @Override
    public int exactDigits() {
      return 15;
    }

    @Override
    public void close() {
      List<Path> files = new ArrayList<>();
      try (Stream<Path> found = Files.walk(directory)) {
        found.sorted(Comparator.reverseOrder()).forEach(files::add);
        for (Path file : files) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Times in keys are held as texts whose order is that of time. */
  private static final class Rows<T, K> extends SqliteRepository<T, K> {
    private static final String MICROS = "yyyy-MM-dd HH:mm:ss.SSSSSS";

    Rows(RepositoryContext<T, K> context) {
      super(
          context,
          DSL.table(DSL.name(context.entity().name())),
          columns -> {
            for (Component component : context.entity().keyComponents()) {
              if (component.type() == Instant.class) {
                columns.convert(component.name(), SqliteConversions.instantAsText(MICROS));
              } else if (component.type() == LocalDateTime.class) {
                columns.convert(component.name(), SqliteConversions.localDateTimeAsText(MICROS));
              }
            }
          });
    }
  }
}
