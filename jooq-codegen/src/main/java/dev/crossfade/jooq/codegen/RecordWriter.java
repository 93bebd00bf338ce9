package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.ReferenceModel;
import dev.crossfade.mapping.schema.TargetTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Writes the record of a row, with its entity or view, and the record of its key. */
final class RecordWriter {
  private final EntityModel model;
  private final JavaFile file;
  private final List<List<String>> calls = new ArrayList<>();

  RecordWriter(EntityModel model, JavaFile file) {
    this.model = model;
    this.file = file;
  }

  /** The record of a row. */
  String row() {
    file.lines(javadoc("A row of ").lines());
    file.lines(header("public record " + model.className(), model.components()));
    if (model.isView()) {
      view();
    } else {
      entity();
    }
    return file.line("}").text();
  }

  /** The record of its key. */
  String key() {
    file.lines(new Javadoc(0, "The key of {@link " + model.className() + "}.").lines());
    List<String> parts =
        model.key().stream().map(part -> file.type(part.type()) + " " + part.name()).toList();
    return file.lines(JavaFile.call(0, "public record " + model.keyClass(), parts, " {}")).text();
  }

  private Javadoc javadoc(String first) {
    String comment = model.table().comment();
    Javadoc javadoc =
        new Javadoc(
            0,
            first
                + Javadoc.code(model.table().name().toString())
                + "."
                + (comment == null ? "" : " " + Javadoc.escaped(comment)));
    for (ComponentModel component : model.components()) {
      String said = component.column().comment();
      if (said != null) {
        javadoc.tag("param", component.name() + " " + Javadoc.escaped(said));
      }
    }
    return javadoc;
  }

  private List<String> header(String name, List<ComponentModel> components) {
    List<String> parts =
        components.stream()
            .map(
                component ->
                    (component.nullable()
                            ? file.nullable(component.type())
                            : file.type(component.type()))
                        + " "
                        + component.name())
            .toList();
    return JavaFile.call(0, name, parts, " {");
  }

  private void entity() {
    String key = model.hasCompositeKey() ? model.keyClass() : file.boxed(model.key().get(0).type());
    keyCall();
    call(".name", JavaFile.quoted(model.name()));
    if (model.generatedKey()) {
      call(".generatedKey");
    }
    named(".locator", ComponentModel::locator);
    named(".defaulted", ComponentModel::defaulted);
    shared();
    model.references().forEach(this::reference);
    if (!model.triggers().isEmpty()) {
      call(".triggers", model.triggers().stream().map(JavaFile::quoted).toList());
    }
    file.lines(new Javadoc(2, "What both stores must know about it.").lines());
    constant(
        file.type("dev.crossfade.Entity") + "<" + model.className() + ", " + key + "> ENTITY",
        file.type("dev.crossfade.Entity"));
  }

  private void view() {
    call(".name", JavaFile.quoted(model.name()));
    shared();
    if (model.table().kind() == TargetTable.Kind.MATERIALIZED_VIEW) {
      call(".lags");
    }
    file.lines(new Javadoc(2, "What both stores must know about it.").lines());
    constant(
        file.type("dev.crossfade.View") + "<" + model.className() + "> VIEW",
        file.type("dev.crossfade.View"));
  }

  private void keyCall() {
    if (model.hasCompositeKey()) {
      call(".key", model.keyClass() + ".class");
    } else {
      ComponentModel key = model.key().get(0);
      call(".key", JavaFile.quoted(key.name()), file.literal(key.type()));
    }
  }

  /** What entities and views declare alike. */
  private void shared() {
    named(".computedByTarget", ComponentModel::computed);
    named(".redacted", ComponentModel::redacted);
    for (ComponentModel component : model.components()) {
      String name = JavaFile.quoted(component.name());
      if (component.scale() != null) {
        call(".decimal", name, component.scale().toString());
      }
      if (component.unit() != null) {
        String unit = file.type("java.time.temporal.ChronoUnit") + "." + component.unit().name();
        call(".time", name, unit);
      }
    }
    named(".json", component -> component.json() != null);
    model.components().forEach(this::conversion);
  }

  private void conversion(ComponentModel component) {
    String type = file.type(component.type().name());
    if (component.isMappedJson()) {
      call(
          ".convert",
          JavaFile.quoted(component.name()),
          JacksonWriter.CLASS + ".of(" + type + ".class)");
    } else if (component.isEnum()) {
      call(
          ".convert",
          JavaFile.quoted(component.name()),
          file.type("dev.crossfade.Conversion")
              + ".enumText("
              + type
              + ".class, "
              + type
              + "::getLiteral)");
    }
  }

  private void reference(ReferenceModel reference) {
    String onDelete = file.type("dev.crossfade.OnDelete") + "." + reference.onDelete().name();
    List<String> names = reference.components().stream().map(JavaFile::quoted).toList();
    String components =
        names.size() == 1
            ? names.get(0)
            : file.type("java.util.List") + ".of(" + String.join(", ", names) + ")";
    if (reference.parent() == null) {
      call(".referencesItself", components, onDelete);
    } else if (reference.by() != null) {
      String by = JavaFile.quoted(reference.by());
      call(".references", components, reference.parent() + ".ENTITY", by, onDelete);
    } else {
      call(".references", components, reference.parent() + ".ENTITY", onDelete);
    }
  }

  private void named(String call, Predicate<ComponentModel> which) {
    List<String> names =
        model.components().stream()
            .filter(which)
            .map(component -> JavaFile.quoted(component.name()))
            .toList();
    if (!names.isEmpty()) {
      call(call, names);
    }
  }

  private void call(String name, String... arguments) {
    call(name, List.of(arguments));
  }

  private void call(String name, List<String> arguments) {
    List<String> call = new ArrayList<>();
    call.add(name);
    call.addAll(arguments);
    calls.add(call);
  }

  private void constant(String declaration, String builder) {
    call(".build");
    String first = builder + ".of(" + model.className() + ".class)";
    StringBuilder chain = new StringBuilder(first);
    for (List<String> call : calls) {
      chain.append(call.get(0)).append('(');
      chain.append(String.join(", ", call.subList(1, call.size()))).append(')');
    }
    chain.append(';');
    file.line("  public static final " + declaration + " =");
    if (chain.length() + 6 <= JavaFile.WIDTH) {
      file.line("      " + chain);
      return;
    }
    file.line("      " + first);
    for (int i = 0; i < calls.size(); i++) {
      List<String> call = calls.get(i);
      String end = i == calls.size() - 1 ? ";" : "";
      file.lines(JavaFile.call(10, call.get(0), call.subList(1, call.size()), end));
    }
  }
}
