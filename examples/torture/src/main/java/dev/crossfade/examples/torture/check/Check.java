package dev.crossfade.examples.torture.check;

import dev.crossfade.Stage.Side;
import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import dev.crossfade.examples.torture.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Everything that must hold when a run has come to rest. Registers, sets and families are checked
 * key by key ({@link KeyCheck}), the bank by its ledger ({@link Bank}), both stores field by field;
 * and of each write that says where it was decided, whether that store was the primary then ({@link
 * Epochs}).
 */
public final class Check {
  private final History history;
  private final Contents legacy;
  private final Contents target;
  private final Epochs epochs;
  private final Steps steps;
  private final Promises promises;
  private final StoppedWrites stopped;
  private final List<Violation> apart = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();

  /** Of a run that is over, what its stores hold, and what the legacy store promises. */
  public Check(History history, Contents legacy, Contents target, Promises promises) {
    this.history = history;
    this.legacy = legacy;
    this.target = target;
    this.epochs = new Epochs(history);
    this.steps = new Steps(history.operations(), epochs);
    this.promises = promises;
    this.stopped = new StoppedWrites(history, steps);
  }

  /** What was found. */
  public Verdict verdict() {
    Contents primary = epochs.last() == Side.LEGACY ? legacy : target;
    checkKeys(primary);
    violations.addAll(new Bank(primary, epochs).violations(history.operations()));
    checkCodes(primary);
    compare();
    history.operations().forEach(this::checkOperation);
    setApart();
    return new Verdict(
        count(operation -> operation.kind().writes() && operation.isAcknowledged()),
        count(operation -> operation.kind().writes() && operation.outcome() == Outcome.UNKNOWN),
        count(Violation.Kind.LOST),
        count(Violation.Kind.DIFFERENCE),
        count(Violation.Kind.STALE_WRITE),
        count(Violation.Kind.UNEXPECTED),
        apart.stream().map(Violation::toString).toList(),
        new Details(history, steps, violations, legacy, target, promises.store()).lines(),
        tooLittle(),
        summary());
  }

  /** Where only a lease keeps a process out: what one that stood still explains, and is found. */
  private void setApart() {
    if (!promises.leased()) {
      return;
    }
    for (Violation violation : List.copyOf(violations)) {
      boolean isFound =
          violation.kind() != Violation.Kind.DIFFERENCE
              || promises.verified().contains(violation.key());
      if (isFound && stopped.explain(violation)) {
        violations.remove(violation);
        apart.add(violation);
      }
    }
  }

  private void checkKeys(Contents primary) {
    Horizon horizon = new Horizon(history.faults());
    Map<String, String> initial = new HashMap<>();
    Keys.initialRegisters()
        .forEach(key -> initial.put(Steps.key(Keys.REGISTER, "" + key), Keys.INITIAL));
    Keys.swapped().forEach(key -> initial.put(Steps.key(Keys.PARENT, "" + key), Keys.INITIAL));
    Map<String, Map<String, String>> rows = new HashMap<>();
    for (String table : List.of(Keys.REGISTER, Keys.ELEMENT, Keys.PARENT, Keys.CHILD)) {
      primary.table(table).forEach((key, row) -> rows.put(Steps.key(table, "" + key), row));
    }
    Set<String> keys = new TreeSet<>(steps.byKey().keySet());
    keys.addAll(initial.keySet());
    keys.addAll(rows.keySet());
    for (String key : keys) {
      Map<String, String> row = rows.getOrDefault(key, Map.of());
      violations.addAll(
          new KeyCheck(
                  key,
                  initial.getOrDefault(key, ""),
                  steps.byKey().getOrDefault(key, List.of()),
                  steps.failed(),
                  horizon)
              .violations(row.getOrDefault("value", ""), row.get("previous")));
    }
  }

  /** Codes only ever change places. */
  private void checkCodes(Contents primary) {
    Set<String> expected = new TreeSet<>();
    Set<String> found = new TreeSet<>();
    Keys.swapped()
        .forEach(
            key -> {
              expected.add(Keys.code(key));
              found.add(primary.table(Keys.PARENT).getOrDefault(key, Map.of()).get("code"));
            });
    if (!expected.equals(found)) {
      violations.add(
          new Violation(
              Violation.Kind.LOST, "", "codes are " + found + ", not " + expected, Long.MAX_VALUE));
    }
  }

  private void compare() {
    for (String table : Contents.TABLES) {
      Map<Long, Map<String, String>> one = legacy.table(table);
      Map<Long, Map<String, String>> other = target.table(table);
      Set<Long> keys = new TreeSet<>(one.keySet());
      keys.addAll(other.keySet());
      for (Long key : keys) {
        if (!String.valueOf(one.get(key)).equals(String.valueOf(other.get(key)))) {
          difference(
              Steps.key(table, "" + key),
              promises.store() + " has " + one.get(key) + ", PostgreSQL has " + other.get(key));
        }
      }
    }
    legacy
        .journal()
        .forEach(entry -> difference("", "left in " + promises.store() + "'s journal: " + entry));
    target.journal().forEach(entry -> difference("", "left in PostgreSQL's journal: " + entry));
  }

