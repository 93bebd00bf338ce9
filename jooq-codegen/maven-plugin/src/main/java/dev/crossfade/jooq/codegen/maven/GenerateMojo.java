package dev.crossfade.jooq.codegen.maven;

import dev.crossfade.ConfigurationException;
import dev.crossfade.jooq.codegen.CodegenException;
import dev.crossfade.jooq.codegen.JooqGenerator;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.jspecify.annotations.Nullable;

/**
 * Writes jOOQ's tables and records for the schema that Flyway migrations make, and, if asked to or
 * given a mapping, records, entities and repositories for Crossfade. The migrations run on a
 * PostgreSQL that is started for it and thrown away. Nothing is started where nothing has changed.
 */
@Mojo(name = "generate", defaultPhase = LifecyclePhase.GENERATE_SOURCES, threadSafe = true)
public final class GenerateMojo extends AbstractMojo {
  /** Folders of Flyway migrations; several are one set, as in Flyway. */
  @Parameter(defaultValue = "${project.basedir}/src/main/resources/db/migration")
  List<File> migrations = List.of();

  /** Values of Flyway's placeholders by name. */
  @Parameter Map<String, String> placeholders = Map.of();

  /** The schemas to generate, as PostgreSQL has them; the first needs no naming in a mapping. */
  @Parameter(defaultValue = "public")
  List<String> schemas = List.of();

  /**
   * Regular expressions: only what matches one is generated. They match the whole of {@code table}
   * or {@code schema.table}.
   */
  @Parameter List<String> includes = List.of();

  /** Regular expressions: what matches one is left out, also if it is included. */
  @Parameter List<String> excludes = List.of();

  /** Flyway's default schema. */
  @Parameter(defaultValue = "public")
  String historySchema = "public";

  /** Flyway's history table, which is not generated. */
  @Parameter(defaultValue = "flyway_schema_history")
  String historyTable = "flyway_schema_history";

  /** The package of what is generated. */
  @Parameter(required = true)
  String packageName = "";

  /** The source folder it is written to; the compiler gets to know it. */
  @Parameter(defaultValue = "${project.build.directory}/generated-sources/crossfade")
  @Nullable File outputDirectory;

  /** Whether to write records, entities and repositories; with a mapping they always are. */
  @Parameter(defaultValue = "false")
  boolean repositories;

  /** The mapping file, {@code crossfade.yaml}; needs {@code legacySchema}, but for MongoDB. */
  @Parameter @Nullable File mapping;

  /** The schema of a legacy SQLite: a script, or a SQLite file, which is only read. */
  @Parameter @Nullable File legacySchema;

  /** How many seconds PostgreSQL may take to start. */
  @Parameter(property = "crossfade.startWait", defaultValue = "60")
  int startWait = 60;

  /** Whether to generate although nothing has changed. */
  @Parameter(property = "crossfade.force", defaultValue = "false")
  boolean force;

  /** Whether to generate nothing; what is there is compiled. */
  @Parameter(property = "crossfade.skip", defaultValue = "false")
  boolean skip;

  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  @Nullable MavenProject project;

  /** Made by Maven, which sets the parameters. */
  public GenerateMojo() {}

  @Override
  public void execute() throws MojoFailureException {
    if (skip) {
      getLog().info("Nothing is generated: crossfade.skip is set.");
    } else {
      generate();
    }
    if (project != null && outputDirectory != null) {
      project.addCompileSourceRoot(outputDirectory.getAbsolutePath());
    }
  }

  private void generate() throws MojoFailureException {
    QuietLibraries.hush();
    loadDriver();
    try {
      JooqGenerator.Outcome outcome = generator().generate();
      if (outcome == JooqGenerator.Outcome.UP_TO_DATE) {
        getLog().info(packageName + " is up to date.");
      }
    } catch (CodegenException | ConfigurationException | IllegalArgumentException e) {
      throw new MojoFailureException(e.getMessage(), e);
    }
  }

  /**
   * It registers itself. The JVM looks for drivers once, and may have done so for another plugin.
   */
  private static void loadDriver() throws MojoFailureException {
    try {
      Class.forName("org.sqlite.JDBC", true, GenerateMojo.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new MojoFailureException("the plugin was given without org.xerial:sqlite-jdbc", e);
    }
  }

  private JooqGenerator generator() {
    JooqGenerator.Builder builder =
        JooqGenerator.builder()
            .schemas(schemas.toArray(String[]::new))
            .historySchema(historySchema)
            .historyTable(historyTable)
            .packageName(packageName)
            .repositories(repositories)
            .startWait(Duration.ofSeconds(startWait))
            .force(force);
    migrations.forEach(folder -> builder.migrations(folder.toPath()));
    placeholders.forEach(builder::placeholder);
    includes.forEach(builder::include);
    excludes.forEach(builder::exclude);
    if (outputDirectory != null) {
      builder.outputDirectory(outputDirectory.toPath());
    }
    if (mapping != null) {
      builder.mapping(mapping.toPath());
    }
    if (legacySchema != null) {
      builder.legacySchema(legacySchema.toPath());
    }
    return builder.build();
  }
}
