package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that a configuration describes, and what is refused. */
class SqliteProviderTest {
  private final StoreProvider provider = new SqliteProvider();

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(StoreProvider.class))
        .hasAtLeastOneElementOfType(SqliteProvider.class);
    assertThat(provider.opens("jdbc:sqlite:app.db")).isTrue();
    assertThat(provider.opens("data/app.db")).isTrue();
    assertThat(provider.opens("C:\\data\\app.db")).isTrue();
    assertThat(provider.opens("jdbc:postgresql://db/app")).isFalse();
    assertThat(provider.opens("mongodb://db/app")).isFalse();
  }

  @Test
  void theDefaultsAreTheBuilders() {
    assertThat(SqliteProvider.builder(settings("jdbc:sqlite:data/app.db", Map.of())).settings())
        .isEqualTo(SqliteStore.at(Path.of("data/app.db")).settings());
  }

  @Test
  void everyOptionReachesTheBuilder() {
    Map<String, Object> given =
        Map.of(
            "name",
            "legacy",
            "readers",
            5,
            "busy-timeout",
            Duration.ofSeconds(1),
            "group-limit",
            6,
            "unit-time-limit",
            Duration.ofSeconds(2),
            "turn-wait",
            Duration.ofSeconds(3),
            "queue-limit",
            7,
            "synchronous",
            "normal",
            "allow-weak-durability",
            true);
    assertThat(provider.options())
        .extracting(StoreOption::name)
        .containsExactlyInAnyOrderElementsOf(given.keySet());
    assertThat(provider.problems(settings("app.db", given))).isEmpty();
    assertThat(SqliteProvider.builder(settings("app.db", given)).settings())
        .isEqualTo(
            SqliteStore.at(Path.of("app.db"))
                .name("legacy")
                .readers(5)
                .busyTimeout(Duration.ofSeconds(1))
                .groupLimit(6)
                .unitTimeLimit(Duration.ofSeconds(2))
                .turnWait(Duration.ofSeconds(3))
                .queueLimit(7)
                .synchronous(SqliteStore.Synchronous.NORMAL)
                .allowWeakDurability()
                .settings());
  }

  @Test
  void allThatDoesNotFitIsSaidAtOnce() {
    assertThat(
            provider.problems(
                settings(
                    "app.db", Map.of("readers", 0, "turn-wait", Duration.ZERO, "queue-limit", -1))))
        .containsExactly(
            "crossfade.legacy.readers must be from 1 to 64, not 0",
            "crossfade.legacy.turn-wait must be positive, but is PT0S",
            "crossfade.legacy.queue-limit must be at least 1, not -1");
    for (String url : new String[] {"jdbc:sqlite::memory:", "jdbc:sqlite:", "app.db?mode=ro"}) {
      assertThatExceptionOfType(ConfigurationException.class)
          .isThrownBy(() -> provider.open(settings(url, Map.of())))
          .withMessageContaining("crossfade.legacy.url must name a file");
    }
  }

  @Test
  void whatIsDescribedConnects(@TempDir Path folder) {
    Path file = folder.resolve("app.db");
    App.create(file);
    try (Store store = provider.open(settings("jdbc:sqlite:" + file, Map.of()))) {
      store.connect();
      assertThat(store.control().read("none")).isNull();
    }
  }

  private StoreSettings settings(String url, Map<String, Object> given) {
    Map<String, Object> values = new HashMap<>();
    for (StoreOption option : provider.options()) {
      String text = option.byDefault();
      if (text != null) {
        values.put(option.name(), value(option.type(), text));
      }
    }
    values.putAll(given);
    return new StoreSettings("crossfade.legacy", url, values);
  }

  private static Object value(StoreOption.Type type, String text) {
    return switch (type) {
      case NUMBER -> Integer.valueOf(text);
      case DURATION -> Duration.parse("PT" + text);
      case YES_NO -> text.equals("yes");
      default -> text;
    };
  }
}
