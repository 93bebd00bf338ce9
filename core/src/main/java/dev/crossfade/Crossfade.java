package dev.crossfade;

import dev.crossfade.Health.State;
import dev.crossfade.Stage.Side;
import dev.crossfade.cutover.Abandonment;
import dev.crossfade.routing.Router;
import dev.crossfade.store.NearestName;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.StoreView;
import dev.crossfade.store.UnitBody;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Events;
import dev.crossfade.wiring.Pair;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries an application from its legacy store to PostgreSQL: hands out repositories that are
 * routed by the stage of their migration.
 *
 * <pre>{@code
 * Crossfade crossfade = Crossfade.builder()
 *     .legacy(SqliteStore.open(Path.of("app.db")))
 *     .target(PostgresStore.open("jdbc:postgresql://db/app", credentials))
 *     .migration("tokens", m -> m.entity(TOKEN, SqliteTokens::new, PostgresTokens::new))
 *     .build();
 * TokenRepository tokens = crossfade.repository(TokenRepository.class);
 * }</pre>
 *
 * <p>One per application and pair of stores. Safe for use by many threads. It owns its threads and,
 * once built, the stores: {@link #close} ends both.
 */
public final class Crossfade implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Crossfade.class);

  private final Store legacy;
  private final Store target;
  private final Map<String, RunningMigration> migrations = new LinkedHashMap<>();
  private final Repositories repositories = new Repositories(migrations.values());

  /** Guards what follows: settings are taken over one after the other. */
  private final ReentrantLock settling = new ReentrantLock();

  private Settings settings;
  private List<String> kept = List.of();
  private volatile @Nullable AutoCloseable watch;
  private volatile boolean closed;

  private Crossfade(Store legacy, Store target, Settings settings) {
    this.legacy = legacy;
    this.target = target;
    this.settings = settings;
  }

  /** Begins the wiring. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The routed repository with that interface; the same each time.
   *
   * @throws ConfigurationException if no entity, or more than one, has implementations of it, or a
   *     method is neither {@link Reads} nor {@link Writes}
   */
  public <R extends Repository<?, ?>> R repository(Class<R> type) {
    return repositories.of(type, null);
  }

  /**
   * The routed repository with that interface of one of several entities: tables of one shape,
   * chosen at run time, as where each tenant has its own. The same each time, and as quick to get
   * as a value from a map.
   *
   * <pre>{@code
   * TradeRepository trades = crossfade.repository(TradeRepository.class, "trades_" + user);
   * }</pre>
   *
   * @param entity its name
   * @throws ConfigurationException as above, or if there is none of that name
   */
  public <R extends Repository<?, ?>> R repository(Class<R> type, String entity) {
    return repositories.of(type, entity);
  }

  /**
   * The routed repository of a view, with that interface; the same each time.
   *
   * @throws ConfigurationException if no view, or more than one, has implementations of it, or a
   *     method is not {@link Reads}
   */
  public <R extends ViewRepository<?>> R view(Class<R> type) {
    return repositories.of(type, null);
  }

  /**
   * As {@link #repository(Class, String)}, for one of several views.
   *
   * @throws ConfigurationException as above, or if there is none of that name
   */
  public <R extends ViewRepository<?>> R view(Class<R> type, String name) {
    return repositories.of(type, name);
  }

  /** All migrations, in the order of their declaration. */
  public List<Migration> migrations() {
    return List.copyOf(migrations.values());
  }

  /**
   * A migration.
   *
   * @throws ConfigurationException if there is none of that name
   */
  public Migration migration(String name) {
    return running(name);
  }

  /**
   * Runs writes of one migration as a unit of work: one transaction on the primary, one on the
   * other store. Reads inside see its writes. A unit inside a unit of the same migration joins it.
   *
   * <p>If the body throws, nothing is written anywhere. The body runs once, see {@link
   * #repeatableUnit}; it must not hand repositories to other threads, whose calls would not belong
   * to the unit.
   *
   * @param <X> what the body throws, thrown on as it is
   */
  public <X extends Exception> void unit(String migration, UnitWork<X> body) throws X {
    unitOf(
        migration,
        () -> {
          body.run();
          return true; // nobody looks at it
        });
  }

  /** As {@link #unit}, with a result. */
  public <R extends @Nullable Object, X extends Exception> R unitOf(
      String migration, UnitBody<R, X> body) throws X {
    return running(migration).writes().unit("unit", body);
  }

  /**
   * As {@link #unit}, for a body that may run more than once: where the store gives the transaction
   * up because of a concurrent one (deadlock, serialization failure), nothing of it was written,
   * and it is begun anew after a moment, up to three times. It is not after any other failure,
   * least of all after one whose outcome is unknown.
   *
   * <p>What the body does besides, in memory or with other services, is done again with it. Inside
   * another unit it is part of that one, and runs once.
   *
   * @throws ConflictException if the store has given it up four times; nothing was written
   */
  public <X extends Exception> void repeatableUnit(String migration, UnitWork<X> body) throws X {
    repeatableUnitOf(
        migration,
        () -> {
          body.run();
          return true; // nobody looks at it
        });
  }

  /** As {@link #repeatableUnit}, with a result. */
  public <R extends @Nullable Object, X extends Exception> R repeatableUnitOf(
      String migration, UnitBody<R, X> body) throws X {
    return running(migration).writes().repeatableUnit("unit", body);
  }

  /**
   * Takes part in a transaction that the application manages on a connection of its own, to write
   * through repositories what is to be committed together with other changes there. Repositories
   * take part within {@link JoinedUnit#run} alone.
   *
   * @param connection to the store that is {@link Migration#primary} at present, with {@code
   *     setAutoCommit(false)}; the application's, also in the end. Nothing is sent yet
   * @return to be told how the transaction has ended
   * @throws IllegalArgumentException if the connection leads to a database of another kind, also
   *     where the primary has changed since it was taken: roll back, and ask again which it is
   * @throws IllegalStateException if it is closed, or commits by itself
   */
  public JoinedUnit join(String migration, Connection connection) {
    return running(migration).writes().join(connection);
  }

  /** The work of a unit of work without a result. */
  @FunctionalInterface
  public interface UnitWork<X extends Exception> {
    /** Does the work. */
    void run() throws X;
  }

  /**
   * Takes new settings over while running, all or none. What is under way goes on as it began. The
   * instance's name and the room in queues stay what they are until the process is started again.
   *
   * @return the names of the settings that would be others and stay until then, as {@link Settings}
   *     has them; also logged
   * @throws ConfigurationException if they name a migration that does not exist; nothing was taken
   *     over
   */
  public List<String> apply(Settings next) {
    List<String> problems = unknownMigrations(next, migrations.keySet());
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    settling.lock();
    try {
      List<String> stay = UntilRestart.changed(settings, next);
      settings = UntilRestart.keep(settings, next);
      migrations.values().forEach(migration -> migration.apply(settings));
      report(stay);
      return stay;
    } finally {
      settling.unlock();
    }
  }

  /** Once, however often the same file is read again. */
  private void report(List<String> stay) {
    if (!stay.isEmpty() && !stay.equals(kept)) {
      log.warn("New settings are taken over but for {}, which stay until a restart.", stay);
    }
    kept = stay;
  }

  private static List<String> unknownMigrations(Settings settings, Set<String> names) {
    return settings.stages().keySet().stream()
        .filter(name -> !names.contains(name))
        .sorted()
        .map(
            name ->
                "the settings want a stage of migration '"
                    + name
                    + "', which does not exist; the nearest is '"
                    + NearestName.of(name, names)
                    + "'")
        .toList();
  }

  /** From a source, whose thread must not suffer. */
  private void applyOrKeep(Settings next) {
    try {
      apply(next);
    } catch (ConfigurationException e) {
      log.warn("New settings are not taken over; the old ones stay: {}", e.getMessage());
    }
  }

  private RunningMigration running(String name) {
    RunningMigration migration = migrations.get(name);
    if (migration == null) {
      throw unknownMigration(name, migrations.keySet());
    }
    return migration;
  }

  private static ConfigurationException unknownMigration(String name, Set<String> known) {
    return new ConfigurationException(
        List.of("there is no migration '" + name + "'; there are " + known));
  }

  /**
   * How this process is, for probes; asks no store. Liveness is {@link Health#isAlive}: that a
   * store is down is no reason to restart.
   */
  public Health health() {
    if (closed) {
      return new Health(State.DOWN, List.of("closed"));
    }
    List<String> concerns =
        migrations.values().stream().flatMap(m -> m.concerns().stream()).toList();
    return new Health(concerns.isEmpty() ? State.UP : State.DEGRADED, concerns);
  }

  /**
   * Ends all threads and both stores. Work under way is finished; what the other store has not got
   * yet stays in the journal and is repaired by the next process.
   */
  @Override
  public void close() {
    closed = true;
    endWatch();
    migrations.values().forEach(RunningMigration::close);
    legacy.close();
    target.close();
  }

  private void endWatch() {
    AutoCloseable ending = watch;
    if (ending == null) {
      return;
    }
    try {
      ending.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.warn("The watch for new settings could not be ended.", e);
    }
  }

  /** Wires a {@link Crossfade}. Not safe for use by several threads. */
  public static final class Builder {
    private static final Set<Class<?>> LIBRARY =
        Set.of(Repository.class, StoreRepository.class, ViewRepository.class, StoreView.class);

    private @Nullable Store legacy;
    private @Nullable Store target;
    private Settings settings = Settings.defaults();
    private @Nullable SettingsSource source;
    private final Map<String, MigrationBuilder> migrations = new LinkedHashMap<>();
    private final List<CrossfadeListener> listeners = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private Builder() {}

    /** Where the application comes from. Owned by what is built. */
    public Builder legacy(Store store) {
      legacy = store;
      return this;
    }

    /** PostgreSQL, where it goes. Owned by what is built. Need not be reachable in stage off. */
    public Builder target(Store store) {
      target = store;
      return this;
    }

    /** How it behaves; {@link Settings#defaults} if not given. */
    public Builder settings(Settings value) {
      settings = value;
      source = null;
      return this;
    }

    /**
     * Where to ask how it behaves, and how it is to behave from then on: it is asked in {@link
     * #build} and watched until {@link Crossfade#close}. Settings that {@link Crossfade#apply}
     * would refuse are logged and not taken over. Replaces settings given before.
     */
    public Builder settings(SettingsSource value) {
      source = value;
      return this;
    }

    /**
     * A group of entities that cross together.
     *
     * @param name in the stores' control rows; must not change once the migration has begun
     */
    public Builder migration(String name, Consumer<MigrationBuilder> description) {
      MigrationBuilder migration = new MigrationBuilder(name);
      description.accept(migration);
      if (migrations.put(name, migration) != null) {
        problems.add("two migrations are named '" + name + "'; rename one");
      }
      return this;
    }

    /** Somebody to tell what happens. */
    public Builder listener(CrossfadeListener listener) {
      listeners.add(listener);
      return this;
    }

    /**
     * Connects the stores that the stages need, checks everything, and starts. Where the store that
     * is not the primary cannot be reached it starts without: writes go on, their keys stay in the
     * journal, and that store is checked and caught up when it comes.
     *
     * @throws ConfigurationException with all problems of the wiring, the mappings and the stores'
     *     catalogues; nothing was written but the library's own tables
     * @throws StoreUnavailableException if the primary store cannot be reached; if it is lost for
     *     good, see {@link #abandonPrimary}
     */
    public Crossfade build() {
      Store from = from();
      Store to = to();
      List<Crossing> crossings = checked(from, to);
      return start(from, to, crossings);
    }

    /**
     * Gives PostgreSQL up for lost as {@link Migration#abandonPrimary} does, on the same conditions
     * and with the same consequences, where no process is left to ask for it: none starts while its
     * primary is away. Starts nothing, and ends both stores; the application starts with new ones
     * afterwards, the legacy store its primary.
     *
     * <p>What had reached the legacy store only a running process knew: the report does not say.
     *
     * @param migration its name
     * @param reason why, for the audit; not blank
     * @return as there, but {@code provenUntil} is null and {@code nothingMissing} false
     * @throws ConfigurationException if the wiring or the legacy store do not fit; nothing was
     *     changed
     * @throws IllegalArgumentException if the reason is blank
     * @throws IllegalStateException if the legacy store is the primary
     * @throws MoveRefusedException if PostgreSQL can be reached, or that cannot be told, or if a
     *     process lives; nothing was changed
     * @throws StoreUnavailableException if the legacy store cannot be reached
     */
    public AbandonReport abandonPrimary(String migration, String reason) {
      try (Store from = from();
          Store to = to()) {
        Crossing lost =
            checked(from, to).stream()
                .filter(crossing -> crossing.name().equals(migration))
                .findAny()
                .orElseThrow(() -> unknownMigration(migration, migrations.keySet()));
        return Abandonment.ofOneThatDoesNotRun(lost).abandon(reason);
      }
    }

    /**
     * What would keep one of the stores from being used as it is wired: all at once, one sentence
     * each, the fix behind its first semicolon; empty if nothing would. Looks at that store and
     * changes nothing, the library's own tables included; starts nothing, and ends both stores.
     * Views are not looked at.
     *
     * @param side which of the two
     * @param asSecondary whether it is the one to copy to, so that what only a copy needs counts
     * @throws ConfigurationException if the wiring does not fit
     * @throws CrossfadeException if the store cannot be reached or looked at now
     */
    public List<String> preflight(Side side, boolean asSecondary) {
      try (Store from = from();
          Store to = to()) {
        List<String> found = new ArrayList<>();
        boolean dropsIndexes = asSecondary && settings.backfillIndexesLast();
        checked(from, to).forEach(each -> found.addAll(each.preflight(side, dropsIndexes)));
        return found.stream().distinct().toList();
      }
    }

    private Store from() {
      return given(legacy, "legacy(…), the store the application comes from");
    }

    private Store to() {
      return given(target, "target(…), the PostgreSQL store it goes to");
    }

    private List<Crossing> checked(Store from, Store to) {
      migrations.values().forEach(migration -> problems.addAll(migration.problems()));
      if (migrations.isEmpty()) {
        problems.add("there is no migration; add one with migration(name, …)");
      }
      checkNames();
      throwIfAny();
      takeSettings();
      List<Crossing> crossings = crossings(from, to);
      throwIfAny();
      return crossings;
    }

    private void takeSettings() {
      if (source != null) {
        settings = source.settings();
      }
      problems.addAll(unknownMigrations(settings, migrations.keySet()));
    }

    private Store given(@Nullable Store store, String what) {
      if (store == null) {
        problems.add("the builder was not given " + what);
        throw new ConfigurationException(problems);
      }
      return store;
    }

    /** The journal knows entities by name, whatever their migration; and metrics know views so. */
    private void checkNames() {
      Set<String> names = new LinkedHashSet<>();
      for (MigrationBuilder description : migrations.values()) {
        for (String entity : description.declaration().entities().keySet()) {
          if (!names.add(entity)) {
            problems.add(
                "two migrations have an entity named '" + entity + "'; give one another name");
          }
        }
      }
      for (MigrationBuilder description : migrations.values()) {
        for (String view : description.declaration().views().keySet()) {
          if (!names.add(view)) {
            problems.add(
                "a view is named '"
                    + view
                    + "' as an entity or another view is; give one another name");
          }
        }
      }
    }

    private List<Crossing> crossings(Store from, Store to) {
      Events events = new Events(listeners);
      List<Crossing> crossings = new ArrayList<>();
      migrations.forEach(
          (name, description) -> {
            try {
              Crossing crossing =
                  Crossing.of(name, from, to, settings, events, description.declaration());
              crossing.pairs().forEach(this::checkInterfaces);
              crossing.views().forEach(this::checkInterfaces);
              crossings.add(crossing);
            } catch (ConfigurationException e) {
              problems.addAll(e.problems());
            }
          });
      return crossings;
    }

    /** Every repository interface that an implementation has must be usable. */
    private void checkInterfaces(Pair<?> pair) {
      Set<Class<?>> interfaces = new LinkedHashSet<>();
      for (Side side : Side.values()) {
        collectInterfaces(pair.on(side).getClass(), interfaces);
      }
      interfaces.forEach(type -> problems.addAll(Router.problems(type, pair)));
    }

    private static void collectInterfaces(@Nullable Class<?> type, Set<Class<?>> interfaces) {
      if (type == null || type == Object.class) {
        return;
      }
      for (Class<?> each : type.getInterfaces()) {
        if ((Repository.class.isAssignableFrom(each) || ViewRepository.class.isAssignableFrom(each))
            && !LIBRARY.contains(each)) {
          interfaces.add(each);
        }
      }
      collectInterfaces(type.getSuperclass(), interfaces);
    }

    private void throwIfAny() {
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
    }

    private Crossfade start(Store from, Store to, List<Crossing> crossings) {
      Crossfade crossfade = new Crossfade(from, to, settings);
      try {
        for (Crossing crossing : crossings) {
          crossfade.migrations.put(crossing.name(), new RunningMigration(crossing));
        }
        if (source != null) {
          crossfade.watch = source.watch(crossfade::applyOrKeep);
        }
        return crossfade;
      } catch (RuntimeException e) {
        crossfade.close();
        throw e;
      }
    }
  }
}
