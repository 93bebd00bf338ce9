package dev.crossfade.jooq.codegen;

import dev.crossfade.mapping.schema.TargetTable.QualifiedName;
import java.util.HashMap;
import java.util.Map;
import org.jooq.codegen.GeneratorStrategy.Mode;
import org.jooq.codegen.JavaGenerator;
import org.jooq.meta.Database;
import org.jooq.meta.Definition;
import org.jooq.meta.EnumDefinition;
import org.jooq.meta.SchemaDefinition;
import org.jooq.meta.TableDefinition;
import org.jspecify.annotations.Nullable;

/** What jOOQ calls what it generates from the database. */
final class JooqNames {
  /** jOOQ makes its generator itself, so this is how the two find each other. */
  private static final ThreadLocal<@Nullable JooqNames> LISTENING = new ThreadLocal<>();

  private final Map<QualifiedName, JooqTable> tables = new HashMap<>();
  private final Map<QualifiedName, String> enums = new HashMap<>();

  /**
   * A generated table.
   *
   * @param type its class, qualified
   * @param constant the field in it that holds the table
   */
  record JooqTable(String type, String constant) {}

  /** Lets jOOQ generate, with {@link Generator}, and hears its names. */
  static JooqNames during(ThrowingRunnable generation) throws Exception {
    JooqNames names = new JooqNames();
    LISTENING.set(names);
    try {
      generation.run();
    } finally {
      LISTENING.remove();
    }
    return names;
  }

  /** The table; null if it was not chosen. */
  @Nullable JooqTable table(QualifiedName name) {
    return tables.get(name);
  }

  /** The class of an enum; null if there is none of that name. */
  @Nullable String enumClass(QualifiedName name) {
    return enums.get(name);
  }

  private void read(Database database, JavaGenerator generator) {
    for (TableDefinition table : database.getTables()) {
      String type = generator.getStrategy().getFullJavaClassName(table, Mode.DEFAULT);
      tables.put(
          name(table), new JooqTable(type, generator.getStrategy().getJavaIdentifier(table)));
    }
    for (SchemaDefinition schema : database.getSchemata()) {
      for (EnumDefinition type : database.getEnums(schema)) {
        enums.put(name(type), generator.getStrategy().getFullJavaClassName(type, Mode.ENUM));
      }
    }
  }

  private static QualifiedName name(Definition definition) {
    return new QualifiedName(definition.getSchema().getInputName(), definition.getInputName());
  }

  @FunctionalInterface
  interface ThrowingRunnable {
    void run() throws Exception;
  }

  /** jOOQ's own generator, which tells its names when it is done. Named to jOOQ, which makes it. */
  public static final class Generator extends JavaGenerator {
    /** For jOOQ. */
    public Generator() {}

    @Override
    public void generate(Database database) {
      super.generate(database);
      JooqNames names = LISTENING.get();
      if (names != null) {
        names.read(database, this);
      }
    }
  }
}
