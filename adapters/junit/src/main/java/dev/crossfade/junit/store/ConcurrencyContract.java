package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.ConflictException;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.Change;
import dev.crossfade.store.Entry;
import dev.crossfade.store.FencedException;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Finish.Outcome;
import dev.crossfade.store.Journal;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Span;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.Written;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Many at once: nothing lost, nothing stuck, and in the end two stores that agree. */
abstract class ConcurrencyContract extends ContractTheme {
  ConcurrencyContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @Test
  void eightThreadsWriteOneKeyAndEveryEntryIsAccountedFor() {
    List<Entry> all = Collections.synchronizedList(new ArrayList<>());
    List<List<Finish>> operations = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      operations.add(new ArrayList<>());
    }
    Crew.together(
        8,
        index -> {
          for (int i = 0; i < 25; i++) {
            Tally row = new Tally(1, index * 100 + i);
            List<Entry> entries =
                i % 2 == 0
                    ? entries(writer, save(tables.tallies, row))
                    : entries(
                        writer,
                        store.writeRow(writer.entry(1), tables.tallies, new RowWrite.Save<>(row)));
            all.addAll(entries);
            operations.get(index).add(operation(writer, entries, Outcome.DONE));
          }
        });
    assertThat(all).hasSize(200).doesNotHaveDuplicates();
    assertThat(journalSize()).isEqualTo(200);
    assertThat(tables.tallies.count()).isEqualTo(1);

    AtomicInteger stay = new AtomicInteger();
    Crew.together(
        8, index -> operations.get(index).forEach(o -> stay.addAndGet(finish(List.of(o)))));

