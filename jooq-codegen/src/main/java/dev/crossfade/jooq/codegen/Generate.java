package dev.crossfade.jooq.codegen;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * {@link JooqGenerator} for a build that is not Maven's: every setting is an option of the {@code
 * java} command. Maven has {@code crossfade-maven-plugin}, with goal {@code crossfade:generate}.
 */
public final class Generate {
  private static final String USAGE =
      """
      options:
        --migrations=FOLDER         a folder of Flyway migrations; may be repeated
        --package=NAME              the package to generate
        --output=FOLDER             the source folder to write it to
        --schema=NAME               a schema to generate; may be repeated (default: public)
        --include=REGEX             generate only what matches; may be repeated
        --exclude=REGEX             leave out what matches; may be repeated
        --placeholder=NAME=VALUE    a Flyway placeholder; may be repeated
        --history-schema=NAME       Flyway's default schema (default: public)
        --history-table=NAME        Flyway's history table (default: flyway_schema_history)
        --repositories              write records, entities and repositories too
        --mapping=FILE              crossfade.yaml; its tables get legacy repositories too
        --legacy-schema=FILE        SQLite's schema: a script (.sql) or a SQLite file
        --start-wait=SECONDS        how long PostgreSQL may take to start (default: 60)
        --force                     generate even if nothing has changed\
      """;

  private static final Set<String> FLAGS = Set.of("--force", "--repositories");

  private Generate() {}

  /**
   * Generates what the options say. Failure is an exception and not an exit status, because builds
   * call this in their own JVM; the {@code java} command makes exit status 1 of it.
   *
   * @throws CodegenException as {@link JooqGenerator#generate()}
   * @throws IllegalArgumentException if an option is unknown, missing or wrong, with all options in
   *     the message
   */
  public static void main(String[] args) {
    generator(List.of(args)).generate();
  }

  static JooqGenerator generator(List<String> options) {
    try {
      JooqGenerator.Builder builder = JooqGenerator.builder();
      options.forEach(option -> apply(option, builder));
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + "\n" + USAGE, e);
    }
  }

  private static void apply(String option, JooqGenerator.Builder builder) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : option.substring(equals + 1);
    if (value.isBlank() != FLAGS.contains(name)) {
      throw new IllegalArgumentException(
          option + ": expected " + (value.isBlank() ? "a value" : "no value"));
    }
    switch (name) {
      case "--migrations" -> builder.migrations(Path.of(value));
      case "--package" -> builder.packageName(value);
      case "--output" -> builder.outputDirectory(Path.of(value));
      case "--schema" -> builder.schemas(value);
      case "--include" -> builder.include(value);
      case "--exclude" -> builder.exclude(value);
      case "--placeholder" -> placeholder(value, builder);
      case "--history-schema" -> builder.historySchema(value);
      case "--history-table" -> builder.historyTable(value);
      case "--repositories" -> builder.repositories(true);
      case "--mapping" -> builder.mapping(Path.of(value));
      case "--legacy-schema" -> builder.legacySchema(Path.of(value));
      case "--start-wait" -> builder.startWait(seconds(value));
      case "--force" -> builder.force(true);
      default -> throw new IllegalArgumentException(option + ": unknown option");
    }
  }

  private static void placeholder(String value, JooqGenerator.Builder builder) {
    int equals = value.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("--placeholder=" + value + ": expected NAME=VALUE");
    }
    builder.placeholder(value.substring(0, equals), value.substring(equals + 1));
  }

  private static Duration seconds(String value) {
    try {
      return Duration.ofSeconds(Long.parseLong(value));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--start-wait=" + value + ": expected whole seconds", e);
    }
  }
}
