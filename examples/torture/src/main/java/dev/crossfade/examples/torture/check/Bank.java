package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.app.Keys;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import dev.crossfade.examples.torture.history.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Money moves in units of work that change two balances and write it down in the ledger: all three
 * or none. So at the end each acknowledged transfer is in the ledger and no failed one, every
 * balance is the sum of the ledger, and whoever added the balances up saw what there was in the
 * beginning.
 */
final class Bank {
  private final List<Violation> violations = new ArrayList<>();
  private final Epochs epochs;
  private final Contents primary;

  Bank(Contents primary, Epochs epochs) {
    this.primary = primary;
    this.epochs = epochs;
  }

  List<Violation> violations(List<Operation> operations) {
    Map<String, Map<String, String>> ledger = new HashMap<>();
    primary.table("transfer").values().forEach(row -> ledger.put(row.get("reference"), row));
    Map<Long, Long> balances = new HashMap<>();
    Keys.accounts().forEach(account -> balances.put(account, Keys.BALANCE));
    for (Operation operation : operations) {
      switch (operation.kind()) {
        case TRANSFER -> transfer(operation, ledger.remove(operation.id()), balances);
        case TOTAL, UNIT_TOTAL -> total(operation);
        default -> {
          // not the bank's
        }
      }
    }
    ledger.values().forEach(row -> lost(Long.MAX_VALUE, "nobody transferred " + row));
    checkBalances(balances);
    return violations;
  }

  private void transfer(
      Operation operation, @Nullable Map<String, String> row, Map<Long, Long> balances) {
    if (row == null) {
      if (operation.isAcknowledged()) {
        lost(operation.begun(), "transfer " + operation.id() + " is not in the ledger");
      }
      return;
    }
    if (operation.outcome() == Outcome.FAILED) {
      lost(operation.begun(), "transfer " + operation.id() + " had failed and is in the ledger");
    }
    List<String> arguments = operation.arguments();
    if (!arguments.equals(
        List.of(row.get("from_account"), row.get("to_account"), row.get("amount")))) {
      lost(operation.begun(), "transfer " + operation.id() + " is in the ledger as " + row);
    }
    long amount = Long.parseLong(row.get("amount"));
    balances.merge(Long.valueOf(row.get("from_account")), -amount, Long::sum);
    balances.merge(Long.valueOf(row.get("to_account")), amount, Long::sum);
  }

  private void total(Operation operation) {
    boolean strict = operation.kind() == Kind.UNIT_TOTAL || epochs.readPrimary(operation);
    if (operation.isAnswered()
        && strict
        && Long.parseLong(operation.result().get(0)) != Keys.total()) {
      lost(
          operation.begun(),
          operation.id() + " saw " + operation.result().get(0) + " in all, not " + Keys.total());
    }
  }

  private void checkBalances(Map<Long, Long> balances) {
    Map<Long, Long> found = new HashMap<>();
    primary
        .table("account")
        .forEach((account, row) -> found.put(account, Long.valueOf(row.get("balance"))));
    if (!found.equals(balances)) {
      lost(Long.MAX_VALUE, "balances are " + found + ", the ledger says " + balances);
    }
  }

  private void lost(long around, String text) {
    violations.add(new Violation(Violation.Kind.LOST, "", text, around));
  }
}
