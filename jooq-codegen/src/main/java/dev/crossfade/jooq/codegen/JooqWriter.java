package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import java.util.ArrayList;
import java.util.List;

/** Writes the implementation for a store that is spoken to through jOOQ. */
abstract class JooqWriter extends ImplementationWriter {
  JooqWriter(EntityModel model, JavaFile file) {
    super(model, file);
  }

  @Override
  final Terms terms() {
    return new Terms("table", "columns", "dev.crossfade.jooq.Columns");
  }

  /** Base classes of views select for themselves. */
  @Override
  final String query(String condition) {
    return model.isView() ? "dsl().selectFrom(jooqTable()).where(" + condition + ")" : condition;
  }

  @Override
  final String conditionType() {
    return "org.jooq.Condition";
  }

  @Override
  final List<String> condition(List<ComponentModel> by) {
    List<String> parts = by.stream().map(this::equal).toList();
    String one =
        parts.get(0)
            + String.join("", parts.stream().skip(1).map(part -> ".and(" + part + ")").toList());
    if (one.length() + "    return ;".length() <= JavaFile.WIDTH) {
      return List.of("    return " + one + ";");
    }
    List<String> lines = new ArrayList<>();
    ComponentModel first = by.get(0);
    String end = parts.size() == 1 ? ";" : "";
    if (hasColumn(first)) {
      lines.add("    return " + column(first));
      lines.add("        .eq(" + first.name() + ")" + end);
    } else {
      lines.add("    return " + parts.get(0) + end);
    }
    for (int i = 1; i < parts.size(); i++) {
      lines.add("        .and(" + parts.get(i) + ")" + (i == parts.size() - 1 ? ";" : ""));
    }
    return lines;
  }

  /** Whether a single column stands for a component in conditions. */
  boolean hasColumn(ComponentModel component) {
    return true;
  }

  private String equal(ComponentModel component) {
    return hasColumn(component)
        ? column(component) + ".eq(" + component.name() + ")"
        : "equal(" + JavaFile.quoted(component.name()) + ", " + component.name() + ")";
  }

  private String column(ComponentModel component) {
    return "column("
        + JavaFile.quoted(component.name())
        + ", "
        + file.literal(component.type())
        + ")";
  }
}
