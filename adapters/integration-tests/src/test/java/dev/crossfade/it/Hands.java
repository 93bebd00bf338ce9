package dev.crossfade.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.Entity;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Domain.Account;
import dev.crossfade.it.Domain.Preference;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
import dev.crossfade.store.Journal.Taken;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Span;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The four steps, taken one by one on the application's two stores, so that a test decides how
 * those of several processes interleave, and which of them die. {@link #settle} then starts the
 * application, which finds what they have left.
 */
final class Hands implements AutoCloseable {
  private static final long EPOCH = 7;
  private static final String KEY = "x";

  final Scenario app;
  private final Store sqlite;
  private final Store postgres;
  private final StoreRepository<Preference, String> legacyPreferences;
  private final StoreRepository<Preference, String> targetPreferences;
  private final StoreRepository<Account, Long> legacyAccounts;
  private final StoreRepository<Account, Long> targetAccounts;

  /** Where a test takes a guard away. */
  Store legacy;

  Store target;

  /** The order in which a sweep looks; a guard, too. */
  boolean memoryFirst;

  private Side primary;
  long epoch = EPOCH;

  /** With both stores empty, in a stage in which both are written. */
  Hands(Stage stage) {
    app =
        Scenario.with()
            .settings(s -> s.heartbeat(Duration.ofMillis(50)).lease(Duration.ofMillis(250)))
            .start();
    app.shutDown();
    sqlite = app.newSqliteStore();
    postgres = app.newPostgresStore();
    sqlite.connect();
    postgres.connect();
    legacy = sqlite;
    target = postgres;
    legacyPreferences = repository(sqlite, Domain.PREFERENCE, Domain.SqlitePreferences::new);
    targetPreferences = repository(postgres, Domain.PREFERENCE, Domain.PostgresPreferences::new);
    legacyAccounts = repository(sqlite, Domain.ACCOUNT, Domain.SqliteAccounts::new);
    targetAccounts = repository(postgres, Domain.ACCOUNT, Domain.PostgresAccounts::new);
    begin(stage);
  }

  private void begin(Stage stage) {
    primary = stage.primary();
    ControlRow open = ControlRow.open(Scenario.MIGRATION, epoch, stage);
    ControlRow off = sqlite.control().read(Scenario.MIGRATION);
    assertThat(sqlite.control().replace(off, primary == Side.LEGACY ? open : moved(epoch, stage)))
        .isTrue();
    postgres.control().createIfAbsent(primary == Side.TARGET ? open : moved(0, Stage.OFF));
  }

  private static ControlRow moved(long epoch, Stage stage) {
    return new ControlRow(
        Scenario.MIGRATION, epoch, stage, ControlRow.State.MOVED, null, null, Set.of());
  }

  private static <T, K> StoreRepository<T, K> repository(
      Store store, Entity<T, K> entity, RepositoryFactory<T, K> factory) {
    return factory.create(
        new RepositoryContext<>() {
          @Override
          public Entity<T, K> entity() {
            return entity;
          }

          @Override
          public Store store() {
            return store;
          }

          @Override
          public List<Dependent> dependents() {
            return List.of();
          }

          @Override
          public <U, L> StoreRepository<U, L> sibling(Entity<U, L> other) {
            throw new IllegalArgumentException("here each stands alone");
          }
        });
  }

  Store primary() {
    return store(primary);
  }

  Store secondary() {
    return store(primary.other());
  }

  private Store store(Side side) {
    return side == Side.LEGACY ? legacy : target;
  }

  /** Starts the application on what the hands have left, and waits until nothing is to be done. */
  void settle() {
    close(sqlite, postgres);
    app.open();
    app.assertSettled();
  }

  /** The hands are not to be counted among what the scenario has left open. */
  private static void close(Store... stores) {
    for (Store store : stores) {
      store.close();
    }
  }

  @Override
  public void close() {
    close(sqlite, postgres);
    app.close();
  }

  // The change of primary, step by step.

  ControlRow row() {
    return primary().control().read(Scenario.MIGRATION);
  }

  /** Closes the primary; nothing if somebody has. Returns the row as it is then. */
  ControlRow closing() {
    ControlRow open = row();
    ControlRow closing =
        open.closing(UUID.randomUUID(), primary().control().now().plus(Duration.ofHours(1)));
    assertThat(primary().control().replace(open, closing)).isTrue();
    return closing;
  }

  void undo(ControlRow closing) {
    assertThat(primary().control().replace(closing, closing.opened())).isTrue();
  }

  /** What either store has given or holds is behind the new primary's generators. */
  void raiseGenerators() {
    StoreRepository<Account, Long> old = primary == Side.LEGACY ? legacyAccounts : targetAccounts;
    StoreRepository<Account, Long> next = primary == Side.LEGACY ? targetAccounts : legacyAccounts;
    old.highestGenerated().ifPresent(next::raiseGenerator);
  }

  /** The decision; null if it was not made. */
  ControlRow decide(ControlRow closing, Stage next) {
    ControlRow moved = closing.moved(next);
    return primary().control().replaceIfDrained(closing, moved) ? moved : null;
  }

  /** Opens the other store; from here on the hands go by the new view. */
  void open(ControlRow moved) {
    secondary().control().openIfOlder(moved.opened());
    follow(moved);
  }

  void follow(ControlRow moved) {
    primary = primary.other();
    epoch = moved.epoch();
  }

  // Processes and their operations.

  /** A process, known to both stores. */
  Incarnation process(String name) {
    Incarnation incarnation = new Incarnation(UUID.randomUUID());
    Origin origin = new Origin(incarnation.id, name, "1.2.3", Scenario.MIGRATION);
    for (Store store : List.of(sqlite, postgres)) {
      store.instances().register(incarnation.id, origin, new Pulse(null, epoch, Counts.NONE));
    }
    return incarnation;
  }

  /** Takes a process for dead. */
  void fence(Incarnation dead) {
    secondary().instances().fence(dead.id);
    primary().instances().fence(dead.id);
  }

  /** One run of a process, and the ids it knows. */
  final class Incarnation {
    final UUID id;
    final Set<Long> known = ConcurrentHashMap.newKeySet();
    private final AtomicLong ids = new AtomicLong();

    Incarnation(UUID id) {
      this.id = id;
    }

    private Mark mark(Mark.Kind kind, long atEpoch) {
      return new Mark(Scenario.MIGRATION, atEpoch, kind, id, this::nextId);
    }

    private long nextId() {
      long next = ids.incrementAndGet();
      known.add(next);
      return next;
    }

    /** Steps 1 and 2 of a write. */
    Operation write(String text) {
      return write(KEY, text);
    }

    Operation write(String key, String text) {
      return write(Mark.Kind.ENTRY, epoch, key, text);
    }

    /** As one that believes in an epoch before, in which nothing was marked. */
    Operation writeUnmarked(String text) {
      return write(Mark.Kind.NOTHING, epoch - 1, KEY, text);
    }

    private Operation write(Mark.Kind kind, long atEpoch, String key, String text) {
      return written(
          primary()
              .writeRow(
                  mark(kind, atEpoch),
                  primary == Side.LEGACY ? legacyPreferences : targetPreferences,
                  new RowWrite.Save<>(new Preference(key, text))));
    }

    /** Steps 1 and 2 of a write with a generated key. */
    Operation insertAccount(String code) {
      return written(
          primary()
              .writeRow(
                  mark(Mark.Kind.ENTRY, epoch),
                  primary == Side.LEGACY ? legacyAccounts : targetAccounts,
                  new RowWrite.Insert<>(Domain.account(code, 1))));
    }

    private Operation written(Written<?> written) {
      List<Entry> own = new ArrayList<>();
      for (int i = 0; i < written.entries().length; i++) {
        RowState<?, ?> state = written.states().get(i);
        own.add(
            new Entry(
                id, written.entries()[i], Span.point(state.entity().name(), state.canonicalKey())));
      }
      return new Operation(this, own, List.of(), written.states());
    }

    /** Step 1 of a chunk of a backfill that covers everything. */
    Operation markAll() {
      Span all = Span.behind(Domain.PREFERENCE.name(), null, null);
      List<Entry> own = primary().journal().mark(mark(Mark.Kind.ENTRY, epoch), List.of(all));
      return new Operation(this, own, List.of(), List.of());
    }

    /** Step 1 of a repair, which may find nothing to take. */
    Operation take() {
      Taken taken = primary().journal().take(mark(Mark.Kind.ENTRY, epoch), 100);
      return new Operation(this, taken.own(), taken.taken(), List.of());
    }

    /** A whole repair of what can be taken now. */
    void repair() {
      take().read().apply().finish();
    }

    /** Looks for entries that it has forgotten. */
    void sweep() {
      sweep(() -> {});
    }

    /** Something else is done between its look at the one and its look at the other. */
    void sweep(Runnable between) {
      if (memoryFirst) {
        Set<Long> then = Set.copyOf(known);
        between.run();
        primary().journal().leaveForgotten(id, then::contains);
      } else {
        primary()
            .journal()
            .leaveForgotten(
                id,
                entry -> {
                  between.run();
                  return known.contains(entry);
                });
      }
    }
  }

  /** One on its way, in the view in which it began. */
  final class Operation {
    private final Incarnation owner;
    private final Side from = primary;
    private final long begun = epoch;
    private final List<Entry> own;
    private final List<Entry> taken;
    private List<RowState<?, ?>> states;
    private Outcome outcome = Outcome.NOT_DONE;

    Operation(Incarnation owner, List<Entry> own, List<Entry> taken, List<RowState<?, ?>> states) {
      this.owner = owner;
      this.own = own;
      this.taken = taken;
      this.states = states;
    }

    List<Entry> entries() {
      return own;
    }

    /** Step 2 of a copy. */
    Operation read() {
      StoreRepository<Preference, String> rows =
          from == Side.LEGACY ? legacyPreferences : targetPreferences;
      states =
          own.isEmpty()
              ? List.of()
              : List.of(
                  rows.find(KEY)
                      .map(row -> RowState.present(Domain.PREFERENCE, row))
                      .orElseGet(() -> RowState.absent(Domain.PREFERENCE, KEY)));
      return this;
    }

    /** Step 3; what is refused is known not to be done. */
    Operation apply() {
      if (states.isEmpty()) {
        return this;
      }
      try {
        store(from.other())
            .apply(new Change(Scenario.MIGRATION, begun, owner.id, states, Scenario.PATIENCE));
        outcome = Outcome.DONE;
      } catch (FencedException | StaleEpochException e) {
        outcome = Outcome.NOT_DONE;
      }
      return this;
    }

    /** The answer to step 3 is lost; what was asked may still be done. */
    Operation loseAnswer() {
      outcome = Outcome.UNKNOWN;
      return this;
    }

    /** Its process knows nothing of it any more, whatever the primary does or has done. */
    Operation end() {
      own.forEach(entry -> owner.known.remove(entry.id()));
      return this;
    }

    /** Step 4. */
    void finish() {
      if (!own.isEmpty()) {
        store(from)
            .journal()
            .finish(List.of(new Finish(Scenario.MIGRATION, owner.id, own, outcome, taken)));
      }
      end();
    }
  }
}
