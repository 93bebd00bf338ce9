package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Entity;
import dev.crossfade.Stage;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.store.ContractEntities.Color;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What all themes of the contract share: a connected store, its repositories, a migration that is
 * open at epoch 1, a writer, and the words in which the tests are written.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ContractTheme {
  static final String MIGRATION = "contract";
  static final Duration LIMIT = Duration.ofMinutes(2);
  static final Duration NO_REST = Duration.ZERO;
  static final Pulse PULSE = new Pulse(null, 1, Counts.NONE);
  static final ControlRow OPEN = ControlRow.open(MIGRATION, 1, Stage.DUAL_WRITE);

  private final Supplier<? extends ContractEnvironment> environments;
  private final List<Store> stores = new ArrayList<>();

  ContractEnvironment environment;
  Store store;
  Tables tables;
  Journal journal;

  /** A registered incarnation; most writes are its. */
  Actor writer;

  ContractTheme(Supplier<? extends ContractEnvironment> environments) {
    this.environments = environments;
  }

  @BeforeEach
  void begin() {
    environment = environments.get();
    store = connected(environment.newStore());
    tables = new Tables(environment, store);
    journal = store.journal();
    store.control().createIfAbsent(OPEN);
    writer = actor();
  }

  @AfterEach
  void end() {
    stores.forEach(Store::close);
    environment.close();
  }

  /** Connects the store, and closes it after the test. */
  final Store connected(Store fresh) {
    stores.add(fresh);
    fresh.connect();
    return fresh;
  }

  /** A new incarnation, registered in the store. */
  final Actor actor() {
    Actor actor = new Actor(MIGRATION);
    store.instances().register(actor.id, origin(actor.id, "contract", MIGRATION), PULSE);
    return actor;
  }

  /** That of a process with this one incarnation. */
  static Origin origin(UUID incarnation, String instance, String migration) {
    return new Origin(incarnation, instance, "1.2.3", migration);
  }

  /** What the environment declares to be otherwise is not verified, and says so. */
  static void verifiedOnlyIf(boolean capability, String what) {
    assumeTrue(capability, "NOT VERIFIED, as the environment declares: " + what);
  }

  // Writing.

  final <R extends @Nullable Object, X extends Exception> Written<R> unit(UnitBody<R, X> body)
      throws X {
    return unit(writer, body);
  }

  final <R extends @Nullable Object, X extends Exception> Written<R> unit(
      Actor actor, UnitBody<R, X> body) throws X {
    return store.write(actor.entry(1), body);
  }

  /** Rows that were always there: they leave no entries. */
  @SafeVarargs
  final <T, K> void given(StoreRepository<T, K> repository, T... rows) {
    store.write(
        writer.mark(Mark.Kind.NOTHING, 1),
        () -> {
          for (T row : rows) {
            repository.insert(row);
          }
          return true;
        });
  }

  final <T, K> Written<T> save(Actor actor, StoreRepository<T, K> repository, T row) {
    return unit(actor, () -> repository.save(row));
  }

  final <T, K> Written<T> save(StoreRepository<T, K> repository, T row) {
    return save(writer, repository, row);
  }

  /** A valid row without key. */
  static Item item(String code) {
    return new Item(
        null,
        code,
        "label of " + code,
        new BigDecimal("12.50"),
        "{\"a\": [1, 2]}",
        Color.LIGHT_BLUE,
        true,
        new byte[] {0, 1, (byte) 0xff},
        3,
        java.time.Instant.parse("2026-03-04T05:06:07.123456Z"));
  }

  // The journal.

  /** The entries of a write. */
  static List<Entry> entries(Actor actor, Written<?> written) {
    assertThat(written.entries())
        .as("ids of the entries, one per state of %s", written.states())
        .hasSameSizeAs(written.states());
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < written.entries().length; i++) {
      RowState<?, ?> state = written.states().get(i);
      entries.add(new Entry(actor.id, written.entries()[i], point(state)));
    }
    return entries;
  }

  static Span point(RowState<?, ?> state) {
    return Span.point(state.entity().name(), state.canonicalKey());
  }

  static <T, K> Span point(Entity<T, K> entity, K key) {
    return Span.point(entity.name(), entity.keys().encode(key));
  }

  static <T, K> Span range(Entity<T, K> entity, K from, @Nullable K to) {
    return Span.range(
        entity.name(), entity.keys().encode(from), to == null ? null : entity.keys().encode(to));
  }

  static Finish operation(Actor actor, List<Entry> entries, Outcome outcome) {
    return new Finish(MIGRATION, actor.id, entries, outcome, List.of());
  }

  /** Finishes a write; returns how many of its entries stay. */
  final int finish(Actor actor, Written<?> written, Outcome outcome) {
    return finish(List.of(operation(actor, entries(actor, written), outcome)));
  }

  final int finish(Actor actor, List<Entry> entries, Outcome outcome) {
    return finish(List.of(operation(actor, entries, outcome)));
  }

  /** Finishes a repair. */
  final int finish(Actor actor, Journal.Taken taken, Outcome outcome) {
    return finish(List.of(new Finish(MIGRATION, actor.id, taken.own(), outcome, taken.taken())));
  }

  final int finish(List<Finish> batch) {
    return patiently(() -> journal.finish(batch));
  }

  /** Whether the store knows it. */
  final boolean heartbeat(UUID incarnation, Pulse pulse) {
    return patiently(() -> store.instances().heartbeat(incarnation, pulse));
  }

  /**
   * Finishes, or says that somebody lives, as the library does: a store waits for those only
   * briefly, and what it did not do for want of time is asked for again.
   */
  static <R> R patiently(Supplier<R> work) {
    long deadline = System.nanoTime() + Crew.LIMIT.toNanos();
    while (true) {
      try {
        return work.get();
      } catch (StoreUnavailableException | StoreTimeoutException e) {
        if (e.outcome() != CrossfadeException.Outcome.NOT_WRITTEN
            || System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }

  /** An operation that is over, its entry left behind with a known outcome. */
  final <T, K> Entry left(Actor actor, StoreRepository<T, K> repository, T row) {
    Written<T> written = save(actor, repository, row);
    assertThat(finish(actor, written, Outcome.NOT_DONE)).as("entries that stay").isEqualTo(1);
    return entries(actor, written).get(0);
  }

  final long journalSize() {
    return journal.status(MIGRATION).entries();
  }

  /** What a repair would choose now; nothing is changed by the look. */
  final List<Entry> takeable() {
    Actor repair = actor();
    Journal.Taken taken = journal.take(repair.entry(1), 10_000);
    journal.withdraw(taken.own());
    return taken.taken();
  }

  /** Which of these keys an entry covers. */
  @SafeVarargs
  final <T, K> Set<Integer> covered(Entity<T, K> entity, K... keys) {
    List<byte[]> canonical = new ArrayList<>();
    for (K key : keys) {
      canonical.add(entity.keys().encode(key));
    }
    return journal.covered(entity.name(), canonical);
  }

  final void assertEmptyJournal() {
    assertThat(journalSize()).as("entries in the journal").isZero();
  }

  // The other side.

  final Change change(Actor actor, RowState<?, ?>... states) {
    return new Change(MIGRATION, 1, actor.id, List.of(states), LIMIT);
  }

  final void apply(RowState<?, ?>... states) {
    store.apply(change(writer, states));
  }

  // Rows.

  /** Rows compared as the entity compares them. */
  static <T, K> void assertSame(Entity<T, K> entity, @Nullable T actual, @Nullable T expected) {
    assertThat(entity.differences(expected, actual))
        .as("differences (expected as primary) of %s", expected)
        .isEmpty();
  }

  final <T, K> void assertStored(StoreRepository<T, K> repository, T row) {
    assertSame(
        repository.entity(), repository.find(repository.entity().keyOf(row)).orElse(null), row);
  }

  final <T, K> void assertAbsent(StoreRepository<T, K> repository, K key) {
    assertThat(repository.find(key))
        .as("%s %s", repository.entity(), repository.entity().keys().show(key))
        .isEmpty();
  }

  /** A source of chance that names its seed, so that a failure can be repeated. */
  static Random random(String test) {
    Long given = Long.getLong("crossfade.test.seed");
    long seed = given == null ? System.nanoTime() : given;
    System.out.println(test + ": -Dcrossfade.test.seed=" + seed);
    return new Random(seed);
  }
}
