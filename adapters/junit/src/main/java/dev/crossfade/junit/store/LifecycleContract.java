package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.Entity;
import dev.crossfade.OnDelete;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Node;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Instances;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.Written;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store from connect to close, and beside another one over the same database. */
abstract class LifecycleContract extends ContractTheme {
  LifecycleContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @Test
  void aStoreHasANameForMessages() {
    assertThat(store.name()).isNotBlank().doesNotContain("password");
  }

  @Test
  void aStoreIsReachedWhetherItIsConnectedOrNot() {
    store.reach();
    try (Store other = environment.anotherOver(store)) {
      other.reach();
    }
  }

  @Test
  void connectingAgainChangesNothing() {
    save(tables.settings, new Setting("a", "1"));

    store.connect();

    assertStored(tables.settings, new Setting("a", "1"));
    assertThat(journalSize()).isEqualTo(1);
    assertThat(store.control().read(MIGRATION)).isEqualTo(OPEN);
  }

  @Test
  void severalStoresConnectToAFreshDatabaseAtOnce() {
    Store first = environment.newStore();
    List<Store> all = new ArrayList<>(List.of(first));
    all.add(environment.anotherOver(first));
    all.add(environment.anotherOver(first));

    Crew.together(3, index -> all.get(index).connect());

    all.forEach(each -> each.control().createIfAbsent(OPEN));
    all.forEach(each -> assertThat(each.control().read(MIGRATION)).isEqualTo(OPEN));
    all.forEach(Store::close);
  }

