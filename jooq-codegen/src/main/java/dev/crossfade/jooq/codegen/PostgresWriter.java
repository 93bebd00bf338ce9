package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.LookupModel;
import dev.crossfade.mapping.schema.TargetTable;
import java.util.ArrayList;
import java.util.List;

/** Writes the implementation on PostgreSQL, on jOOQ's generated table. */
final class PostgresWriter extends JooqWriter {
  PostgresWriter(EntityModel model, JavaFile file) {
    super(model, file);
  }

  @Override
  String base() {
    return model.isView()
        ? "dev.crossfade.postgres.PostgresViewRepository"
        : "dev.crossfade.postgres.PostgresRepository";
  }

  @Override
  String place() {
    return "PostgreSQL's " + Javadoc.code(model.table().name().toString());
  }

  @Override
  String table() {
    return file.staticMember(model.jooq().type(), model.jooq().constant());
  }

  @Override
  String table(String variable) {
    return table() + ".rename(" + variable + ")";
  }

  @Override
  List<List<String>> declarations(ComponentModel component) {
    List<List<String>> calls = new ArrayList<>();
    String name = JavaFile.quoted(component.name());
    LookupModel lookup = component.lookup();
    if (lookup != null) {
      return List.of(
          List.of(
              "lookup",
              name,
              JavaFile.quoted(component.column().name()),
              file.staticMember(lookup.parent().type(), lookup.parent().constant()),
              JavaFile.quoted(lookup.id()),
              JavaFile.quoted(lookup.by())));
    }
    if (!isFirstOfItsName(component)) {
      calls.add(List.of("column", name, JavaFile.quoted(component.column().name())));
    }
    JavaType element = component.type().element();
    if (element != null) {
      calls.add(
          List.of(
              "convert",
              name,
              file.type("dev.crossfade.postgres.PostgresConversions")
                  + ".array("
                  + file.literal(element)
                  + ")"));
    }
    return calls;
  }

  /** No column of the table stands for what is looked up. */
  @Override
  boolean hasColumn(ComponentModel component) {
    return component.lookup() == null;
  }

  /** The base class takes the first column that a component could mean. */
  private boolean isFirstOfItsName(ComponentModel component) {
    return model.table().columns().stream()
        .map(TargetTable.Column::name)
        .filter(column -> Words.isFoundByName(component.name(), column))
        .findFirst()
        .filter(component.column().name()::equals)
        .isPresent();
  }
}
