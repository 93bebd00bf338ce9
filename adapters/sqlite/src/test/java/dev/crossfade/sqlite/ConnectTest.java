package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Entity;
import dev.crossfade.Stage;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.sqlite.SqliteStore.Synchronous;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.RepositoryContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused at start, and why. */
class ConnectTest {
  record Person(String email, @Nullable Long bossId, String fullName) {}

  record Strange(long id, Thread thread) {}

  private static final Entity<Person, String> PERSON =
      Entity.of(Person.class).key("email", String.class).build();

  private static final ControlRow ROW = ControlRow.open("m", 1, Stage.OFF);

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void create() {
    path = directory.resolve("app.db");
    App.create(path);
  }

  @Test
  void weakDurabilityIsRefusedUnlessAllowed() {
    for (Synchronous weak : List.of(Synchronous.OFF, Synchronous.NORMAL)) {
      try (SqliteStore store = SqliteStore.at(path).synchronous(weak).open()) {
        assertThatThrownBy(store::connect)
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("power failure")
            .hasMessageContaining("allowWeakDurability()");
      }
    }
    try (SqliteStore store =
        SqliteStore.at(path).synchronous(Synchronous.NORMAL).allowWeakDurability().open()) {
      store.connect();
    }
    try (SqliteStore again = SqliteStore.at(path).synchronous(Synchronous.NORMAL).open()) {
      assertThatThrownBy(again::connect)
          .as("also where nothing is to be installed")
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("power failure");
    }
  }

  /** Which of two stores is the primary must not be guessed because one is busy. */
  @Test
  void aFileThatAnotherProgramHoldsIsReadOnceItHasTheTables() throws SQLException {
    try (SqliteStore first = SqliteStore.open(path)) {
      first.connect();
      first.control().createIfAbsent(ROW);
    }
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = other.createStatement();
        SqliteStore store = SqliteStore.at(path).busyTimeout(Duration.ofMillis(50)).open()) {
      statement.execute("begin immediate");
      store.connect();
      assertThat(store.control().read("m")).isEqualTo(ROW);
      assertThatThrownBy(() -> store.control().voidEvidence("m"))
          .isInstanceOf(StoreTimeoutException.class);
      statement.execute("rollback");
      store.control().voidEvidence("m");
    }
  }

  @Test
  void theFileIsPutIntoWalMode() throws SQLException {
    try (SqliteStore store = SqliteStore.open(path)) {
      store.connect();
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("pragma journal_mode")) {
      assertThat(rows.getString(1)).isEqualTo("wal");
    }
  }

  @Test
  void aFileThatIsNotThereIsNotCreated() {
    Path absent = directory.resolve("typo.db");
    try (SqliteStore store = SqliteStore.open(absent)) {
      assertThatThrownBy(store::connect)
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("there is no file");
      assertThatThrownBy(store::reach).isInstanceOf(StoreUnavailableException.class);
    }
    assertThat(absent).doesNotExist();
  }

  @Test
  @SuppressWarnings("try") // closed early, which is what is tested
  void twoStoresOnOneFileShareItsWriterAndItsSettings() {
    try (SqliteStore one = SqliteStore.open(path);
        SqliteStore two = SqliteStore.open(directory.resolve(".").resolve("app.db"));
        SqliteStore three = SqliteStore.at(path).groupLimit(1).open()) {
      one.connect();
      two.connect();
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().equals("crossfade-sqlite-writer-app.db"))
          .hasSize(1);
      assertThatThrownBy(three::connect)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("other settings");
      one.close();
      two.control().recordEvidence("m", "n", "d");
    }
  }

  @Test
  void allSettingsOutOfRangeAreNamedAtOnce() {
    assertThatThrownBy(() -> SqliteStore.at(path).readers(0).groupLimit(0).open())
        .isInstanceOfSatisfying(
            ConfigurationException.class, e -> assertThat(e.problems()).hasSize(2));
  }

  @Test
  void tablesOfAnotherVersionAreRefused() {
    SqliteStore first = SqliteStore.open(path);
    first.connect();
    first.close();
    App.sql(path, "update crossfade_version set version = 99");
    try (SqliteStore store = SqliteStore.open(path)) {
      assertThatThrownBy(store::connect)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("99");
    }
  }

  @Test
  void aMissingTableAndMissingColumnsAreProblems() {
    assertThat(problems("person")).singleElement().asString().contains("there is no table");
    App.sql(path, "create table person (EMAIL text primary key, fullname text)");
    assertThat(problems("person"))
        .hasSize(2)
        .anySatisfy(p -> assertThat(p).contains("no column boss_id"))
        .anySatisfy(p -> assertThat(p).contains("no column full_name", "column(\"fullName\""))
        .allSatisfy(p -> assertThat(p).contains(Persons.class.getName()));
  }

  @Test
  void aKeyThatIsNotUniqueIsAProblem() {
    App.sql(path, "create table person (email text, boss_id integer, full_name text)");
    assertThat(problems("person")).singleElement().asString().contains("[email] is not unique");
    App.sql(path, "create unique index p on person (email) where full_name is not null");
    assertThat(problems("person")).singleElement().asString().contains("is not unique");
    App.sql(path, "create unique index q on person (lower(email))");
    assertThat(problems("person")).singleElement().asString().contains("is not unique");
    App.sql(path, "create unique index r on person (email)");
    assertThat(problems("person")).isEmpty();
  }

  @Test
  void aKeyThatIsComparedWithoutCaseIsAProblem() {
    App.sql(
        path,
        "create table person (email text collate nocase primary key, boss_id integer, full_name"
            + " text)");
    assertThat(problems("person")).singleElement().asString().contains("NOCASE", "PostgreSQL");
  }

  @Test
  void effectsThatAreNotDeclaredAreProblems() {
    App.sql(
        path,
        "create table boss (id integer primary key)",
        "create table person (email text primary key, boss_id integer references boss on delete"
            + " cascade, full_name text)",
        "create trigger stamp after update on person begin select 1; end",
        "create trigger crossfade_capture after update on person begin select 1; end");
    assertThat(problems("person"))
        .hasSize(2)
        .anySatisfy(p -> assertThat(p).contains("on delete cascade", "OnDelete.CASCADE"))
        .anySatisfy(p -> assertThat(p).contains("trigger stamp", "triggers(\"stamp\")"));
  }

  @Test
  void aMappingThatCannotBeIsAProblemWithItsFix() {
    try (App app = new App(path)) {
      Entity<Strange, Long> strange = Entity.of(Strange.class).key("id", Long.class).build();
      Rows<Strange, Long> rows =
          new Rows<>(app.new Context<>(strange), DSL.table(DSL.name("tokens")));
      assertThat(app.store.problems(List.of(rows)))
          .singleElement()
          .asString()
          .contains("java.lang.Thread", "convert(\"thread\"");
      assertThatThrownBy(() -> rows.find(1L)).isInstanceOf(ConfigurationException.class);
    }
  }

  private List<String> problems(String table) {
    try (App app = new App(path)) {
      Persons persons = new Persons(app.new Context<>(PERSON), DSL.table(DSL.name(table)));
      return app.store.problems(List.of(persons));
    }
  }

  private static final class Persons extends SqliteRepository<Person, String> {
    Persons(RepositoryContext<Person, String> context, Table<?> table) {
      super(context, table);
    }
  }

  private static final class Rows<T, K> extends SqliteRepository<T, K> {
    Rows(RepositoryContext<T, K> context, Table<?> table) {
      super(context, table);
    }
  }
}
