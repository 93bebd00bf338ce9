package dev.crossfade.jooq.codegen;

import java.util.List;

/** Writes the class that declares the entities of a migration. */
final class MigrationWriter {
  private MigrationWriter() {}

  static String className(String migration) {
    return Words.pascal(migration) + "Migration";
  }

  static String text(String migration, List<EntityModel> models, JavaFile file) {
    String builder = file.type("dev.crossfade.MigrationBuilder");
    file.lines(
        new Javadoc(
                0,
                "The entities of migration "
                    + Javadoc.code(migration)
                    + ", what is referred to before what refers to it.")
            .lines());
    file.line("public final class " + file.className() + " {");
    file.line("  private " + file.className() + "() {}");
    file.blank();
    file.lines(
        new Javadoc(
                2,
                "Adds all of them, with the generated implementations. An application with"
                    + " implementations of its own lists the entities itself.")
            .lines());
    file.line("  public static " + builder + " declare(" + builder + " migration) {");
    for (int i = 0; i < models.size(); i++) {
      EntityModel model = models.get(i);
      file.lines(
          JavaFile.call(
              i == 0 ? 4 : 8,
              (i == 0 ? "return migration" : "") + (model.isView() ? ".view" : ".entity"),
              List.of(
                  model.className() + (model.isView() ? ".VIEW" : ".ENTITY"),
                  model.legacyName() + "::new",
                  model.postgresName() + "::new"),
              i == models.size() - 1 ? ";" : ""));
    }
    return file.line("  }").line("}").text();
  }
}
