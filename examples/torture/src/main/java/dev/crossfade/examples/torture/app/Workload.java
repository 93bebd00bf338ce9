package dev.crossfade.examples.torture.app;

import dev.crossfade.examples.torture.history.Kind;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What one worker does, by its dice; the keys are shared by all workers of all children. */
final class Workload {
  private final Application app;
  private final OwnTransactions transactions;
  private final Recording recording;
  private final SplittableRandom random;

  /**
   * Of a hundred steps, but none at full speed: unique values that wander between few rows all the
   * time are deadlocks on the secondary, which takes a second to see each.
   */
  private static final int SWAPS = 8;

  private final int swaps;

  /**
   * Whether the legacy store does several rows wholly or not at all, and tells what it deletes.
   * Where it does not, each operation is of one row, and no parent is deleted.
   */
  private final boolean atomic;

  Workload(
      ChildOptions options,
      Application app,
      OwnTransactions transactions,
      Recording recording,
      SplittableRandom random) {
    this.swaps = options.fullSpeed() ? 0 : SWAPS;
    this.atomic = !options.onMongo();
    this.app = app;
    this.transactions = transactions;
    this.recording = recording;
    this.random = random;
  }

  /** One operation. */
  void step() {
    if (!atomic) {
      stepOfOneRow();
      return;
    }
    int dice = random.nextInt(100);
    if (dice < 40) {
      register();
    } else if (dice < 50) {
      plainRegister();
    } else if (dice < 65) {
      element();
    } else if (dice < 82) {
      bank();
    } else if (dice < 82 + swaps) {
      swap();
    } else {
      family();
    }
  }

  private void stepOfOneRow() {
    int dice = random.nextInt(100);
    if (dice < 50) {
      register();
    } else if (dice < 62) {
      plainRegister();
    } else if (dice < 80) {
      element();
    } else {
      family();
    }
  }

  private void register() {
    long key = Keys.register(random);
    int dice = random.nextInt(10);
    Cells<Tables.Register> cells = app.registers;
    if (dice < 4) {
      put(cells, Keys.REGISTER, key);
    } else if (dice < 7) {
      find(cells, Keys.REGISTER, key);
    } else if (dice < 9) {
      create(cells, Keys.REGISTER, key, id -> new Tables.Register(key, id, "", ""));
    } else {
      take(cells, Keys.REGISTER, key);
    }
  }

  /** By what every repository inherits. */
  private void plainRegister() {
    long key = Keys.plainRegister(random);
    int dice = random.nextInt(10);
    if (dice < 5) {
      recording.record(
          Kind.SAVE,
          List.of(Keys.REGISTER, text(key)),
          id -> {
            app.registers.save(new Tables.Register(key, id, "", ""));
            return List.of();
          });
    } else if (dice < 8) {
      find(app.registers, Keys.REGISTER, key);
    } else {
      delete(app.registers, Keys.REGISTER, key);
    }
  }

  private void element() {
    long set = Keys.set(random);
    long key = Keys.element(random, set);
    int dice = random.nextInt(10);
    if (dice < 4) {
      create(app.elements, Keys.ELEMENT, key, id -> new Tables.Element(key, set, id, "", ""));
    } else if (dice < 7) {
      take(app.elements, Keys.ELEMENT, key);
    } else {
      recording.record(
          Kind.FIND_SET,
          List.of(Keys.ELEMENT, joined(Keys.elements(set))),
          id -> app.elements.inSet(set).stream().map(row -> row.id() + "=" + row.value()).toList());
    }
  }

  private void bank() {
    int dice = random.nextInt(10);
    if (dice < 7) {
      transfer();
    } else if (dice < 9) {
      recording.record(Kind.TOTAL, List.of(), id -> List.of(String.valueOf(app.accounts.total())));
    } else {
      recording.record(
          Kind.UNIT_TOTAL,
          List.of(),
          id ->
              app.crossfade.unitOf(
                  Tables.MIGRATION, () -> List.of(String.valueOf(app.accounts.total()))));
    }
  }

