package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is generated where the legacy store is MongoDB, and what is refused. */
final class CollectionsTest {
  @TempDir Path temp;

  @Test
  void theSourcesOfACollectionLetterByLetterAndTheSameEachTime() throws IOException {
    Path mapping = JooqGeneratorTest.resource("collections/crossfade.yaml");
    Map<String, String> first = generate("first", mapping);

    for (String name :
        List.of("User", "MongoUserRepository", "MongoPairRepository", "PlatformMigration")) {
      Path expected = JooqGeneratorTest.resource("collections/expected/" + name + ".txt");
      assertThat(source(first, name)).as(name).isEqualTo(Files.readString(expected));
    }
    assertThat(source(first, "UserRepository"))
        .as("a decimal as text has many spellings")
        .doesNotContain("findByFee");
    assertThat(first.keySet()).noneMatch(name -> name.contains("Sqlite"));
    assertThat(generate("second", mapping)).isEqualTo(first);
  }

  private static String source(Map<String, String> sources, String name) {
    return sources.get("com/example/generated/" + name + ".java");
  }

  @Test
  void whatCannotBeMappedIsNamedWithItsLineAllAtOnce() throws IOException {
    Path mapping =
        mapping(
            """
            users:
              collection: people
              columns:
                id: {convert: object-id, aliases: [uid]}
                role: {convert: loose-text}
                paper_balance: {default: much}
                others: {rest: true, default: "{}"}
            pairs:
              from: pairs
            """);
    assertThatThrownBy(() -> generate("refused", mapping))
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("crossfade.yaml:8: key column users.id has aliases")
        .hasMessageContaining("crossfade.yaml:9: column users.role: loose-text makes no text")
        .hasMessageContaining(
            "crossfade.yaml:10: column users.paper_balance: default 'much' is no numeric")
        .hasMessageContaining("crossfade.yaml:11: column users.others takes the rest")
        .hasMessageContaining("crossfade.yaml:12: table pairs names no collection");
  }

  @Test
  void tablesOfSqliteAreAskedForTheirSchema() throws IOException {
    Path mapping = mapping("users: {from: User}\n");
    assertThatThrownBy(() -> generate("refused", mapping))
        .isInstanceOf(CodegenException.class)
        .hasMessage(
            "mapping crossfade.yaml names no collection of MongoDB, and tables of SQLite are checked"
                + " against their schema: name it with legacySchema (--legacy-schema)");
  }

  @Test
  void aSchemaWithoutAMappingHasNoUse() {
    assertThatThrownBy(() -> builder("nowhere").legacySchema(temp.resolve("legacy.sql")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("legacySchema without mapping");
  }

  private Path mapping(String tables) throws IOException {
    return JooqGeneratorTest.write(
        temp.resolve("crossfade.yaml"),
        "crossfade:\n  migrations:\n    platform:\n      tables:\n" + tables.indent(8));
  }

  private Map<String, String> generate(String folder, Path mapping) throws IOException {
    builder(folder).mapping(mapping).build().generate();
    return JooqGeneratorTest.contents(temp.resolve(folder));
  }

  private JooqGenerator.Builder builder(String folder) {
    return JooqGenerator.builder()
        .migrations(JooqGeneratorTest.resource("collections/migrations"))
        .packageName("com.example.generated")
        .outputDirectory(temp.resolve(folder));
  }
}
