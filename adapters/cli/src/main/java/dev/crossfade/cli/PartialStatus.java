package dev.crossfade.cli;

import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.store.Instances.Member;
import dev.crossfade.store.JournalStatus;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status of a migration as far as one store tells it. Says nothing of gates. */
record PartialStatus(
    PartialView.Known known,
    @Nullable JournalStatus journal,
    List<Member> members,
    Map<String, Boolean> answers) {
  static PartialStatus of(PartialView view, PartialView.Known known) {
    Map<String, Boolean> answers = new LinkedHashMap<>();
    for (Side side : Side.values()) {
      answers.put(side.name().toLowerCase(Locale.ROOT), view.answers(side));
    }
    return new PartialStatus(
        known,
        view.journal(known),
        view.members(known).stream().filter(member -> !member.fenced()).toList(),
        answers);
  }

  Map<String, Object> document() {
    Stage stage = known.stage();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("migration", known.migration());
    document.put("stage", stage == null ? null : stage.id());
    document.put("primary", primary());
    document.put("epoch", known.epoch());
    document.put("begun", known.begun());
    document.put("answers", answers);
    document.put("journal", journal == null ? null : Documents.of(journal));
    document.put("instances", members.stream().map(PartialStatus::document).toList());
    return document;
  }

  private static Map<String, Object> document(Member member) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", member.instance());
    document.put("epoch", member.epoch());
    document.put("silentMillis", member.silentFor().toMillis());
    return document;
  }

  private @Nullable String primary() {
    Side side = known.primary();
    return side == null ? null : side.name().toLowerCase(Locale.ROOT);
  }

  void text(PrintWriter out) {
    Stage stage = known.stage();
    out.println(
        known.migration()
            + ": "
            + (stage == null
                ? "its stage is not known"
                : stage.id()
                    + (known.begun()
                        ? ", epoch " + known.epoch() + ", primary " + primary()
                        : ", nothing has begun")));
    answers.forEach(
        (side, answers) -> out.println("  " + side + (answers ? " answers" : " DOES NOT ANSWER")));
    if (journal != null) {
      StatusCommand.journal(journal, out);
    } else if (known.begun()) {
      out.println("  journal: not known, the primary has it");
    }
    for (Member member : members) {
      out.println(
          "  process "
              + member.instance()
              + ", epoch "
              + member.epoch()
              + ", heard of "
              + Words.duration(member.silentFor())
              + " ago");
    }
  }
}
