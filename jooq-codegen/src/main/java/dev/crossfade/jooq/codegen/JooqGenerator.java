package dev.crossfade.jooq.codegen;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes jOOQ tables and records for the schema that a folder of Flyway migrations makes and, if
 * asked to, records, entities and repositories for Crossfade beside them.
 *
 * <p>The migrations run on a PostgreSQL that is started for it and thrown away, so whatever
 * PostgreSQL understands survives: partitions, {@code jsonb}, generated columns, domains,
 * materialized views. No Docker and no installed server is needed.
 *
 * <pre>{@code
 * JooqGenerator.builder()
 *     .migrations(Path.of("src/main/resources/db/app"))
 *     .schemas("public", "audit")
 *     .packageName("com.example.generated")
 *     .outputDirectory(Path.of("target/generated-sources/jooq"))
 *     .build()
 *     .generate();
 * }</pre>
 *
 * <p>What is guaranteed:
 *
 * <ul>
 *   <li>The same migrations and settings give the same files, byte for byte, on any machine.
 *   <li>Nothing is started and nothing written when neither migrations, settings nor generator have
 *       changed since the last run and its files are as it left them.
 *   <li>The server is stopped and its files are deleted when {@link #generate()} ends, however it
 *       ends. What a killed JVM left behind blocks nothing, and the next run clears it away.
 *   <li>A file that an earlier run did not write is never deleted.
 * </ul>
 *
 * <p>While it works, the JVM's default locale and time zone are those of no place, because jOOQ and
 * the driver use them: other threads of the same JVM see that.
 *
 * <p>What differs from jOOQ's defaults, and why:
 *
 * <ul>
 *   <li>Partitions are not generated; their parent is the table an application uses.
 *   <li>Types that jOOQ does not know ({@code inet}, {@code cidr}, {@code macaddr}, ranges, {@code
 *       tsvector}, those of extensions) become {@code String} in PostgreSQL's own notation, through
 *       a binding that is generated beside the tables; jOOQ would make them {@code Object}, which
 *       cannot be written back. Arrays of them stay {@code Object[]}.
 *   <li>Unique indexes with a predicate or on expressions are left out of the indexes: jOOQ drops
 *       the predicate, and what remains claims a uniqueness that does not hold.
 *   <li>Flyway's history table and routines are left out.
 *   <li>With one schema its classes lie in the package itself, with several in one package each.
 * </ul>
 *
 * <p>Instances are immutable and safe for use by several threads; runs with the same output
 * directory and package wait for each other, also across processes.
 */
public final class JooqGenerator {
  private static final Logger LOG = LoggerFactory.getLogger(JooqGenerator.class);

  private final GeneratorSettings settings;

  private JooqGenerator(GeneratorSettings settings) {
    this.settings = settings;
  }

  /** What {@link #generate()} did. */
  public enum Outcome {
    /** The sources were generated, and those files written that differ from what was there. */
    GENERATED,
    /** Nothing has changed since the last run; nothing was started or written. */
    UP_TO_DATE
  }

  /** Starts a description of what to generate. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Generates, if anything has changed.
   *
   * @return what was done
   * @throws CodegenException if there are no migrations, one of them fails, a schema is missing or
   *     empty, the mapping does not fit both schemas, the server does not start, or the output
   *     cannot be written. Sources of an earlier run stay; they will be generated again by the next
   *     run that succeeds.
   */
  public Outcome generate() {
    Migrations migrations = Migrations.find(settings);
    Mapping mapping = Mapping.read(settings);
    String fingerprint = Fingerprint.of(settings, migrations, mapping);
    try (GeneratedSources sources = GeneratedSources.lock(settings)) {
      if (!settings.force() && sources.match(fingerprint)) {
        LOG.debug("{} is up to date", settings.packageDirectory());
        return Outcome.UP_TO_DATE;
      }
      NeutralJvm.run(() -> generate(migrations, mapping, sources, fingerprint));
      return Outcome.GENERATED;
    }
  }

  GeneratorSettings settings() {
    return settings;
  }

  private void generate(
      Migrations migrations,
      @Nullable Mapping mapping,
      GeneratedSources sources,
      String fingerprint) {
    long started = System.nanoTime();
    try (ThrowAwayPostgres server = ThrowAwayPostgres.start(settings.startWait())) {
      migrations.apply(server.dataSource());
      try (Connection connection = server.dataSource().getConnection()) {
        SchemaFacts facts = SchemaFacts.read(connection, settings);
        JooqNames names = JooqRun.run(connection, settings, facts, server.scratch());
        if (settings.repositories()) {
          RepositorySources.write(connection, settings, names, mapping, server.scratch());
        }
      }
      sources.publish(server.scratch(), fingerprint);
    } catch (IOException e) {
      throw new CodegenException("the sources could not be written: " + e, e);
    } catch (SQLException e) {
      throw new CodegenException("the migrated schema could not be read: " + e.getMessage(), e);
    }
    LOG.info(
        "{} generated from {} migrations in {} ms",
        settings.packageName(),
        migrations.count(),
        Duration.ofNanos(System.nanoTime() - started).toMillis());
  }

  /**
   * Collects the settings of a {@link JooqGenerator}. Migrations, package and output directory have
   * no default. Not safe for use by several threads.
   */
  public static final class Builder {
    private static final Pattern PACKAGE =
        Pattern.compile("[\\p{Alpha}_$][\\w$]*(\\.[\\p{Alpha}_$][\\w$]*)*");

    private final List<Path> migrations = new ArrayList<>();
    private final Map<String, String> placeholders = new LinkedHashMap<>();
    private final List<String> schemas = new ArrayList<>();
    private final List<String> includes = new ArrayList<>();
    private final List<String> excludes = new ArrayList<>();
    private String historySchema = "public";
    private String historyTable = "flyway_schema_history";
    private @Nullable String packageName;
    private @Nullable Path outputDirectory;
    private boolean repositories;
    private @Nullable Path mapping;
    private @Nullable Path legacySchema;
    private Duration startWait = Duration.ofSeconds(60);
    private boolean force;

    private Builder() {}

    /**
     * Adds a folder of migrations, searched with everything below it. Several folders are one set
     * of migrations, as in Flyway.
     *
     * @throws IllegalArgumentException if {@code folder} was added before
     */
    public Builder migrations(Path folder) {
      Path absolute = folder.toAbsolutePath().normalize();
      check(!migrations.contains(absolute), "migrations: " + folder + " was added before");
      migrations.add(absolute);
      return this;
    }

    /**
     * Gives the value of a Flyway placeholder, {@code ${name}} in the migrations.
     *
     * @throws IllegalArgumentException if {@code name} was given before
     */
    public Builder placeholder(String name, String value) {
      check(!placeholders.containsKey(name), "placeholder: " + name + " was given before");
      placeholders.put(name, value);
      return this;
    }

    /**
     * Names the schemas to generate, exactly as PostgreSQL has them; {@code public} when never
     * called. All must exist once the migrations have run.
     *
     * @throws IllegalArgumentException if one is blank or was named before
     */
    public Builder schemas(String... names) {
      for (String name : names) {
        check(!name.isBlank(), "schemas: a name is blank");
        check(!schemas.contains(name), "schemas: " + name + " was named before");
        schemas.add(name);
      }
      return this;
    }

    /**
     * Generates only what matches one of these regular expressions; everything when never called.
     * An expression must match the whole of {@code name} or {@code schema.name}, in the case
     * PostgreSQL has.
     *
     * @throws IllegalArgumentException if it is no regular expression
     */
    public Builder include(String regex) {
      includes.add(regex("include", regex));
      return this;
    }

    /**
     * Leaves out what matches this regular expression, matched as by {@link #include}. Excluding
     * wins over including.
     *
     * @throws IllegalArgumentException if it is no regular expression
     */
    public Builder exclude(String regex) {
      excludes.add(regex("exclude", regex));
      return this;
    }

    /**
     * The schema of Flyway's history table, {@code public} by default. As when the application
     * migrates with this as Flyway's default schema, Flyway creates it if it is missing, and
     * unqualified names in the migrations mean this schema.
     */
    public Builder historySchema(String name) {
      check(!name.isBlank(), "historySchema is blank");
      this.historySchema = name;
      return this;
    }

    /**
     * The name of Flyway's history table, which is not generated; {@code flyway_schema_history} by
     * default.
     */
    public Builder historyTable(String name) {
      check(!name.isBlank(), "historyTable is blank");
      this.historyTable = name;
      return this;
    }

    /**
     * The package of the generated classes.
     *
     * @throws IllegalArgumentException if it is no package name
     */
    public Builder packageName(String name) {
      check(PACKAGE.matcher(name).matches(), "packageName: '" + name + "' is no package name");
      this.packageName = name;
      return this;
    }

    /**
     * The source folder that the package is written to, made if it is missing. Other files in it
     * are left alone, so several generators may share it with a package each.
     */
    public Builder outputDirectory(Path folder) {
      this.outputDirectory = folder.toAbsolutePath().normalize();
      return this;
    }

    /**
     * Writes records, entities and repositories for every chosen table too. {@code false} unless
     * there is a {@link #mapping}. What is generated needs {@code crossfade-postgres} to compile,
     * and {@code crossfade-sqlite} or {@code crossfade-mongodb} where a mapping names tables or
     * collections.
     */
    public Builder repositories(boolean repositories) {
      this.repositories = repositories;
      return this;
    }

    /**
     * The file that says which legacy table and column feeds which target column: {@code
     * crossfade.yaml}, sections {@code crossfade.migrations.<migration>.tables}. Needs a {@link
     * #legacySchema}, but where it names collections of MongoDB, which have none.
     */
    public Builder mapping(Path file) {
      this.mapping = file.toAbsolutePath().normalize();
      return this;
    }

    /**
     * The legacy store's schema: a script as SQLite's {@code .schema} prints it, or a SQLite file,
     * which is only read.
     */
    public Builder legacySchema(Path file) {
      this.legacySchema = file.toAbsolutePath().normalize();
      return this;
    }

    /**
     * How long the server may take to start, 60 s by default. An idle machine needs 1 to 3 s; one
     * that builds several things at once has needed 13 s.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder startWait(Duration wait) {
      check(!wait.isNegative() && !wait.isZero(), "startWait: " + wait + " is not positive");
      this.startWait = wait;
      return this;
    }

    /** Generates even if nothing has changed; {@code false} by default. */
    public Builder force(boolean force) {
      this.force = force;
      return this;
    }

    /**
     * Freezes the settings.
     *
     * @throws IllegalArgumentException if migrations, package or output directory are missing,
     *     every one of them named
     */
    public JooqGenerator build() {
      List<String> missing = new ArrayList<>();
      if (migrations.isEmpty()) {
        missing.add("migrations");
      }
      if (packageName == null) {
        missing.add("packageName");
      }
      if (outputDirectory == null) {
        missing.add("outputDirectory");
      }
      if (packageName == null || outputDirectory == null || !missing.isEmpty()) {
        throw new IllegalArgumentException("not set: " + String.join(", ", missing));
      }
      check(
          mapping != null || legacySchema == null,
          "legacySchema without mapping: it is what a mapping is checked against");
      return new JooqGenerator(
          new GeneratorSettings(
              migrations,
              placeholders,
              schemas.isEmpty() ? List.of("public") : schemas,
              includes,
              excludes,
              historySchema,
              historyTable,
              packageName,
              outputDirectory,
              repositories || mapping != null,
              mapping,
              legacySchema,
              startWait,
              force));
    }

    private static String regex(String setting, String regex) {
      try {
        return Pattern.compile(regex).pattern();
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            setting + ": '" + regex + "' is no regular expression: " + e.getDescription(), e);
      }
    }

    private static void check(boolean legal, String message) {
      if (!legal) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
