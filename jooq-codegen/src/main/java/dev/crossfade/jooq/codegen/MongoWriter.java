package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.mapping.ColumnPlan;
import dev.crossfade.mapping.FieldPlan;
import dev.crossfade.mapping.TablePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Writes the implementation on the collection that a mapping names. */
final class MongoWriter extends ImplementationWriter {
  private static final String ID = "_id";

  private final TablePlan plan;
  private final DocumentForms forms;

  MongoWriter(EntityModel model, JavaFile file) {
    super(model, file);
    this.plan = Objects.requireNonNull(model.plan());
    this.forms = new DocumentForms(file);
  }

  @Override
  String base() {
    return "dev.crossfade.mongodb.MongoRepository";
  }

  @Override
  String place() {
    return "MongoDB's " + Javadoc.code(plan.legacy().name());
  }

  @Override
  String table() {
    return JavaFile.quoted(plan.legacy().name());
  }

  @Override
  String table(String variable) {
    return variable;
  }

  @Override
  Terms terms() {
    return new Terms("collection", "fields", "dev.crossfade.mongodb.Fields");
  }

  @Override
  List<List<String>> declarations(ComponentModel component) {
    ColumnPlan column = Objects.requireNonNull(component.plan());
    FieldPlan field = Objects.requireNonNull(column.field());
    String name = JavaFile.quoted(component.name());
    List<List<String>> calls = new ArrayList<>();
    if (field.rest()) {
      calls.add(List.of("rest", name));
    } else if (!field.names().equals(List.of(byRule(component)))) {
      calls.add(named(name, field));
    }
    String byDefault = field.byDefault();
    if (byDefault != null) {
      calls.add(List.of("byDefault", name, "() -> " + forms.value(component, byDefault)));
    }
    List<String> form = forms.declaration(component, column.form());
    if (form != null) {
      calls.add(form);
    }
    return calls;
  }

  private static List<String> named(String component, FieldPlan field) {
    List<String> call = new ArrayList<>(List.of("field", component));
    field.names().forEach(name -> call.add(JavaFile.quoted(name)));
    return call;
  }

  /** The field that holds a component where nothing is said. */
  private String byRule(ComponentModel component) {
    if (!model.key().contains(component)) {
      return component.name();
    }
    return model.hasCompositeKey() ? ID + "." + component.name() : ID;
  }

  @Override
  String conditionType() {
    return "org.bson.conversions.Bson";
  }

  @Override
  List<String> condition(List<ComponentModel> by) {
    List<String> parts = by.stream().map(MongoWriter::is).toList();
    return parts.size() == 1
        ? List.of("    return " + parts.get(0) + ";")
        : JavaFile.call(
            4, "return " + file.type("com.mongodb.client.model.Filters") + ".and", parts, ";");
  }

  private static String is(ComponentModel component) {
    return "is(" + JavaFile.quoted(component.name()) + ", " + component.name() + ")";
  }
}