  private void difference(String key, String text) {
    violations.add(new Violation(Violation.Kind.DIFFERENCE, key, text, Long.MAX_VALUE));
  }

  private void checkOperation(Operation operation) {
    List<String> result = operation.result();
    switch (operation.kind()) {
      case PUT, CREATE, SWAP, TRANSFER -> {
        if (operation.isAnswered() && !result.isEmpty()) {
          checkSide(operation, result.get(result.size() - 1));
        }
      }
      case VERIFY -> {
        if (operation.isAnswered()
            && !result.get(0).equals("0")
            && epochs.isConclusive(operation)) {
          Violation found =
              new Violation(
                  Violation.Kind.DIFFERENCE,
                  "",
                  "verification " + operation.id() + " found " + result.get(0) + " rows different",
                  operation.begun());
          (isLeftByStopped(operation) ? apart : violations).add(found);
        }
      }
      default -> {
        // says neither
      }
    }
    String failure = result.isEmpty() ? "" : result.get(0);
    if (failure.startsWith(Kind.UNEXPECTED)) {
      violations.add(
          new Violation(
              Violation.Kind.UNEXPECTED,
              "",
              operation.kind() + " " + operation.id() + " threw the " + failure,
              operation.begun()));
    }
  }

  /**
   * Whether each row that a verification names may have been left by a process that stood still.
   */
  private boolean isLeftByStopped(Operation verification) {
    List<String> result = verification.result();
    if (!promises.leased() || result.size() < 3) {
      return false;
    }
    List<String> keys = List.of(result.get(2).split(","));
    return keys.size() == Integer.parseInt(result.get(0))
        && keys.stream().allMatch(key -> stopped.mayHaveLeft(key, verification.ended()));
  }

  private void checkSide(Operation operation, String decidedOn) {
    Side side = Side.valueOf(decidedOn.toUpperCase(Locale.ROOT));
    if (!epochs.primaries(operation.begun(), operation.ended()).contains(side)) {
      violations.add(
          new Violation(
              Violation.Kind.STALE_WRITE,
              operation.kind() == Kind.TRANSFER || operation.kind() == Kind.SWAP
                  ? ""
                  : Steps.key(operation.arguments().get(0), operation.arguments().get(1)),
              operation.kind() + " " + operation.id() + " was decided on " + decidedOn,
              operation.begun()));
    }
  }

  private long count(Violation.Kind kind) {
    return violations.stream().filter(violation -> violation.kind() == kind).count();
  }

  private long count(Predicate<Operation> which) {
    return history.operations().stream().filter(which).count();
  }

  private long decidedOn(String store) {
    return count(
        operation ->
            operation.kind() == Kind.PUT
                && operation.isAnswered()
                && operation.result().contains(store));
  }

  private long done(Kind kind) {
    return count(operation -> operation.kind() == kind && operation.isAnswered());
  }

  private List<String> tooLittle() {
    Map<String, Long> needed =
        Map.of(
            "change of primary to PostgreSQL",
            epochs.changesTo(Side.TARGET),
            "change of primary to " + promises.store(),
            epochs.changesTo(Side.LEGACY),
            "write while " + promises.store() + " was the primary",
            decidedOn("legacy"),
            "write while PostgreSQL was the primary",
            decidedOn("target"),
            "backfill",
            done(Kind.BACKFILL),
            "verification",
            done(Kind.VERIFY),
            "strict read",
            steps.strictReads());
    return needed.entrySet().stream()
        .filter(entry -> entry.getValue() == 0)
        .map(entry -> "there was no " + entry.getKey() + ": this run proves nothing")
        .sorted()
        .toList();
  }

  private String summary() {
    Map<String, Long> refused =
        history.operations().stream()
            .filter(operation -> operation.kind().writes())
            .filter(operation -> operation.outcome() == Outcome.FAILED)
            .collect(
                Collectors.groupingBy(
                    operation -> operation.result().get(0), Collectors.counting()));
    return String.format(
        "changes of primary: %d there, %d back, %d moves refused or unknown; epochs of each stage"
            + " %s; backfills %d, verifications %d (%d excused); reads %d strict, %d excused;"
            + " writes refused %s",
        epochs.changesTo(Side.TARGET),
        epochs.changesTo(Side.LEGACY),
        count(operation -> operation.kind() == Kind.MOVE && !operation.isAnswered()),
        epochs.visits(),
        done(Kind.BACKFILL),
        done(Kind.VERIFY),
        count(
            operation ->
                operation.kind() == Kind.VERIFY
                    && operation.isAnswered()
                    && !epochs.isConclusive(operation)),
        steps.strictReads(),
        steps.excusedReads(),
        new TreeMap<>(refused));
  }
}