  @Test
  void aStoreIsSeenThroughByItsType() {
    assertThat(store.unwrap(Store.class)).isSameAs(store);
    assertThat(store.unwrap(store.getClass())).isSameAs(store);
    assertThatThrownBy(() -> store.unwrap(AnotherStore.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("AnotherStore");
  }

  private interface AnotherStore extends Store {}

  // Another store over the same database.

  @Test
  void allIsThereInTheNextRun() {
    Written<Setting> open = save(tables.settings, new Setting("a", "1"));
    left(writer, tables.tallies, new Tally(1, 1));
    store.instances().fence(actor().id);
    store.control().recordEvidence(MIGRATION, "backfill", "done");
    store.close();

    Store next = connected(environment.anotherOver(store));
    Tables rows = new Tables(environment, next);

    assertThat(rows.settings.find("a")).contains(new Setting("a", "1"));
    assertThat(next.control().read(MIGRATION)).isEqualTo(OPEN);
    assertThat(next.control().evidence(MIGRATION)).containsOnlyKeys("backfill");
    assertThat(next.journal().status(MIGRATION).entries()).isEqualTo(2);
    assertThat(next.journal().status(MIGRATION).left()).isEqualTo(1);
    assertThat(patiently(() -> next.instances().heartbeat(writer.id, PULSE))).isTrue();
    next.instances().fence(writer.id);
    Actor repair = new Actor(MIGRATION);
    next.instances().register(repair.id, origin(repair.id, "next", MIGRATION), PULSE);
    assertThat(next.journal().take(repair.entry(1), 10).taken())
        .hasSize(2)
        .contains(entries(writer, open).get(0));
  }

  @Test
  void twoStoresOverOneDatabaseSeeEachOther() {
    Store other = connected(environment.anotherOver(store));
    Tables rows = new Tables(environment, other);

    Written<Setting> mine = save(tables.settings, new Setting("a", "1"));
    Actor second = new Actor(MIGRATION);
    other.instances().register(second.id, origin(second.id, "second", MIGRATION), PULSE);
    Written<Setting> theirs =
        other.write(second.entry(1), () -> rows.settings.save(new Setting("a", "2")));

    assertThat(store.instances().members(MIGRATION))
        .extracting(Instances.Member::incarnation)
        .containsExactly(writer.id, second.id);
    assertStored(tables.settings, new Setting("a", "2"));
    assertThat(finish(writer, mine, Outcome.DONE)).isZero();
    List<Finish> finish = List.of(operation(second, entries(second, theirs), Outcome.DONE));
    assertThat(patiently(() -> other.journal().finish(finish)))
        .as("contested by the other process")
        .isEqualTo(1);
    other.instances().fence(writer.id);
    assertThatThrownBy(() -> apply(RowState.absent(ContractEntities.SETTING, "a")))
        .isInstanceOf(FencedException.class);
    assertThat(other.control().replace(OPEN, ControlRow.open(MIGRATION, 2, Stage.SHADOW))).isTrue();
    assertThatThrownBy(() -> save(tables.settings, new Setting("a", "3")))
        .isInstanceOf(StaleEpochException.class);
  }

  @Test
  void twoProcessesWriteAtOnce() {
    Store other = connected(environment.anotherOver(store));
    Tables rows = new Tables(environment, other);
    Crew.together(
        4,
        index -> {
          Store own = index % 2 == 0 ? store : other;
          StoreRepository<Tally, Integer> tallies = (index % 2 == 0 ? tables : rows).tallies;
          for (int i = 0; i < 25; i++) {
            Tally row = new Tally(index * 100 + i, i);
            Written<Object> written =
                own.writeRow(writer.entry(1), tallies, new RowWrite.Save<>(row));
            List<Finish> finish =
                List.of(operation(writer, entries(writer, written), Outcome.DONE));
            assertThat(patiently(() -> own.journal().finish(finish))).isZero();
          }
        });
    assertThat(tables.tallies.count()).isEqualTo(100);
    assertEmptyJournal();
  }

  // Which run it is, and a backup of it.

  @Test
  void itIsTheSameRunForWhoeverAsks() {
    String identity = store.identity();
    assertThat(identity).isNotEmpty().doesNotContainAnyWhitespaces();

    save(tables.settings, new Setting("a", "1"));
    assertThat(store.identity()).as("after a write").isEqualTo(identity);
    assertThat(connected(environment.anotherOver(store)).identity())
        .as("as another process has it")
        .isEqualTo(identity);
    store.close();
    assertThat(connected(environment.anotherOver(store)).identity())
        .as("in the next run of the process")
        .isEqualTo(identity);
  }

  @Test
  void anotherDatabaseIsNotTheSameRun() {
    assertThat(connected(environment.newStore()).identity()).isNotEqualTo(store.identity());
  }

  @Test
  void aBackupIsANewFileOrNotTheStoresToMake(@TempDir Path directory) {
    save(tables.settings, new Setting("a", "1"));
    Path file = directory.resolve("backup");
    if (store.canBackUp()) {
      store.backUp(file);
      assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
      assertThat(file).isNotEmptyFile();
      assertThatThrownBy(() -> store.backUp(file)).isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThatThrownBy(() -> store.backUp(file))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining(store.name())
          .hasMessageContaining("note");
      assertThat(directory).isEmptyDirectory();
    }
    assertStored(tables.settings, new Setting("a", "1"));
  }

  // The catalogue.

  @Test
  void whatFitsHasNoProblems() {
    assertThat(store.problems(tables.all())).isEmpty();
  }

  @Test
  void anUndeclaredCascadeIsAProblem() {
    verifiedOnlyIf(environment.hasSchema(), "an undeclared cascade is found");
    Entity<Child, Long> child = Entity.of(Child.class).key("id", Long.class).build();
    assertProblem(child, "child", "parent");
  }

  @Test
  void anEffectDeclaredOtherwiseIsAProblem() {
    verifiedOnlyIf(environment.hasSchema(), "an effect declared otherwise is found");
    Entity<Child, Long> child =
        Entity.of(Child.class)
            .key("id", Long.class)
            .references("parentId", ContractEntities.PARENT, OnDelete.SET_NULL)
            .build();
    assertProblem(child, "child", "parent");
  }

  @Test
  void anUndeclaredCascadeToItselfIsAProblem() {
    verifiedOnlyIf(environment.hasSchema(), "an undeclared cascade to itself is found");
    assertProblem(Entity.of(Node.class).key("id", Long.class).build(), "node");
  }

  @Test
  void aKeyThatIsNotUniqueIsAProblem() {
    verifiedOnlyIf(environment.hasSchema(), "a key that is not unique is found");
    assertProblem(Entity.of(Setting.class).key("text", String.class).build(), "setting", "text");
  }

  @Test
  void aMissingColumnIsAProblem() {
    verifiedOnlyIf(environment.hasSchema(), "a missing column is found");
    assertProblem(
        Entity.of(Wider.class).key("name", String.class).name("setting").build(), "nowhere");
  }

  private record Wider(String name, String nowhere) {}

  @Test
  void aMissingTableIsAProblem() {
    assertProblem(
        Entity.of(Setting.class).key("name", String.class).name("no_such_table").build(),
        "no_such_table");
  }

  /** Found when the repository is made or when the catalogue is checked; both before any write. */
  private <T, K> void assertProblem(Entity<T, K> entity, String... words) {
    List<String> problems = new ArrayList<>();
    try {
      List<StoreRepository<?, ?>> repositories = new ArrayList<>();
      for (StoreRepository<?, ?> repository : tables.all()) {
        if (!repository.entity().name().equals(entity.name())) {
          repositories.add(repository);
        }
      }
      repositories.add(tables.make(environment, entity));
      problems.addAll(store.problems(repositories));
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    }
    assertThat(problems).as("problems").isNotEmpty();
    for (String word : words) {
      assertThat(problems).as("a problem that names it").anyMatch(each -> each.contains(word));
    }
  }

  // Close.

  @Test
  void aClosedStoreRefuses() {
    given(tables.settings, new Setting("a", "1"));
    Mark mark = writer.entry(1);
    store.close();
    store.close();

    List<Runnable> calls =
        List.of(
            () -> store.write(mark, () -> tables.settings.save(new Setting("a", "2"))),
            () -> store.writeRow(mark, tables.settings, new RowWrite.Save<>(new Setting("a", "2"))),
            () -> apply(RowState.absent(ContractEntities.SETTING, "a")),
            () -> tables.settings.find("a"),
            () -> tables.settings.scan(null, 1),
            () -> store.control().read(MIGRATION),
            () -> store.journal().status(MIGRATION),
            () -> store.journal().take(mark, 1),
            () -> store.identity(),
            () -> store.instances().heartbeat(writer.id, PULSE));
    for (Runnable call : calls) {
      assertThatThrownBy(call::run).isInstanceOf(StoreUnavailableException.class);
    }

    Store next = connected(environment.anotherOver(store));
    assertThat(new Tables(environment, next).settings.find("a")).contains(new Setting("a", "1"));
  }

  @Test
  void aUnitThatIsUnderWayIsFinishedBeforeTheStoreIsClosed() {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Crew crew = new Crew()) {
      Future<Written<Setting>> unit =
          crew.start(
              () ->
                  unit(
                      () -> {
                        Setting row = tables.settings.save(new Setting("a", "1"));
                        written.countDown();
                        Crew.await(release);
                        return row;
                      }));
      Crew.await(written);
      Future<?> close =
          crew.start(
              () -> {
                store.close();
                return true;
              });
      Crew.isOverWithin(close, Duration.ofMillis(100));
      release.countDown();
      assertThat(Crew.get(unit).result()).isEqualTo(new Setting("a", "1"));
      Crew.get(close);
    }
    Store next = connected(environment.anotherOver(store));
    assertThat(new Tables(environment, next).settings.find("a")).contains(new Setting("a", "1"));
    assertThat(next.journal().status(MIGRATION).entries()).isEqualTo(1);
  }

  @Test
  void closingUnderLoadLosesNothingThatWasAcknowledged() {
    Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    AtomicBoolean closed = new AtomicBoolean();
    Crew.together(
        5,
        index -> {
          if (index == 0) {
            Crew.await("some writes", () -> acknowledged.size() > 20);
            long begin = System.nanoTime();
            store.close();
            closed.set(true);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("time to close")
                .isLessThan(Duration.ofSeconds(30));
            return;
          }
          for (int i = 0; ; i++) {
            int key = index * 1_000_000 + i;
            try {
              save(tables.tallies, new Tally(key, 1));
              acknowledged.add(key);
            } catch (CrossfadeException e) {
              assertThat(e)
                  .isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
              return;
            }
          }
        });
    assertThat(closed).isTrue();
    Store next = connected(environment.anotherOver(store));
    Set<Integer> stored =
        new HashSet<>(new Tables(environment, next).tallies.keysBetween(null, null));
    assertThat(stored).as("acknowledged rows").containsAll(acknowledged);
    assertThat(next.journal().status(MIGRATION).entries()).isEqualTo(stored.size());
  }

  @Test
  void aClosedStoreLeavesNoThreads() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Store other = connected(environment.newStore());
    other.control().createIfAbsent(OPEN);
    Tables rows = new Tables(environment, other);
    other.write(writer.entry(1), () -> rows.settings.save(new Setting("a", "1")));
    assertThat(rows.settings.find("a")).isPresent();

    other.close();

    Crew.await(
        "the threads of a closed store to end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .allMatch(environment.outlivesStores()));
    assertThat(rows.settings.entity()).isNotNull();
  }

  // Interruption.

  @Test
  void anInterruptedWaitEnds() {
    assumeTrue(
        environment.endsInterruptedWaits(), "the store declares that it cannot end such waits");
    verifiedOnlyIf(environment.unitsHoldRows(), "a wait for another's row ends with an interrupt");
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean flag = new AtomicBoolean();
    try (Crew crew = new Crew()) {
      Future<?> holder =
          crew.start(
              () ->
                  unit(
                      () -> {
                        tables.tallies.save(new Tally(1, 1));
                        held.countDown();
                        Crew.await(release);
                        return true;
                      }));
      Crew.await(held);
      Future<Throwable> waiting =
          crew.start(
              () -> {
                Throwable ended = catchThrowable(() -> save(tables.tallies, new Tally(1, 2)));
                flag.set(Thread.currentThread().isInterrupted());
                return ended;
              });
      Thread waiter = crew.lastStarted();
      Crew.isOverWithin(waiting, Duration.ofMillis(100));
      waiter.interrupt();
      try {
        assertThat(Crew.get(waiting))
            .as("what ends the wait")
            .isInstanceOfAny(StoreTimeoutException.class, OutcomeUnknownException.class);
        assertThat(flag).as("the interrupt flag").isTrue();
      } finally {
        release.countDown();
      }
      Crew.get(holder);
    }
    save(tables.items, item("the store still works"));
    assertThat(tables.items.scan(null, 10)).extracting(Item::code).hasSize(1);
  }
}
