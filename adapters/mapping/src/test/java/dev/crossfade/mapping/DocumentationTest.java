package dev.crossfade.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/mapping.md names what the code knows, and its examples are read. */
class DocumentationTest {
  private static final Path DOCUMENT = Path.of("../../docs/mapping.md");

  @Test
  void everyConversionIsDocumentedInTheCodesOrder() throws IOException {
    assertThat(firstCells("Conversions"))
        .containsExactlyElementsOf(
            NamedConversion.all().stream().map(NamedConversion::label).toList());
  }

  @Test
  void whatConversionsNeedIsDocumented() throws IOException {
    for (NamedConversion conversion : NamedConversion.all()) {
      String row =
          section("Conversions")
              .lines()
              .filter(line -> line.startsWith("| `" + conversion.label() + "` |"))
              .findFirst()
              .orElseThrow();
      List<String> needed = new ArrayList<>(conversion.parameters());
      needed.addAll(conversion.required());
      String cell = row.split(" \\|", -1)[3];
      assertThat(needed).allMatch(parameter -> cell.contains("`" + parameter + "`"), row);
      assertThat(needed.isEmpty()).as(row).isEqualTo(cell.isBlank());
    }
  }

  @Test
  void everyKeyIsDocumented() throws IOException {
    assertThat(firstCells("Tables"))
        .containsExactly("from", "record", "key", "ignore", "triggers", "columns", "collection");
    assertThat(firstCells("Columns"))
        .containsExactly(
            "from",
            "convert",
            "pattern`, `date-pattern`, `time-pattern`, `zone`, `true`, `false`, `values`, `separator",
            "scale",
            "unit",
            "json",
            "computed",
            "omit",
            "redacted",
            "by",
            "aliases",
            "default",
            "rest");
  }

  @Test
  void theExamplesAreRead() throws IOException {
    Matcher example =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCUMENT));
    int examples = 0;
    while (example.find()) {
      String yaml = example.group(1);
      assertThatCode(() -> MappingFile.parse("mapping.md", yaml)).doesNotThrowAnyException();
      assertThat(MappingFile.parse("mapping.md", yaml).migrations()).hasSize(1);
      examples++;
    }
    assertThat(examples).isEqualTo(4);
  }

  private static List<String> firstCells(String heading) throws IOException {
    return section(heading)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(3, line.indexOf("` |")))
        .toList();
  }

  private static String section(String heading) throws IOException {
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf("\n## " + heading + "\n");
    assertThat(begin).as("heading %s", heading).isNotNegative();
    int end = text.indexOf("\n## ", begin + 1);
    return text.substring(begin, end < 0 ? text.length() : end);
  }
}
