package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import org.jspecify.annotations.Nullable;

/** How the forms that a mapping names are written in Java. */
final class SqliteForms {
  private final JavaFile file;

  SqliteForms(JavaFile file) {
    this.file = file;
  }

  @Nullable String conversion(ComponentModel component) {
    return file.type("dev.crossfade.sqlite.SqliteConversions") + ".x()";
  }
}
