package dev.crossfade.examples.torture.check;

import dev.crossfade.examples.torture.history.Fault;
import dev.crossfade.examples.torture.history.History;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Operation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a person needs to find out how a violation came about. */
final class Details {
  private static final int VIOLATIONS_OF_A_KIND = 20;
  private static final int KEYS = 3;
  private static final int LINES = 400;

  private final History history;
  private final Steps steps;
  private final List<Violation> violations;
  private final Contents legacy;
  private final Contents target;
  private final String legacyName;

  Details(
      History history,
      Steps steps,
      List<Violation> violations,
      Contents legacy,
      Contents target,
      String legacyName) {
    this.history = history;
    this.steps = steps;
    this.violations = violations;
    this.legacy = legacy;
    this.target = target;
    this.legacyName = legacyName;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<Violation> first = new ArrayList<>();
    byKind()
        .forEach(
            (kind, all) -> {
              all.stream()
                  .limit(VIOLATIONS_OF_A_KIND)
                  .forEach(violation -> lines.add(shown(violation)));
              if (all.size() > VIOLATIONS_OF_A_KIND) {
                lines.add("… and " + (all.size() - VIOLATIONS_OF_A_KIND) + " more " + kind);
              }
              all.stream().filter(one -> !one.key().isEmpty()).findFirst().ifPresent(first::add);
            });
    keys(first).forEach((key, violation) -> lines.addAll(story(key, violation)));
    return lines;
  }

  /** Whatever there is many of does not hide what there is few of. */
  private Map<Violation.Kind, List<Violation>> byKind() {
    return violations.stream()
        .collect(
            Collectors.groupingBy(
                Violation::kind, () -> new EnumMap<>(Violation.Kind.class), Collectors.toList()));
  }

  /** The keys whose stories are told: one for each kind of violation, then more. */
  private Map<String, Violation> keys(List<Violation> first) {
    Map<String, Violation> keys = new LinkedHashMap<>();
    first.forEach(violation -> keys.putIfAbsent(violation.key(), violation));
    for (Violation violation : violations) {
      if (!violation.key().isEmpty() && keys.size() < KEYS) {
        keys.putIfAbsent(violation.key(), violation);
      }
    }
    return keys;
  }

  private String shown(Violation violation) {
    String when =
        violation.around() == Long.MAX_VALUE
            ? ""
            : String.format(" (at %.1f ms)", (violation.around() - history.start()) / 1e6);
    return violation.kind()
        + " "
        + violation.key()
        + (violation.key().isEmpty() ? "" : ": ")
        + violation.text()
        + when;
  }

  /** All operations on a key with the faults in between; of a long story the part that matters. */
  private List<String> story(String key, Violation violation) {
    TreeMap<Long, List<String>> events = new TreeMap<>();
    for (Operation operation : steps.operations(key)) {
      add(events, operation.begun(), operation.shown(history.start()));
    }
    history.operations().stream()
        .filter(operation -> operation.kind() == Kind.MOVE)
        .forEach(move -> add(events, move.begun(), move.shown(history.start())));
    for (Fault fault : history.faults()) {
      add(events, fault.begun(), shown(fault, fault.begun(), "begins"));
      if (fault.ended() != Long.MAX_VALUE) {
        add(events, fault.ended(), shown(fault, fault.ended(), "ends"));
      }
    }
    List<String> before = flat(events.headMap(violation.around(), false));
    List<String> after = flat(events.tailMap(violation.around(), true));
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("history of " + key + " (milliseconds of beginning and end):");
    lines.addAll(before.subList(Math.max(0, before.size() - LINES), before.size()));
    lines.addAll(after.subList(0, Math.min(after.size(), LINES / 4)));
    lines.add(
        "journals at the end: "
            + legacyName
            + " "
            + legacy.journal()
            + ", PostgreSQL "
            + target.journal());
    return lines;
  }

  private static void add(Map<Long, List<String>> events, long time, String text) {
    events.computeIfAbsent(time, any -> new ArrayList<>()).add(text);
  }

  private static List<String> flat(Map<Long, List<String>> events) {
    return events.values().stream().flatMap(List::stream).toList();
  }

  private String shown(Fault fault, long time, String what) {
    return String.format(
        "%10.1f             fault    %s of %s %s",
        (time - history.start()) / 1e6, fault.kind(), fault.text(), what);
  }
}
