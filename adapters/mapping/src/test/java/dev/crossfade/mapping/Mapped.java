package dev.crossfade.mapping;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.ConfigurationException;
import java.util.List;

/** A mapping for tests, whose tables begin at line 5. */
final class Mapped {
  private static final String HEAD =
      """
      crossfade:
        migrations:
          music:
            tables:
      """;

  private Mapped() {}

  static MappingFile file(String tables) {
    return MappingFile.parse("crossfade.yaml", HEAD + tables.indent(8));
  }

  static MigrationPlan plan(String tables, SchemaDescription target, SchemaDescription legacy) {
    return file(tables).plans(target, legacy).get(0);
  }

  static List<String> problems(String tables, SchemaDescription target, SchemaDescription legacy) {
    return catchThrowableOfType(
            ConfigurationException.class, () -> file(tables).plans(target, legacy))
        .problems();
  }

  static List<String> problems(String tables) {
    return catchThrowableOfType(ConfigurationException.class, () -> file(tables)).problems();
  }
}
