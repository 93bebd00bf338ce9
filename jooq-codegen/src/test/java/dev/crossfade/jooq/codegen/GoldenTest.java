package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is generated for one table, letter by letter. */
final class GoldenTest {
  private static final String PACKAGE = "com/example/generated";

  @TempDir Path temp;

  @Test
  void theSourcesOfATable() throws IOException {
    Map<String, String> first = generate("first");
    for (String name :
        List.of("Book", "BookRepository", "PostgresBookRepository", "package-info")) {
      Path expected = JooqGeneratorTest.resource("golden/expected/" + name + ".txt");
      assertThat(first.get(name + ".java")).as(name).isEqualTo(Files.readString(expected));
    }
    assertThat(first).doesNotContainKeys("SqliteBookRepository.java", "LogRepository.java");
    assertThat(generate("second")).isEqualTo(first);
  }

  private Map<String, String> generate(String folder) throws IOException {
    JooqGenerator.builder()
        .migrations(JooqGeneratorTest.resource("golden/migrations"))
        .exclude("cheap_books")
        .packageName("com.example.generated")
        .outputDirectory(temp.resolve(folder))
        .repositories(true)
        .build()
        .generate();
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.list(temp.resolve(folder).resolve(PACKAGE))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return texts;
  }
}