    // Whoever finishes first finds nobody who has flagged it; all others it has flagged. Where a
    // finish is no transaction, those that finish at once may have flagged each other.
    assertThat(stay.get()).isBetween(199, 200);
    assertThat(journalSize()).isEqualTo(stay.get());
    assertThat(all).containsAll(takeable());
    Actor repair = actor();
    Journal.Taken taken = journal.take(repair.entry(1), 1_000);
    assertThat(taken.taken()).hasSize(stay.get());
    assertThat(taken.own()).hasSize(1);
    assertThat(finish(repair, taken, Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  @Test
  void whatAWriteReturnsIsWhatItLeftBehindUnderContention() {
    given(tables.tallies, new Tally(1, 0));
    Set<Long> totals = ConcurrentHashMap.newKeySet();
    Crew.together(
        6,
        index -> {
          for (int i = 0; i < 20; i++) {
            long total = index * 1_000L + i;
            Written<Tally> written = save(tables.tallies, new Tally(1, total));
            assertThat(written.states().get(0).row()).isEqualTo(new Tally(1, total));
            totals.add(total);
          }
        });
    assertThat(totals).hasSize(120).contains(tables.tallies.find(1).orElseThrow().total());
  }

  @Test
  void manyFinishersOfOverlappingBatchesDoNotBlockEachOther() {
    Random random = random("ConcurrencyContract.manyFinishers");
    List<List<Finish>> batches = new ArrayList<>();
    int marked = 0;
    for (int i = 0; i < 8 * 6; i++) {
      List<Finish> batch = new ArrayList<>();
      for (int j = 0; j < 6; j++) {
        List<Span> spans = new ArrayList<>();
        List<Integer> keys = new ArrayList<>(List.of(1, 2, 3, 4, 5, 6));
        Collections.shuffle(keys, random);
        keys.subList(0, 3).forEach(key -> spans.add(point(ContractEntities.TALLY, key)));
        marked += spans.size();
        batch.add(operation(writer, journal.mark(writer.entry(1), spans), Outcome.DONE));
      }
      batches.add(batch);
    }
    AtomicInteger stay = new AtomicInteger();
    Crew.together(
        8,
        index -> {
          for (int i = index; i < batches.size(); i += 8) {
            stay.addAndGet(finish(batches.get(i)));
          }
        });

    assertThat(journalSize()).as("those that stay are there").isEqualTo(stay.get());
    assertThat(stay.get()).as("at most one entry of each key goes").isBetween(marked - 6, marked);
    assertThat(takeable()).hasSize(stay.get());
  }

  @Test
  void unitsThatCrossEachOtherAllComeThrough() {
    for (int id = 0; id < 4; id++) {
      given(tables.tallies, new Tally(id, 0));
    }
    AtomicInteger written = new AtomicInteger();
    // Few: a store may take a second or so to see that two wait for each other.
    Crew.together(
        2,
        index -> {
          for (int i = 0; i < 4; i++) {
            int from = index % 2 == 0 ? 0 : 3;
            int step = from == 0 ? 1 : -1;
            retried(
                () ->
                    unit(
                        () -> {
                          for (int k = 0; k < 4; k++) {
                            int id = from + k * step;
                            long total = tables.tallies.find(id).orElseThrow().total();
                            tables.tallies.save(new Tally(id, total + 1));
                          }
                          return true;
                        }));
            written.incrementAndGet();
          }
        });
    assertThat(written).hasValue(8);
    assertThat(journalSize()).as("entries of units that committed").isEqualTo(8 * 4);
  }

  /** The store's own retries may run out; nothing was written then, and trying again is safe. */
  private static void retried(Runnable unit) {
    for (int i = 0; ; i++) {
      try {
        unit.run();
        return;
      } catch (ConflictException e) {
        if (i == 100) {
          throw e;
        }
      }
    }
  }

  @Test
  void manyRepairsEmptyAJournalTogether() {
    for (int id = 0; id < 120; id++) {
      left(writer, tables.tallies, new Tally(id, 1));
    }
    Set<Span> repaired = ConcurrentHashMap.newKeySet();
    Crew.together(
        4,
        index -> {
          Actor repair = actor();
          while (journalSize() > 0) {
            Journal.Taken taken = journal.take(repair.entry(1), 7);
            taken.own().forEach(entry -> repaired.add(entry.span()));
            finish(repair, taken, Outcome.DONE);
          }
        });
    assertEmptyJournal();
    assertThat(repaired).as("keys that some repair has marked").hasSize(120);
  }

  /**
   * The protocol as a whole, on two databases of this store: writers, deletes, copies of ranges and
   * repairs at once; changes that do not come, come late, or come from an incarnation that is
   * fenced meanwhile. When the journal is empty the two are equal.
   */
  @Test
  void withTheJournalEmptyBothStoresAreEqual() {
    Random seeds = random("ConcurrencyContract.withTheJournalEmptyBothStoresAreEqual");
    Store secondary = connected(environment.newStore());
    Tables copies = new Tables(environment, secondary);
    Crossing crossing = new Crossing(secondary);
    List<Random> randoms = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      randoms.add(new Random(seeds.nextLong()));
    }
    AtomicInteger working = new AtomicInteger(5);
    Crew.together(
        6,
        index -> {
          Random random = randoms.get(index);
          if (index == 5) {
            Actor repair = crossing.actor();
            while (working.get() > 0 || random.nextInt(4) > 0) {
              crossing.repair(repair, 5);
            }
            return;
          }
          try {
            Actor actor = crossing.actor();
            for (int i = 0; i < 40; i++) {
              actor =
                  index == 4
                      ? crossing.copy(actor, random.nextInt(8), random)
                      : crossing.write(actor, 1 + random.nextInt(8), index * 100 + i, random);
            }
          } finally {
            working.decrementAndGet();
          }
        });
    Actor repair = crossing.actor();
    for (int round = 0; round < 1_000 && journalSize() > 0; round++) {
      crossing.repair(repair, 100);
    }
    assertEmptyJournal();
    crossing.zombies.forEach(Runnable::run);
    assertThat(copies.tallies.scan(null, 100))
        .as("the secondary's rows, with the journal empty")
        .isEqualTo(tables.tallies.scan(null, 100));
    assertThat(copies.settings.scan(null, 100)).isEqualTo(tables.settings.scan(null, 100));
  }

  /** The engine in small: what core does, without its comforts. */
  private final class Crossing {
    private final Store secondary;

    /** Changes of unknown outcome that may still come; all of incarnations that are fenced. */
    final List<Runnable> zombies = Collections.synchronizedList(new ArrayList<>());

    Crossing(Store secondary) {
      this.secondary = secondary;
    }

    Actor actor() {
      Actor actor = ConcurrencyContract.this.actor();
      secondary.instances().register(actor.id, origin(actor.id, "contract", MIGRATION), PULSE);
      return actor;
    }

    /** Writes, and carries it over unless chance is against it; returns who goes on. */
    Actor write(Actor actor, int key, int value, Random random) {
      String name = "key " + key;
      Written<?> written =
          switch (random.nextInt(6)) {
            case 0 -> unit(actor, () -> tables.tallies.delete(key));
            case 1 ->
                unit(
                    actor,
                    () -> {
                      tables.settings.save(new Setting(name, "text " + value));
                      return tables.tallies.save(new Tally(key, value));
                    });
            case 2 -> store.writeRow(actor.entry(1), tables.settings, new RowWrite.Delete<>(name));
            default ->
                store.writeRow(
                    actor.entry(1), tables.tallies, new RowWrite.Save<>(new Tally(key, value)));
          };
      return carry(actor, entries(actor, written), written.states(), random);
    }

    /** Copies a range, as a chunk of a backfill: marked, committed, then read. */
    Actor copy(Actor actor, int from, Random random) {
      Span span = range(ContractEntities.TALLY, from, from + 3);
      List<Entry> range = journal.mark(actor.entry(1), List.of(span));
      List<RowState<?, ?>> states = new ArrayList<>();
      for (int key = from; key <= from + 3; key++) {
        states.add(state(tables.tallies, key));
      }
      return carry(actor, range, states, random);
    }

    private Actor carry(
        Actor actor, List<Entry> entries, List<RowState<?, ?>> states, Random random) {
      Change change = new Change(MIGRATION, 1, actor.id, states, LIMIT);
      switch (random.nextInt(8)) {
        case 0 -> {
          finish(actor, entries, Outcome.NOT_DONE);
          return actor;
        }
        case 1 -> {
          zombies.add(() -> late(change));
          finish(actor, entries, Outcome.UNKNOWN);
          return retired(actor);
        }
        case 2 -> {
          // the process dies before it finishes
          applied(change);
          return retired(actor);
        }
        default -> {
          finish(actor, entries, applied(change) ? Outcome.DONE : Outcome.NOT_DONE);
          zombies(random);
          return actor;
        }
      }
    }

    private boolean applied(Change change) {
      try {
        secondary.apply(change);
        return true;
      } catch (ConflictException e) {
        return false;
      }
    }

    /** Lets one of the changes come that nobody waits for any more. */
    private void zombies(Random random) {
      synchronized (zombies) {
        if (!zombies.isEmpty()) {
          zombies.get(random.nextInt(zombies.size())).run();
        }
      }
    }

    private void late(Change change) {
      try {
        secondary.apply(change);
      } catch (FencedException | ConflictException e) {
        // it came too late
      }
    }

    /** Fenced on both stores, the secondary first, so that its entries may be taken over. */
    private Actor retired(Actor actor) {
      secondary.instances().fence(actor.id);
      store.instances().fence(actor.id);
      return actor();
    }

    void repair(Actor actor, int limit) {
      Journal.Taken taken = journal.take(actor.entry(1), limit);
      List<RowState<?, ?>> states = new ArrayList<>();
      for (Entry entry : taken.own()) {
        states.addAll(states(entry.span()));
      }
      if (!taken.own().isEmpty()) {
        Change change = new Change(MIGRATION, 1, actor.id, states, LIMIT);
        finish(actor, taken, applied(change) ? Outcome.DONE : Outcome.NOT_DONE);
      }
    }

    private List<RowState<?, ?>> states(Span span) {
      if (span.entity().equals(ContractEntities.SETTING.name())) {
        return List.of(state(tables.settings, ContractEntities.SETTING.keys().decode(span.from())));
      }
      int from = ContractEntities.TALLY.keys().decode(span.from());
      int to =
          span.isRange()
              ? ContractEntities.TALLY.keys().decode(Objects.requireNonNull(span.to()))
              : from;
      List<RowState<?, ?>> states = new ArrayList<>();
      for (int key = from; key <= to; key++) {
        states.add(state(tables.tallies, key));
      }
      return states;
    }

    private <T, K> RowState<T, K> state(StoreRepository<T, K> repository, K key) {
      return repository
          .find(key)
          .map(row -> RowState.present(repository.entity(), row))
          .orElseGet(() -> RowState.absent(repository.entity(), key));
    }
  }
}
