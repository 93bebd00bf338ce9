package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.Writes;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Entry;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.sqlite.SqliteStore;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What does not fit together is said at the start, all at once, with class and fix. */
class ConfigurationErrorsTest {
  private Scenario app;

  @BeforeEach
  void start() {
    app = Scenario.with().start();
    app.shutDown();
  }

  @AfterEach
  void end() {
    app.close();
  }

  private ConfigurationException refused(UnaryOperator<Crossfade.Builder> wiring) {
    ConfigurationException refusal =
        catchThrowableOfType(
            ConfigurationException.class,
            () -> {
              Store sqlite = app.newSqliteStore();
              Store postgres = app.newPostgresStore();
              try {
                wiring.apply(Crossfade.builder().legacy(sqlite).target(postgres)).build().close();
              } finally {
                sqlite.close();
                postgres.close();
              }
            });
    assertThat(refusal).as("refused").isNotNull();
    return refusal;
  }

  interface Unclassified extends Repository<Preference, String> {
    List<Preference> first();

    @Reads
    List<Preference> fine();

    void second(String name);

    @Reads
    @Writes(differs = {"name", "txet"})
    void both();

    @Reads
    Stream<Preference> stream();
  }

  abstract static class SqliteUnclassified extends SqliteRepository<Preference, String>
      implements Unclassified {
    SqliteUnclassified(RepositoryContext<Preference, String> context) {
      super(context, Domain.PREFERENCES);
    }
  }

  static final class SqliteUnclassifiedPreferences extends SqliteUnclassified {
    SqliteUnclassifiedPreferences(RepositoryContext<Preference, String> context) {
      super(context);
    }

    @Override
    public List<Preference> first() {
      return fine();
    }

    @Override
    public List<Preference> fine() {
      return scan(null, 10);
    }

    @Override
    public void second(String name) {
      delete(name);
    }

    @Override
    public void both() {
      delete("both");
    }

    @Override
    public Stream<Preference> stream() {
      return fine().stream();
    }
  }

  @Test
  void unclassifiedMethodsAreAllListedAndSoIsAMissingInterface() {
    ConfigurationException refusal =
        refused(
            b ->
                b.migration(
                    "m",
                    m ->
                        m.entity(
                            Domain.PREFERENCE,
                            SqliteUnclassifiedPreferences::new,
                            Domain.PostgresPreferences::new)));

    assertThat(refusal.problems())
        .anyMatch(problem -> problem.contains("Unclassified.first is neither @Reads nor @Writes"))
        .anyMatch(problem -> problem.contains("Unclassified.second is neither"))
        .anyMatch(problem -> problem.contains("Unclassified.both is both"))
        .anyMatch(
            problem ->
                problem.contains("Unclassified.both says that 'txet' differs")
                    && problem.endsWith("the nearest is 'text'"))
        .anyMatch(problem -> problem.contains("Unclassified.stream returns a Stream"))
        .anyMatch(
            problem ->
                problem.contains("PostgresPreferences does not implement")
                    && problem.contains("Unclassified"))
        .noneMatch(problem -> problem.contains("Unclassified.fine"));
    assertThat(refusal.getMessage()).contains("problems:").contains("annotate it");
  }

