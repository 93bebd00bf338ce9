package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.TablePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the implementation on the legacy table that a mapping names. */
final class SqliteWriter extends JooqWriter {
  private final TablePlan plan;
  private final LegacyForms forms;

  SqliteWriter(EntityModel model, JavaFile file) {
    super(model, file);
    this.plan = Objects.requireNonNull(model.plan());
    this.forms = new LegacyForms(file, "dev.crossfade.sqlite.SqliteConversions");
  }

  @Override
  String base() {
    return model.isView()
        ? "dev.crossfade.sqlite.SqliteViewRepository"
        : "dev.crossfade.sqlite.SqliteRepository";
  }

  @Override
  String place() {
    return "SQLite's " + Javadoc.code(plan.legacy().name());
  }

  @Override
  String table() {
    return named(JavaFile.quoted(plan.legacy().name()));
  }

  @Override
  String table(String variable) {
    return named(variable);
  }

  private String named(String name) {
    String dsl = file.type("org.jooq.impl.DSL");
    return dsl + ".table(" + dsl + ".name(" + name + "))";
  }

  /** No single column stands for what two hold. */
  @Override
  boolean hasColumn(ComponentModel component) {
    return Objects.requireNonNull(component.plan()).second() == null;
  }

  @Override
  List<List<String>> declarations(ComponentModel component) {
    List<List<String>> calls = new ArrayList<>();
    ColumnPlan column = Objects.requireNonNull(component.plan());
    String name = JavaFile.quoted(component.name());
    if (column.second() != null) {
      return List.of(
          List.of(
              "pair",
              name,
              JavaFile.quoted(column.legacy()),
              JavaFile.quoted(column.second()),
              forms.pair(component, column.form())));
    }
    if (!Words.isSnakeOf(column.legacy(), component.name())) {
      calls.add(List.of("column", name, JavaFile.quoted(column.legacy())));
    }
    @Nullable String conversion =
        column.usual() ? null : forms.conversion(component, column.form());
    if (conversion != null) {
      calls.add(List.of("convert", name, conversion));
    }
    return calls;
  }
}
