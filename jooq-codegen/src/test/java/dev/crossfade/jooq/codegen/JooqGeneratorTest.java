package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.jooq.codegen.JooqGenerator.Outcome;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jooq.DSLContext;
import org.jooq.EnumType;
import org.jooq.Field;
import org.jooq.Index;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generates from a schema that has what jOOQ and PostgreSQL disagree about, and uses the result.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class JooqGeneratorTest {
  private static final String PACKAGE = "com.example.generated";

  @TempDir static Path temp;
  private Path output;
  private URLClassLoader generated;

  @BeforeAll
  void generateOnce() throws IOException {
    output = temp.resolve("sources");
    assertThat(rich(output).build().generate()).isEqualTo(Outcome.GENERATED);
    generated = compile(output, temp.resolve("classes"));
  }

  @AfterAll
  void close() throws IOException {
    generated.close();
  }

  @Test
  void partitionsAreNotTablesOfTheirOwn() {
    assertThat(Stream.of("public_", "audit").flatMap(s -> names(output, s + "/tables")))
        .containsExactlyInAnyOrder(
            "BestTokens",
            "LiveTokens",
            "Title",
            "TokenScores",
            "Tokens",
            "Events",
            "TokenScores_2026_01");
    assertThat(names(output, "audit/tables")).contains("TokenScores_2026_01");
    assertThat(names(output, "public_/tables/records"))
        .contains("TokensRecord", "TokenScoresRecord");
  }

  @Test
  void flywaysTableIsNotGenerated() throws IOException {
    assertThat(contents(output).values()).noneMatch(s -> s.contains("flyway_schema_history"));
  }

  @Test
  void neitherDaosNorPojos() {
    assertThat(names(output, "public_/tables/daos")).isEmpty();
    assertThat(names(output, "public_/tables/pojos")).isEmpty();
  }

  @Test
  void typesAreThoseAnApplicationWants() {
    Table<?> tokens = table("public_", "TOKENS");
    assertThat(tokens.field("attributes").getType()).isEqualTo(JSONB.class);
    assertThat(tokens.field("tags").getType()).isEqualTo(String[].class);
    assertThat(EnumType.class).isAssignableFrom(tokens.field("status").getType());
    assertThat(tokens.field("liquidity_usd").getDataType().scale()).isEqualTo(4);
    assertThat(tokens.field("supply").getType()).isEqualTo(java.math.BigDecimal.class);
    assertThat(tokens.field("created_at").getType()).isEqualTo(java.time.OffsetDateTime.class);
    for (String text : List.of("seen_from", "network", "hardware", "valid", "seen_by")) {
      assertThat(tokens.field(text).getType()).as(text).isEqualTo(String.class);
    }
    assertThat(table("public_", "LIVE_TOKENS").field("seen_from").getType())
        .isEqualTo(String.class);
    assertThat(table("public_", "BEST_TOKENS").field("best_score").getType())
        .isEqualTo(Double.class);
  }

  @Test
  void identitySerialAndKeysSurvive() {
    assertThat(table("public_", "TOKENS").getIdentity().getField().getName()).isEqualTo("id");
    assertThat(table("public_", "TOKEN_SCORES").getIdentity().getField().getName()).isEqualTo("id");
    UniqueKey<?> key = table("public_", "TOKEN_SCORES").getPrimaryKey();
    assertThat(key.getFields()).extracting(Field::getName).containsExactly("id", "created_at");
    assertThat(table("public_", "TOKENS").getUniqueKeys()).hasSize(1);
    assertThat(table("public_", "TOKEN_SCORES").getReferences()).hasSize(1);
  }

  @Test
  void anIndexThatIsUniqueOnlyForSomeRowsDoesNotClaimToBeUniqueForAll() {
    assertThat(table("public_", "TOKENS").getIndexes())
        .extracting(Index::getName)
        .contains("tokens_attributes", "tokens_created_at")
        .doesNotContain("tokens_one_live_symbol", "tokens_symbol_nocase");
    assertThat(table("public_", "TOKENS").getIndexes()).noneMatch(Index::getUnique);
  }

  @Test
  void generatedCodeReadsAndWrites() throws Exception {
    Table<?> tokens = table("public_", "TOKENS");
    try (ThrowAwayPostgres server = ThrowAwayPostgres.start(Duration.ofSeconds(60))) {
      Migrations.find(rich(output).build().settings()).apply(server.dataSource());
      try (Connection connection = server.dataSource().getConnection()) {
        DSLContext db = DSL.using(connection, SQLDialect.POSTGRES);
        Record row =
            db.insertInto(tokens)
                .set(field(tokens, "mint_address"), "So111")
                .set(field(tokens, "symbol"), "SOL")
                .set(field(tokens, "attributes"), JSONB.jsonb("{\"a\": 1}"))
                .set(field(tokens, "seen_from"), "10.0.0.7")
                .set(field(tokens, "network"), "2001:db8::/32")
                .set(field(tokens, "hardware"), "08:00:2b:01:02:03")
                .set(field(tokens, "valid"), "[2026-01-01 00:00:00+00,)")
                .set(field(tokens, "seen_by"), (Object) null)
                .returning()
                .fetchOne();
        assertThat(row.get("id")).isEqualTo(1L);
        assertThat(row.get("symbol_lower")).isEqualTo("sol");
        assertThat(row.get("seen_from")).isEqualTo("10.0.0.7");
        assertThat(row.get("network")).isEqualTo("2001:db8::/32");
        assertThat(row.get("hardware")).isEqualTo("08:00:2b:01:02:03");
        assertThat(row.get("seen_by")).isNull();
        assertThat(
                db.fetchCount(
                    tokens,
                    field(tokens, "seen_from")
                        .eq(DSL.inline("10.0.0.7", field(tokens, "seen_from")))))
            .isOne();
      }
    }
  }

  @Test
  void nothingIsStartedWhenNothingHasChanged() throws IOException {
    Map<String, FileTime> before = times(output);
    // Were a server started, a nanosecond would not be enough for it.
    JooqGenerator again = rich(output).startWait(Duration.ofNanos(1)).build();
    assertThat(again.generate()).isEqualTo(Outcome.UP_TO_DATE);
    assertThat(times(output)).isEqualTo(before);
  }

  @Tag("exhaustive")
  @Test
  void generatedAgainInAnotherLanguageAndZoneItIsTheSame() throws IOException {
    Map<String, String> before = contents(output);
    Map<String, FileTime> times = times(output);
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
      assertThat(rich(output).force(true).build().generate()).isEqualTo(Outcome.GENERATED);
      Path elsewhere = temp.resolve("elsewhere");
      rich(elsewhere).build().generate();
      assertThat(contents(elsewhere)).isEqualTo(before);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
    assertThat(contents(output)).isEqualTo(before);
    times.keySet().removeIf(name -> name.endsWith(".fingerprint"));
    assertThat(times(output)).as("same files are not written again").containsAllEntriesOf(times);
  }

  @Tag("exhaustive")
  @Test
  void nothingInTheSourcesDependsOnTheMachineOrTheDay() throws IOException {
    assertThat(contents(output).values())
        .noneMatch(source -> source.contains(temp.toString()))
        .noneMatch(source -> source.contains("@Generated"))
        .noneMatch(source -> source.contains("crossfade-codegen"));
  }

  /** Changes to what has been generated; each test in a folder of its own with one small table. */
  @Tag("exhaustive")
  @Nested
  final class AfterAChange {
    @TempDir Path folder;

    @Test
    void ofAMigration_itIsGeneratedAgainAndWhatIsGoneIsDeleted() throws IOException {
      migration(
          "V1__a.sql", "create table a (id int primary key); create table b (id int primary key);");
      Path byHand = write(sources().resolve("com/example/generated/ByHand.java"), "package x;");
      generate();
      assertThat(names(sources(), "tables")).containsExactlyInAnyOrder("A", "B");

      migration("V2__b.sql", "drop table b; create table c (id int primary key);");
      assertThat(generate()).isEqualTo(Outcome.GENERATED);
      assertThat(names(sources(), "tables")).containsExactlyInAnyOrder("A", "C");
      assertThat(byHand).exists();
      assertThat(generate()).isEqualTo(Outcome.UP_TO_DATE);
    }

    @Test
    void ofAGeneratedFile_itIsRestored() throws IOException {
      migration("V1__a.sql", "create table a (id int primary key);");
      generate();
      Map<String, String> before = contents(sources());
      Files.delete(sources().resolve("com/example/generated/Tables.java"));
      write(sources().resolve("com/example/generated/tables/A.java"), "broken");
      assertThat(generate()).isEqualTo(Outcome.GENERATED);
      assertThat(contents(sources())).isEqualTo(before);
    }

    @Test
    void ofTheSettings_itIsGeneratedAgain() throws IOException {
      migration("V1__a.sql", "create table a (id int primary key); create table b_old (id int);");
      generate();
      assertThat(simple().exclude("b_.*").build().generate()).isEqualTo(Outcome.GENERATED);
      assertThat(names(sources(), "tables")).containsExactly("A");
      assertThat(simple().include("public\\.b_old").build().generate())
          .isEqualTo(Outcome.GENERATED);
      assertThat(names(sources(), "tables")).containsExactly("BOld");
    }

    @Test
    void failing_theSourcesOfBeforeStay() throws IOException {
      migration("V1__a.sql", "create table a (id int primary key);");
      generate();
      Map<String, String> before = contents(sources());
      Path broken = migration("V2__b.sql", "create tabel b ();");
      assertThatThrownBy(this::generate).isInstanceOf(CodegenException.class);
      assertThat(contents(sources())).isEqualTo(before);
      Files.delete(broken);
      assertThat(generate()).isEqualTo(Outcome.UP_TO_DATE);
    }

    @Test
    void placeholdersAndTheHistorySchemaAreFlyways() throws IOException {
      migration("V1__a.sql", "create table ${name} (id int primary key);");
      JooqGenerator.Builder builder =
          simple()
              .placeholder("name", "a")
              .schemas("app")
              .historySchema("app")
              .historyTable("history");
      builder.build().generate();
      assertThat(names(sources(), "tables")).containsExactly("A");
    }

    private Outcome generate() {
      return simple().build().generate();
    }

    private JooqGenerator.Builder simple() {
      return JooqGenerator.builder()
          .migrations(folder.resolve("migrations"))
          .packageName(PACKAGE)
          .outputDirectory(sources());
    }

    private Path sources() {
      return folder.resolve("sources");
    }

    private Path migration(String name, String sql) throws IOException {
      return write(folder.resolve("migrations").resolve(name), sql);
    }
  }

  private static JooqGenerator.Builder rich(Path output) {
    return JooqGenerator.builder()
        .migrations(resource("rich"))
        .schemas("public", "audit")
        .packageName(PACKAGE)
        .outputDirectory(output);
  }

  static Path resource(String name) {
    try {
      return Path.of(JooqGeneratorTest.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private Table<?> table(String schema, String constant) {
    try {
      return (Table<?>)
          generated.loadClass(PACKAGE + "." + schema + ".Tables").getField(constant).get(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Field<Object> field(Table<?> table, String name) {
    return (Field<Object>) table.field(name);
  }

  /** Compiled as this project compiles: a warning is an error. */
  private static URLClassLoader compile(Path sources, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    Files.createDirectories(classes);
    try (StandardJavaFileManager files =
            compiler.getStandardFileManager(diagnostics, Locale.ROOT, null);
        Stream<Path> paths = Files.walk(sources)) {
      List<Path> java = paths.filter(p -> p.toString().endsWith(".java")).toList();
      List<String> options =
          List.of(
              "--release",
              "17",
              "-proc:none",
              "-Xlint:all,-classfile,-options",
              "-Werror",
              "-classpath",
              System.getProperty("java.class.path"),
              "-d",
              classes.toString());
      boolean compiled =
          compiler
              .getTask(
                  null, files, diagnostics, options, null, files.getJavaFileObjectsFromPaths(java))
              .call();
      assertThat(diagnostics.getDiagnostics()).extracting(d -> d.getMessage(Locale.ROOT)).isEmpty();
      assertThat(compiled).isTrue();
    }
    return new URLClassLoader(new URL[] {classes.toUri().toURL()}, Table.class.getClassLoader());
  }

  private static Stream<String> names(Path sources, String folder) {
    Path directory = sources.resolve(PACKAGE.replace('.', '/')).resolve(folder);
    if (!Files.isDirectory(directory)) {
      return Stream.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> f.getFileName().toString().replace(".java", ""))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    return contents;
  }

  private static Map<String, FileTime> times(Path folder) throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        times.put(folder.relativize(file).toString(), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