  private void transfer() {
    long from = Keys.account(random);
    long to = Keys.otherAccount(random, from);
    long amount = 1L + random.nextInt(50);
    boolean own = random.nextInt(4) == 0;
    recording.record(
        Kind.TRANSFER,
        List.of(text(from), text(to), text(amount)),
        id ->
            own
                ? transactions.run(() -> transferred(id, from, to, amount))
                : app.crossfade.unitOf(Tables.MIGRATION, () -> transferred(id, from, to, amount)));
  }

  private List<String> transferred(String id, long from, long to, long amount) {
    boolean up = from < to; // one order for all: no deadlocks
    app.accounts.add(up ? from : to, up ? -amount : amount);
    app.accounts.add(up ? to : from, up ? amount : -amount);
    Tables.Transfer transfer = new Tables.Transfer(null, id, from, to, amount, "");
    return List.of(app.transfers.book(transfer).decidedOn());
  }

  /** Two codes change places; in between one of them is somewhere else, for they are unique. */
  private void swap() {
    long one = Keys.swapped(random);
    long other = Keys.otherSwapped(random, one);
    long first = Math.min(one, other);
    long second = Math.max(one, other);
    recording.record(
        Kind.SWAP,
        List.of(text(first), text(second)),
        id ->
            app.crossfade.unitOf(
                Tables.MIGRATION,
                () -> {
                  String firstCode = app.parents.get(first).code();
                  String secondCode = app.parents.get(second).code();
                  Tables.Parent a = app.parents.recode(first, id, "moving " + id).get(0);
                  Tables.Parent b = app.parents.recode(second, id, firstCode).get(0);
                  app.parents.rename(first, secondCode);
                  return List.of(a.previous(), b.previous(), a.decidedOn());
                }));
  }

  /** Parents come and go, and their children with them; or each child by itself. */
  private void family() {
    long parent = Keys.mortal(random);
    long child = Keys.child(random, parent);
    int dice = random.nextInt(10);
    if (dice < 2) {
      create(
          app.parents,
          Keys.PARENT,
          parent,
          id -> new Tables.Parent(parent, "mortal " + parent, id, "", ""));
    } else if (dice < 5) {
      create(app.children, Keys.CHILD, child, id -> new Tables.Child(child, parent, id, "", ""));
    } else if (dice < 7) {
      put(app.children, Keys.CHILD, child);
    } else if (dice < 9) {
      find(app.children, Keys.CHILD, child);
    } else if (!atomic) {
      take(app.children, Keys.CHILD, child);
    } else {
      recording.record(
          Kind.DROP,
          List.of(text(parent), joined(Keys.children(parent))),
          id -> app.parents.take(parent).stream().map(Tables.Parent::value).toList());
    }
  }

  private <T extends Cell<T>> void put(Cells<T> cells, String table, long key) {
    recording.record(
        Kind.PUT,
        List.of(table, text(key)),
        id ->
            cells.put(key, id).stream()
                .flatMap(row -> Stream.of(row.previous(), row.decidedOn()))
                .toList());
  }

  /** Makes the row of an operation. */
  private interface Row<T> {
    T of(String id);
  }

  private <T extends Cell<T>> void create(Cells<T> cells, String table, long key, Row<T> row) {
    recording.record(
        Kind.CREATE,
        List.of(table, text(key)),
        id -> List.of(cells.create(row.of(id)).decidedOn()));
  }

  private <T extends Cell<T>> void take(Cells<T> cells, String table, long key) {
    if (!atomic) {
      delete(cells, table, key);
      return;
    }
    recording.record(
        Kind.TAKE,
        List.of(table, text(key)),
        id -> cells.take(key).stream().map(Cell::value).toList());
  }

  private <T extends Cell<T>> void delete(Cells<T> cells, String table, long key) {
    recording.record(
        Kind.DELETE, List.of(table, text(key)), id -> List.of(String.valueOf(cells.delete(key))));
  }

  private <T extends Cell<T>> void find(Cells<T> cells, String table, long key) {
    recording.record(
        Kind.FIND,
        List.of(table, text(key)),
        id -> cells.find(key).map(row -> List.of(row.value(), row.previous())).orElse(List.of()));
  }

  private static String joined(LongStream keys) {
    return String.join(",", keys.mapToObj(Workload::text).toList());
  }

  private static String text(long number) {
    return Long.toString(number);
  }
}
