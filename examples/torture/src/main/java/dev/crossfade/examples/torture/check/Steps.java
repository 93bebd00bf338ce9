package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.history.Operation;
import dev.crossfade.examples.torture.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Operations taken apart into what they did to each key. */
final class Steps {
  private final Epochs epochs;
  private final Map<String, List<Step>> byKey = new TreeMap<>();
  private final Map<String, List<Operation>> operations = new TreeMap<>();
  private final Set<String> failed = new HashSet<>();
  private long excusedReads;
  private long strictReads;

  Steps(List<Operation> all, Epochs epochs) {
    this.epochs = epochs;
    all.forEach(this::add);
  }

  /** Of each key all steps. */
  Map<String, List<Step>> byKey() {
    return byKey;
  }

  /** Everything that was done with a key, failures too. */
  List<Operation> operations(String key) {
    return operations.getOrDefault(key, List.of());
  }

  /** Ids of operations that are known to have changed nothing. */
  Set<String> failed() {
    return failed;
  }

  /** Reads that were certainly of the primary. */
  long strictReads() {
    return strictReads;
  }

  /** Reads of processes that may not have heard of a change of primary yet. */
  long excusedReads() {
    return excusedReads;
  }

  /** The name of a row. */
  static String key(String table, String id) {
    return table + " " + id;
  }

  private void add(Operation operation) {
    if (operation.outcome() == Outcome.FAILED) {
      failed.add(operation.id());
    }
    List<String> arguments = operation.arguments();
    switch (operation.kind()) {
      case PUT, CREATE, TAKE, SAVE, DELETE, FIND ->
          single(operation, key(arguments.get(0), arguments.get(1)));
      case FIND_SET -> set(operation, arguments.get(0), arguments.get(1).split(","));
      case SWAP -> {
        for (int n = 0; n < 2; n++) {
          String seen = operation.isAnswered() ? operation.result().get(n) : null;
          String key = key(Keys.PARENT, arguments.get(n));
          add(key, operation, Step.of(operation, Step.Type.PUT, seen));
        }
      }
      case DROP -> drop(operation, arguments.get(0), arguments.get(1).split(","));
      default -> {
        // not of single rows
      }
    }
  }

  private void single(Operation operation, String key) {
    List<String> result = operation.result();
    Step step =
        switch (operation.kind()) {
          case PUT -> changed(operation, Step.Type.PUT, first(result));
          case CREATE -> Step.of(operation, Step.Type.PUT, "");
          case TAKE -> changed(operation, Step.Type.DELETE, first(result));
          case SAVE -> Step.of(operation, Step.Type.PUT, null);
          case DELETE ->
              operation.isAnswered() && first(result).equals("false")
                  ? Step.of(operation, Step.Type.READ, "")
                  : Step.of(operation, Step.Type.DELETE, null);
          default -> read(operation, first(result), result.size() > 1 ? result.get(1) : null);
        };
    add(key, operation, step);
  }

  /** A conditional write that found nothing to change has only looked. */
  private static Step changed(Operation operation, Step.Type type, String seen) {
    boolean none = operation.isAnswered() && operation.result().isEmpty();
    return none ? Step.of(operation, Step.Type.READ, "") : Step.of(operation, type, seen);
  }

  private static String first(List<String> result) {
    return result.isEmpty() ? "" : result.get(0);
  }

  private Step read(Operation operation, String seen, @Nullable String previous) {
    boolean done = operation.isAnswered();
    boolean strict = done && epochs.readPrimary(operation);
    if (done) {
      strictReads += strict ? 1 : 0;
      excusedReads += strict ? 0 : 1;
    }
    return new Step(operation, Step.Type.READ, done ? seen : null, previous, strict);
  }

  private void set(Operation operation, String table, String[] keys) {
    Map<String, String> found = new HashMap<>();
    if (operation.isAnswered()) {
      for (String element : operation.result()) {
        int sign = element.indexOf('=');
        found.put(element.substring(0, sign), element.substring(sign + 1));
      }
    }
    for (String id : keys) {
      add(key(table, id), operation, read(operation, found.getOrDefault(id, ""), null));
    }
  }

  /** What a parent's deletion takes along says nothing of itself. */
  private void drop(Operation operation, String parent, String[] children) {
    Step dropped = changed(operation, Step.Type.DELETE, first(operation.result()));
    add(key(Keys.PARENT, parent), operation, dropped);
    if (dropped.changes()) {
      for (String child : children) {
        add(key(Keys.CHILD, child), operation, Step.of(operation, Step.Type.DELETE, null));
      }
    }
  }

  private void add(String key, Operation operation, Step step) {
    operations.computeIfAbsent(key, any -> new ArrayList<>()).add(operation);
    if (operation.outcome() != Outcome.FAILED) {
      byKey.computeIfAbsent(key, any -> new ArrayList<>()).add(step);
    }
  }
}
