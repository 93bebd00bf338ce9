package dev.crossfade.jooq.codegen;

import dev.crossfade.mapping.MigrationPlan;
import dev.crossfade.mapping.TablePlan;
import dev.crossfade.mapping.schema.TargetCatalogue;
import dev.crossfade.mapping.schema.TargetSchema;
import dev.crossfade.mapping.schema.TargetTable;
import dev.crossfade.mapping.schema.TargetTable.QualifiedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records, entities and repositories, written beside what jOOQ has written. */
final class RepositorySources {
  private static final Logger LOG = LoggerFactory.getLogger(RepositorySources.class);

  private final GeneratorSettings settings;
  private final Path folder;
  private final Map<String, String> texts = new TreeMap<>();
  private final Set<String> classNames = new HashSet<>();

  private RepositorySources(GeneratorSettings settings, Path folder) {
    this.settings = settings;
    this.folder = folder.resolve(settings.packageName().replace('.', '/'));
  }

  /**
   * Writes them.
   *
   * @param folder the source folder that jOOQ has written to
   * @param names what jOOQ calls the chosen tables
   * @param mapping how tables cross; null without one
   * @throws CodegenException if the schema or the mapping does not allow it
   */
  static void write(
      Connection connection,
      GeneratorSettings settings,
      JooqNames names,
      @Nullable Mapping mapping,
      Path folder)
      throws SQLException, IOException {
    List<TargetTable> tables =
        TargetCatalogue.read(connection, settings.schemas()).stream()
            .filter(table -> names.table(table.name()) != null)
            .toList();
    List<MigrationPlan> plans =
        mapping == null
            ? List.of()
            : mapping.plans(TargetSchema.of("the migrations", settings.schemas(), tables));
    new RepositorySources(settings, folder).write(tables, names, plans);
  }

  private void write(List<TargetTable> tables, JooqNames names, List<MigrationPlan> plans)
      throws IOException {
    Set<String> taken = classesOfJooq();
    EntityPlanner planner = new EntityPlanner(names, settings.schemas().get(0), taken);
    List<EntityModel> models = planner.models(tables, byTable(plans));
    planner.warnings().forEach(warning -> LOG.warn("{}", warning));
    List<String> migrations =
        plans.stream().map(plan -> MigrationWriter.className(plan.name())).toList();
    requireDistinct(models, migrations, taken);
    classNames.addAll(taken);
    classNames.addAll(migrations);
    models.forEach(model -> classNames.addAll(model.classNames()));
    models.forEach(this::add);
    plans.forEach(plan -> addMigration(plan, models));
    texts.put("package-info", PACKAGE_INFO.formatted(settings.packageName()));
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Files.writeString(folder.resolve(text.getKey() + ".java"), text.getValue());
    }
  }

  private static Map<QualifiedName, TablePlan> byTable(List<MigrationPlan> plans) {
    Map<QualifiedName, TablePlan> byTable = new HashMap<>();
    for (MigrationPlan migration : plans) {
      for (TablePlan table : migration.tables()) {
        byTable.put(TargetSchema.name(table.target()), table);
      }
    }
    return byTable;
  }

  private Set<String> classesOfJooq() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".java"))
              .map(name -> name.substring(0, name.length() - ".java".length()))
              .toList());
    }
  }

  private static void requireDistinct(
      List<EntityModel> models, List<String> migrations, Set<String> taken) {
    List<String> others = new ArrayList<>(migrations);
    if (usesJackson(models)) {
      others.add(JacksonWriter.CLASS);
    }
    List<String> clashes = ClassNames.clashes(models, others, taken);
    if (!clashes.isEmpty()) {
      throw new CodegenException(
          "repositories cannot be generated:\n  " + String.join("\n  ", clashes));
    }
  }

  private static boolean usesJackson(List<EntityModel> models) {
    return models.stream()
        .flatMap(model -> model.components().stream())
        .anyMatch(EntityModel.ComponentModel::isMappedJson);
  }

  private void add(EntityModel model) {
    texts.put(model.className(), new RecordWriter(model, file(model.className())).row());
    if (model.hasCompositeKey()) {
      texts.put(model.keyClass(), new RecordWriter(model, file(model.keyClass())).key());
    }
    texts.put(
        model.interfaceName(), new InterfaceWriter(model, file(model.interfaceName())).text());
    texts.put(model.postgresName(), new PostgresWriter(model, file(model.postgresName())).text());
    if (model.plan() != null) {
      texts.put(model.legacyName(), legacy(model, file(model.legacyName())).text());
    }
    if (usesJackson(List.of(model))) {
      texts.put(JacksonWriter.CLASS, JacksonWriter.text(settings.packageName()));
    }
  }

  private static ImplementationWriter legacy(EntityModel model, JavaFile file) {
    return model.isCollection() ? new MongoWriter(model, file) : new SqliteWriter(model, file);
  }

  private void addMigration(MigrationPlan plan, List<EntityModel> models) {
    List<EntityModel> inOrder =
        plan.tables().stream()
            .map(table -> TargetSchema.name(table.target()))
            .flatMap(name -> models.stream().filter(model -> model.table().name().equals(name)))
            .toList();
    String name = MigrationWriter.className(plan.name());
    texts.put(name, MigrationWriter.text(plan.name(), inOrder, file(name)));
  }

  private JavaFile file(String className) {
    return new JavaFile(settings.packageName(), className, classNames);
  }

  private static final String PACKAGE_INFO =
      """
      /** Generated by Crossfade and jOOQ from the migrations: extend it, do not edit it. */
      @NullMarked
      package %s;

      import org.jspecify.annotations.NullMarked;
      """;
}
