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

  /**
   * What the store calls things.
   *
   * @param table what holds rows
   * @param columns what rows are made of
   * @param declared the class that they are declared with
   */
  record Terms(String table, String columns, String declared) {}

  abstract Terms terms();

  /** Where and how a component is held, as calls on what declares it; empty if as usual. */
  abstract List<List<String>> declarations(ComponentModel component);

  /** The type of what rows are found by. */
  abstract String conditionType();

  /** The body of a method that makes one: all of these components equal to its parameters. */
  abstract List<String> condition(List<ComponentModel> by);

  /** What is fetched where a condition holds. */
  String query(String condition) {
    return condition;
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
    model.components().forEach(component -> calls.addAll(declarations(component)));
    file.lines(new Javadoc(2, "On " + place() + ".").lines());
    constructor(List.of(context + " context"), table(), calls);
    file.blank();
    file.lines(
        new Javadoc(
                2,
                "On a "
                    + terms().table()
                    + " of the same "
                    + terms().columns()
                    + " and another name, as where each tenant has its own.")
            .lines());
    String name = terms().table();
    constructor(List.of(context + " context", "String " + name), table(name), calls);
    if (!calls.isEmpty()) {
      declare(calls);
    }
  }

  private void constructor(List<String> parameters, String table, List<List<String>> calls) {
    List<String> arguments = new ArrayList<>(List.of("context", table));
    if (!calls.isEmpty()) {
      arguments.add(file.className() + "::" + terms().columns());
    }
    file.lines(JavaFile.call(2, "public " + file.className(), parameters, " {"));
    file.lines(JavaFile.call(4, "super", arguments, ";"));
    file.line("  }");
  }

  private void declare(List<List<String>> calls) {
    String columns = terms().columns();
    String parameter = file.type(terms().declared()) + " " + columns;
    file.blank().line("  private static void " + columns + "(" + parameter + ") {");
    for (List<String> call : calls) {
      file.lines(JavaFile.call(4, columns + "." + call.get(0), call.subList(1, call.size()), ";"));
    }
    file.line("  }");
  }

  private void finder(Finder finder) {
    String condition = "by" + finder.suffix() + arguments(finder);
    if (finder.unique()) {
      method(signatures.one(finder), "fetchOptional(" + query(condition) + ")");
    } else if (model.isView()) {
      method(signatures.all(finder), "fetch(" + query(condition) + ")");
    } else {
      method(signatures.all(finder), "fetchAll(" + condition + ")");
      String limit = signatures.limit(finder);
      method(signatures.first(finder), "fetchPage(" + condition + ", null, " + limit + ")");
      method(
          signatures.page(finder),
          "fetchPage(" + condition + ", " + signatures.after(finder) + ", " + limit + ")");
    }
    if (finder.exists()) {
      method(signatures.exists(finder), "fetchExists(" + query(condition) + ")");
    }
    condition(finder);
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
            "private " + file.type(conditionType()) + " by" + finder.suffix(),
            all.parameters(),
            " {"));
    file.lines(condition(finder.by()));
    file.line("  }");
  }
}
