package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.Finder;
import java.util.List;

/** Writes what an application calls. */
final class InterfaceWriter {
  private final EntityModel model;
  private final JavaFile file;
  private final Signatures signatures;

  InterfaceWriter(EntityModel model, JavaFile file) {
    this.model = model;
    this.file = file;
    this.signatures = new Signatures(model, file);
  }

  String text() {
    file.lines(
        new Javadoc(0, "The rows of " + Javadoc.code(model.table().name().toString()) + ".")
            .lines());
    String parent =
        model.isView()
            ? file.type("dev.crossfade.ViewRepository") + "<" + model.className() + ">"
            : file.type("dev.crossfade.Repository")
                + "<"
                + model.className()
                + ", "
                + signatures.key()
                + ">";
    String header = "public interface " + model.interfaceName() + " extends " + parent + " {";
    file.line(model.finders().isEmpty() ? header + "}" : header);
    for (int i = 0; i < model.finders().size(); i++) {
      if (i > 0) {
        file.blank();
      }
      finder(model.finders().get(i));
    }
    return (model.finders().isEmpty() ? file : file.line("}")).text();
  }

  private void finder(Finder finder) {
    String with = with(finder.by());
    if (finder.unique()) {
      method("The row with " + with + ".", false, signatures.one(finder));
    } else if (model.isView()) {
      method("The rows with " + with + ", in no order.", true, signatures.all(finder));
    } else {
      method("The rows with " + with + ", in key order.", false, signatures.all(finder));
      file.blank();
      method(
          "The first rows with "
              + with
              + " in key order, at most "
              + signatures.limit(finder)
              + ".",
          false,
          signatures.first(finder));
      file.blank();
      method(
          "The next rows with "
              + with
              + " in key order: those beyond the key "
              + signatures.after(finder)
              + ", or the first if that is null; at most "
              + signatures.limit(finder)
              + ".",
          false,
          signatures.page(finder));
    }
    if (finder.exists()) {
      file.blank();
      method("Whether there is a row with " + with + ".", false, signatures.exists(finder));
    }
  }

  private void method(String says, boolean unordered, Signatures.Method method) {
    file.lines(new Javadoc(2, says).lines());
    file.line("  @" + file.type("dev.crossfade.Reads") + (unordered ? "(unordered = true)" : ""));
    file.lines(JavaFile.call(2, method.head(), method.parameters(), ";"));
  }

  private static String with(List<ComponentModel> by) {
    List<String> names = by.stream().map(part -> "{@code " + part.name() + "}").toList();
    return "this " + String.join(" and ", names);
  }
}
