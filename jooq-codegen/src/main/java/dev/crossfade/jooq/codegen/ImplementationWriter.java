package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.Finder;
import java.util.ArrayList;
import java.util.List;

/** Writes the implementation for a store; the stores differ in base class, table and columns. */
abstract class ImplementationWriter {
  final EntityModel model;
  final JavaFile file;
  private final Signatures signatures;

  ImplementationWriter(EntityModel model, JavaFile file) {
    this.model = model;
    this.file = file;
    this.signatures = new Signatures(model, file);
  }

  /** The class it extends, without type arguments. */
  abstract String base();

  /** What javadoc says it is on. */
  abstract String place();

  /** The table, as the constructor's argument. */
  abstract String table();

  /** The table of another name. */
  abstract String table(String variable);

  /** Where and how a component is held, as calls on {@code columns}; empty if as usual. */
  abstract List<List<String>> columnCalls(ComponentModel component);

  /** Whether a single column stands for a component in conditions. */
  boolean hasColumn(ComponentModel component) {
    return true;
  }

  final String text() {
    String types =
        model.isView()
            ? "<" + model.className() + ">"
            : "<" + model.className() + ", " + signatures.key() + ">";
    file.lines(new Javadoc(0, "{@link " + model.interfaceName() + "} on " + place() + ".").lines());
    header(file.type(base()) + types);
    constructors(
        file.type(
                model.isView()
                    ? "dev.crossfade.store.ViewContext"
                    : "dev.crossfade.store.RepositoryContext")
            + types);
    model.finders().forEach(this::finder);
    return file.line("}").text();
  }

  private void header(String parent) {
    String first = "public class " + file.className() + " extends " + parent;
    String rest = "implements " + model.interfaceName() + " {";
    if (first.length() + 1 + rest.length() <= JavaFile.WIDTH) {
      file.line(first + " " + rest);
    } else {
      file.line(first).line("    " + rest);
    }
  }

  private void constructors(String context) {
    List<List<String>> calls = new ArrayList<>();
    model.components().forEach(component -> calls.addAll(columnCalls(component)));
    file.lines(new Javadoc(2, "On " + place() + ".").lines());
    constructor(List.of(context + " context"), table(), calls);
    file.blank();
    file.lines(
        new Javadoc(
                2,
                "On a table of the same columns and another name, as where each tenant has its"
                    + " own.")
            .lines());
    constructor(List.of(context + " context", "String table"), table("table"), calls);
    if (!calls.isEmpty()) {
      columns(calls);
    }
  }

  private void constructor(List<String> parameters, String table, List<List<String>> calls) {
    List<String> arguments = new ArrayList<>(List.of("context", table));
    if (!calls.isEmpty()) {
      arguments.add(file.className() + "::columns");
    }
    file.lines(JavaFile.call(2, "public " + file.className(), parameters, " {"));
    file.lines(JavaFile.call(4, "super", arguments, ";"));
    file.line("  }");
  }

  private void columns(List<List<String>> calls) {
    file.blank();
    file.line(
        "  private static void columns(" + file.type("dev.crossfade.jooq.Columns") + " columns) {");
    for (List<String> call : calls) {
      file.lines(JavaFile.call(4, "columns." + call.get(0), call.subList(1, call.size()), ";"));
    }
    file.line("  }");
  }

  private void finder(Finder finder) {
    String condition = "by" + finder.suffix() + arguments(finder);
    if (finder.unique()) {
      method(signatures.one(finder), "fetchOptional(" + condition(condition) + ")");
    } else if (model.isView()) {
      method(signatures.all(finder), "fetch(" + condition(condition) + ")");
    } else {
      method(signatures.all(finder), "fetchAll(" + condition + ")");
      String limit = signatures.limit(finder);
      method(signatures.first(finder), "fetchPage(" + condition + ", null, " + limit + ")");
      method(
          signatures.page(finder),
          "fetchPage(" + condition + ", " + signatures.after(finder) + ", " + limit + ")");
    }
    if (finder.exists()) {
      method(signatures.exists(finder), "fetchExists(" + condition(condition) + ")");
    }
    condition(finder);
  }

  /** Base classes of views select for themselves. */
  private String condition(String condition) {
    return model.isView() ? "dsl().selectFrom(jooqTable()).where(" + condition + ")" : condition;
  }

  private static String arguments(Finder finder) {
    return "(" + String.join(", ", Signatures.arguments(finder)) + ")";
  }

  private void method(Signatures.Method method, String result) {
    file.blank().line("  @Override");
    file.lines(JavaFile.call(2, "public " + method.head(), method.parameters(), " {"));
    String one = "    return " + result + ";";
    if (one.length() <= JavaFile.WIDTH) {
      file.line(one);
    } else {
      int open = result.indexOf('(');
      file.line("    return " + result.substring(0, open + 1));
      file.line("        " + result.substring(open + 1) + ";");
    }
    file.line("  }");
  }

  private void condition(Finder finder) {
    Signatures.Method all = signatures.all(finder);
    file.blank();
    file.lines(
        JavaFile.call(
            2,
            "private " + file.type("org.jooq.Condition") + " by" + finder.suffix(),
            all.parameters(),
            " {"));
    List<String> parts = finder.by().stream().map(this::equal).toList();
    String one =
        parts.get(0)
            + String.join("", parts.stream().skip(1).map(part -> ".and(" + part + ")").toList());
    if (one.length() + "    return ;".length() <= JavaFile.WIDTH) {
      file.line("    return " + one + ";");
    } else {
      ComponentModel first = finder.by().get(0);
      String end = parts.size() == 1 ? ";" : "";
      if (hasColumn(first)) {
        file.line("    return " + column(first));
        file.line("        .eq(" + first.name() + ")" + end);
      } else {
        file.line("    return " + equal(first) + end);
      }
      for (int i = 1; i < parts.size(); i++) {
        file.line("        .and(" + parts.get(i) + ")" + (i == parts.size() - 1 ? ";" : ""));
      }
    }
    file.line("  }");
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