  @Test
  void anUnknownMigrationAndAnUnknownRepository() {
    app.open();
    assertThatThrownBy(() -> app.crossfade.migration("banc"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no migration 'banc'")
        .hasMessageContaining("bank");
    assertThatThrownBy(() -> app.crossfade.unit("banc", () -> app.accounts.count()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no migration 'banc'");
    assertThatThrownBy(() -> app.crossfade.repository(Unclassified.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Unclassified");
  }

  record Wide(Long id, String code, String missing, String alsoMissing) {}

  static final Entity<Wide, Long> WIDE = Entity.of(Wide.class).key("id", Long.class).build();

  static final class SqliteWide extends SqliteRepository<Wide, Long> {
    SqliteWide(RepositoryContext<Wide, Long> context) {
      super(context, Domain.ACCOUNTS);
    }
  }

  static final class PostgresWide extends PostgresRepository<Wide, Long> {
    PostgresWide(RepositoryContext<Wide, Long> context) {
      super(context, Domain.ACCOUNTS);
    }
  }

  @Test
  void componentsWithoutAColumn() {
    ConfigurationException refusal =
        refused(b -> b.migration("m", m -> m.entity(WIDE, SqliteWide::new, PostgresWide::new)));

    assertThat(refusal.problems())
        .hasSize(2)
        .allMatch(problem -> problem.contains("SqliteWide") && problem.contains("column(\""))
        .anyMatch(problem -> problem.contains("no column missing"))
        .anyMatch(problem -> problem.contains("no column also_missing"));
  }

  record ByText(String text, String name) {}

  static final Entity<ByText, String> BY_TEXT =
      Entity.of(ByText.class).key("text", String.class).build();

  static final class SqliteByText extends SqliteRepository<ByText, String> {
    SqliteByText(RepositoryContext<ByText, String> context) {
      super(context, Domain.PREFERENCES);
    }
  }

  static final class PostgresByText extends PostgresRepository<ByText, String> {
    PostgresByText(RepositoryContext<ByText, String> context) {
      super(context, Domain.PREFERENCES);
    }
  }

  @Tag("exhaustive")
  @Test
  void aKeyThatIsNotUnique() {
    ConfigurationException refusal =
        refused(
            b -> b.migration("m", m -> m.entity(BY_TEXT, SqliteByText::new, PostgresByText::new)));

    assertThat(refusal)
        .hasMessageContaining("SqliteByText")
        .hasMessageContaining("[text] is not unique")
        .hasMessageContaining("primary key");
  }

  @Tag("exhaustive")
  @Test
  void anEntityWhoseKeyDoesNotFitItsRecord() {
    assertThatThrownBy(() -> Entity.of(Entry.class).key("id", String.class).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Entry.id is a Long");
    assertThatThrownBy(
            () ->
                Entity.of(Entry.class)
                    .key("identity", Long.class)
                    .locator("when")
                    .decimal("much", 2)
                    .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'identity'")
        .hasMessageContaining("'when'")
        .hasMessageContaining("'much'");
  }

  static final Entity<Entry, Long> BARE_ENTRY =
      Entity.of(Entry.class).key("id", Long.class).generatedKey().build();

  static final class SqliteBareEntries extends SqliteRepository<Entry, Long> {
    SqliteBareEntries(RepositoryContext<Entry, Long> context) {
      super(context, Domain.ENTRIES);
    }
  }

  static final class PostgresBareEntries extends PostgresRepository<Entry, Long> {
    PostgresBareEntries(RepositoryContext<Entry, Long> context) {
      super(context, Domain.ENTRIES);
    }
  }

  @Tag("exhaustive")
  @Test
  void anUndeclaredCascade() {
    ConfigurationException refusal =
        refused(
            b ->
                b.migration(
                    "m",
                    m ->
                        m.entity(
                                Domain.ACCOUNT,
                                Domain.SqliteAccounts::new,
                                Domain.PostgresAccounts::new)
                            .entity(BARE_ENTRY, SqliteBareEntries::new, PostgresBareEntries::new)));

    assertThat(refusal)
        .hasMessageContaining("account_id")
        .hasMessageContaining("on delete cascade")
        .hasMessageContaining("OnDelete.CASCADE");
  }

  @Tag("exhaustive")
  @Test
  void anUndeclaredTrigger() {
    app.rows.execute(
        Side.LEGACY,
        "create trigger meddler after insert on preference begin"
            + " update account set note = 'x'; end");

    assertThatThrownBy(() -> app.open())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("meddler")
        .hasMessageContaining("triggers(\"meddler\")");

    app.rows.execute(Side.LEGACY, "drop trigger meddler");
  }

  @Tag("exhaustive")
  @Test
  void aReferenceToAnEntityOfNoMigration() {
    ConfigurationException refusal =
        refused(
            b ->
                b.migration(
                    "m",
                    m ->
                        m.entity(
                            Domain.ENTRY, Domain.SqliteEntries::new, Domain.PostgresEntries::new)));
    assertThat(refusal)
        .hasMessageContaining("entry refers to account")
        .hasMessageContaining("add it");
  }

  @Tag("exhaustive")
  @Test
  void everythingAtOnce() {
    ConfigurationException refusal =
        refused(
            b ->
                b.migration(
                        "one",
                        m ->
                            m.entity(
                                    Domain.PREFERENCE,
                                    Domain.SqlitePreferences::new,
                                    Domain.PostgresPreferences::new)
                                .entity(
                                    Domain.PREFERENCE,
                                    Domain.SqlitePreferences::new,
                                    Domain.PostgresPreferences::new))
                    .migration(
                        "two",
                        m ->
                            m.entity(
                                Domain.PREFERENCE,
                                Domain.SqlitePreferences::new,
                                Domain.PostgresPreferences::new))
                    .migration("three", m -> {}));

    assertThat(refusal.problems())
        .hasSize(3)
        .anyMatch(p -> p.contains("'one' has two entities named 'preference'"))
        .anyMatch(p -> p.contains("two migrations have an entity named 'preference'"))
        .anyMatch(p -> p.contains("'three' has no entity"));
  }

  @Tag("exhaustive")
  @Test
  void twoMigrationsOfOneName() {
    ConfigurationException refusal =
        refused(
            b ->
                b.migration(
                        "one",
                        m ->
                            m.entity(
                                Domain.PREFERENCE,
                                Domain.SqlitePreferences::new,
                                Domain.PostgresPreferences::new))
                    .migration(
                        "one",
                        m ->
                            m.entity(
                                Domain.READING,
                                Domain.SqliteReadings::new,
                                Domain.PostgresReadings::new)));
    assertThat(refusal).hasMessageContaining("two migrations are named 'one'");
  }

  @Tag("exhaustive")
  @Test
  void aBuilderWithoutItsStores() {
    assertThatThrownBy(() -> Crossfade.builder().build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("legacy(");
    SqliteStore sqlite = app.newSqliteStore();
    assertThatThrownBy(() -> Crossfade.builder().legacy(sqlite).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("target(");
    sqlite.close();
  }

  @Tag("exhaustive")
  @Test
  void aFileThatIsNotThere() {
    SqliteStore sqlite = SqliteStore.open(Path.of("no", "such", "file.db"));
    assertThatThrownBy(sqlite::connect)
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("there is no file");
    sqlite.close();
  }

  @Tag("exhaustive")
  @Test
  void settingsOutOfBounds() {
    assertThatThrownBy(() -> Settings.builder().shadowSampling(1.5).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shadowSampling")
        .hasMessageContaining("1.5");
    assertThatThrownBy(
            () ->
                Settings.builder()
                    .switchLimit(Duration.ofSeconds(3))
                    .writeWait(Duration.ofSeconds(2))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("switchLimit");
  }

  /** PostgreSQL is looked at where the stage first needs it. */
  @Tag("exhaustive")
  @Test
  void aTargetThatDoesNotFitIsRefusedAtTheDoorOfDualWrite() {
    app.rows.execute(Side.TARGET, "alter table account drop column note");
    app.open();
    Account saved = app.accounts.save(Domain.account(1, "a", 1));
    assertThat(saved.id()).isEqualTo(1);

    assertThatThrownBy(() -> app.migration.moveTo(Stage.DUAL_WRITE))
        .isInstanceOf(MoveRefusedException.class)
        .hasMessageContaining("no column note")
        .hasMessageContaining("PostgresAccounts");

    assertThat(app.migration.stage()).isEqualTo(Stage.OFF);
    app.rows.execute(Side.TARGET, "alter table account add column note text");
    app.migration.moveTo(Stage.DUAL_WRITE);
    app.migration.backfill();
  }

  /** A write outside of a unit of work cannot go unrecorded. */
  @Tag("exhaustive")
  @Test
  void writesPastTheLibraryAreRefused() {
    Domain.SqlitePreferences[] made = new Domain.SqlitePreferences[1];
    Store sqlite = app.newSqliteStore();
    try (Crossfade crossfade =
        Crossfade.builder()
            .legacy(sqlite)
            .target(app.newPostgresStore())
            .migration(
                "m",
                m ->
                    m.entity(
                        Domain.PREFERENCE,
                        context -> made[0] = new Domain.SqlitePreferences(context),
                        Domain.PostgresPreferences::new))
            .build()) {
      assertThatThrownBy(() -> made[0].save(new Preference("x", "y")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("crossfade.repository");
      assertThat(crossfade.repository(Domain.Preferences.class).count()).isZero();
    }
  }
}
