package dev.crossfade.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/configuration.md lists the keys that the code knows, with the code's own words. */
class DocumentationTest {
  private static final Path DOCUMENT = Path.of("../../docs/configuration.md");

  @Test
  void everySettingIsDocumentedAndNothingElse() throws IOException {
    assertThat(rows("Settings")).isEqualTo(rowsOf(SettingKeys.keys(), Key::path));
  }

  @Test
  void everyOptionOfEveryStoreIsDocumentedAndNothingElse() throws IOException {
    List<StoreProvider> providers =
        ServiceLoader.load(StoreProvider.class).stream().map(ServiceLoader.Provider::get).toList();
    assertThat(providers).hasSizeGreaterThanOrEqualTo(2);
    for (StoreProvider provider : providers) {
      List<Key> keys = new ArrayList<>();
      Stream.concat(Stream.of(StoreSection.URL), provider.options().stream())
          .map(option -> Key.of("", option))
          .forEach(
              key -> {
                keys.add(key);
                if (key.isSecret()) {
                  keys.add(key.file());
                }
              });
      assertThat(rows(provider.kind() + " stores"))
          .isEqualTo(rowsOf(keys, key -> key.path().replaceFirst("^\"\"\\.", "")));
    }
  }

  /** A complete file that only says the defaults, so that the examples are known to be read. */
  @Test
  void theExampleIsRead(@TempDir Path folder) throws IOException {
    Matcher example =
        Pattern.compile("```yaml\n(crossfade:.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENT));
    assertThat(example.find()).isTrue();
    Given given = new Given(folder);
    given.yaml(example.group(1)).variable("DB_USER", "app").variable("DB_PASSWORD", "secret");
    given.variable("DB_HOST", "db");
    CrossfadeConfig config = given.load();
    assertThat(config.target().name()).isEqualTo("jdbc:postgresql://db:5432/shop");
    assertThat(config.legacy().name()).isEqualTo("sqlite:data/shop.db");
    assertThat(config.settings().stages()).containsOnlyKeys("tokens");
  }

  private static List<String> rows(String heading) throws IOException {
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf("\n## " + heading + "\n");
    assertThat(begin).as("heading %s", heading).isNotNegative();
    int end = text.indexOf("\n## ", begin + 1);
    return text.substring(begin, end < 0 ? text.length() : end)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .toList();
  }

  private static List<String> rowsOf(List<Key> keys, Function<Key, String> name) {
    return keys.stream()
        .map(
            key ->
                "| `"
                    + name.apply(key)
                    + "` | "
                    + type(key.option())
                    + " | "
                    + byDefault(key.option())
                    + " | "
                    + key.option().consequence()
                    + " |")
        .toList();
  }

  private static String type(StoreOption option) {
    return option.choices().isEmpty()
        ? option.type().shown()
        : option.choices().stream().collect(Collectors.joining("`, `", "`", "`"));
  }

  private static String byDefault(StoreOption option) {
    return option.byDefault() == null ? "" : "`" + option.byDefault() + "`";
  }
}
