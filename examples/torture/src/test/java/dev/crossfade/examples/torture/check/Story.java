package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.history.Fault;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import dev.crossfade.examples.torture.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A history by hand, and what the stores hold in the end. Times are seconds. It begins as every run
 * does, with what {@link Keys} says, in dual_write.
 */
final class Story {
  private final List<Operation> operations = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final Map<Long, String> stages = new TreeMap<>(Map.of(2L, "dual_write"));
  private final Map<String, Map<Long, Map<String, String>>> legacy = new HashMap<>();
  private final Map<String, Map<Long, Map<String, String>>> target = new HashMap<>();
  private final List<String> journal = new ArrayList<>();
  private Promises promises = Promises.SQLITE;
  private long epoch = 2;

  Story() {
    Contents.TABLES.forEach(
        table -> {
          legacy.put(table, new TreeMap<>());
          target.put(table, new TreeMap<>());
        });
    Keys.initialRegisters().forEach(key -> row(Keys.REGISTER, key, Keys.INITIAL, ""));
    Keys.swapped()
        .forEach(
            key -> {
              row(Keys.PARENT, key, Keys.INITIAL, "");
              column(Keys.PARENT, key, "code", Keys.code(key));
            });
    Keys.accounts().forEach(key -> balance(key, Keys.BALANCE));
  }

  /** It came from MongoDB, and the last verification has named these rows. */
  Story fromMongo(String... verified) {
    promises = Promises.mongo(Set.of(verified));
    return this;
  }

  /** Later operations' processes know that epoch. */
  Story epoch(long number, String stage) {
    epoch = number;
    stages.put(number, stage);
    return this;
  }

  /** A process that knows an old one. */
  Story knowing(long number) {
    epoch = number;
    return this;
  }

  Story ok(double begun, double ended, Kind kind, String id, String arguments, String... result) {
    return operation(begun, ended, kind, id, arguments, Outcome.OK, result);
  }

  Story failed(double begun, double ended, Kind kind, String id, String arguments) {
    return operation(begun, ended, kind, id, arguments, Outcome.FAILED, "ConflictException");
  }

  Story unknown(double begun, double ended, Kind kind, String id, String arguments) {
    return operation(begun, ended, kind, id, arguments, Outcome.UNKNOWN, "OutcomeUnknownException");
  }

  Story operation(
      double begun,
      double ended,
      Kind kind,
      String id,
      String arguments,
      Outcome outcome,
      String... result) {
    operations.add(
        new Operation(
            id,
            0,
            kind,
            arguments.isEmpty() ? List.of() : List.of(arguments.split(" ")),
            time(begun),
            epoch,
            time(ended),
            epoch,
            outcome,
            List.of(result)));
    return this;
  }

  Story fault(double begun, double ended, String kind) {
    faults.add(new Fault(kind, 0, time(begun), time(ended), "network 0"));
    return this;
  }

  /** Both stores hold this cell in the end. */
  Story row(String table, long key, String value, String previous) {
    column(table, key, "value", value);
    column(table, key, "previous", previous);
    return this;
  }

  Story noRow(String table, long key) {
    legacy.get(table).remove(key);
    target.get(table).remove(key);
    return this;
  }

  Story balance(long account, long balance) {
    return column("account", account, "balance", String.valueOf(balance));
  }

  Story inLedger(long id, String reference, long from, long to, long amount) {
    column("transfer", id, "reference", reference);
    column("transfer", id, "from_account", String.valueOf(from));
    column("transfer", id, "to_account", String.valueOf(to));
    return column("transfer", id, "amount", String.valueOf(amount));
  }

  Story column(String table, long key, String column, String value) {
    for (Map<String, Map<Long, Map<String, String>>> store : List.of(legacy, target)) {
      store.get(table).computeIfAbsent(key, any -> new TreeMap<>()).put(column, value);
    }
    return this;
  }

  /** Only PostgreSQL holds that. */
  Story onlyInPostgres(String table, long key, String column, String value) {
    target.get(table).computeIfAbsent(key, any -> new TreeMap<>()).put(column, value);
    return this;
  }

  /** Only the legacy store holds that. */
  Story onlyInMongo(String table, long key, String column, String value) {
    legacy.get(table).computeIfAbsent(key, any -> new TreeMap<>()).put(column, value);
    return this;
  }

  Story leftInJournal(String entry) {
    journal.add(entry);
    return this;
  }

  private static long time(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  Verdict verdict() {
    List<Operation> sorted = new ArrayList<>(operations);
    sorted.sort(java.util.Comparator.comparingLong(Operation::begun));
    return new Check(
            new History(sorted, faults, stages),
            new Contents(legacy, List.of()),
            new Contents(target, journal),
            promises)
        .verdict();
  }
}
