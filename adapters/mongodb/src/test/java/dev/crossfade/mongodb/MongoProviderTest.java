package dev.crossfade.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.store.Secret;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** A store that a configuration describes, and what is refused. */
class MongoProviderTest {
  private static final String URL = "mongodb://db1,db2:27018/app?replicaSet=rs0";

  private final StoreProvider provider = new MongoProvider();

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(StoreProvider.class))
        .hasAtLeastOneElementOfType(MongoProvider.class);
    assertThat(provider.opens(URL)).isTrue();
    assertThat(provider.opens("mongodb+srv://cluster/app")).isTrue();
    assertThat(provider.opens("jdbc:postgresql://db/app")).isFalse();
    assertThat(provider.opens("app.db")).isFalse();
  }

  @Test
  void theDefaultsAreTheBuilders() {
    assertThat(MongoProvider.builder(settings(URL, Map.of())).settings())
        .isEqualTo(MongoStore.at(URL).settings());
  }

  @Test
  void everyOptionReachesTheBuilder() {
    Map<String, Object> given =
        Map.of(
            "name",
            "legacy",
            "database",
            "other",
            "user",
            "ann",
            "password",
            Secret.of("secret-4711"),
            "auth-source",
            "users",
            "operation-limit",
            Duration.ofSeconds(1),
            "lease",
            Duration.ofSeconds(2),
            "watch-interval",
            Duration.ofMillis(3),
            "exclusion-limit",
            Duration.ofSeconds(4),
            "allow-weak-durability",
            true);
    assertThat(provider.options())
        .extracting(StoreOption::name)
        .containsExactlyInAnyOrderElementsOf(given.keySet());
    assertThat(provider.problems(settings(URL, given))).isEmpty();
    assertThat(MongoProvider.builder(settings(URL, given)).settings())
        .isEqualTo(
            MongoStore.at(URL)
                .name("legacy")
                .database("other")
                .credentials("ann", "users", "secret-4711")
                .operationLimit(Duration.ofSeconds(1))
                .lease(Duration.ofSeconds(2))
                .watchInterval(Duration.ofMillis(3))
                .exclusionLimit(Duration.ofSeconds(4))
                .allowWeakDurability()
                .settings());
  }

  @Test
  void whatIsWrongIsNamedByItsPathAndShowsNoPassword() {
    assertProblem("mongodb://ann:secret-4711@db", Map.of(), "crossfade.legacy.url must name");
    assertProblem("mongodb://ann:secret-4711@db:x/app", Map.of(), "crossfade.legacy.url is none");
    assertProblem(
        URL, Map.of("lease", Duration.ofSeconds(6)), "crossfade.legacy.lease must be at least");
    assertProblem(URL, Map.of("user", "ann"), "crossfade.legacy.password go together");
    assertProblem(URL, Map.of("name", " "), "crossfade.legacy.name must not be blank");
  }

  @Test
  void weakWriteConcernsAndOtherReadPreferencesAreRefusedUnlessAllowed() {
    for (String weak :
        new String[] {
          "w=1", "w=0", "w=2", "w=majority&journal=false", "readPreference=secondary"
        }) {
      String url = URL + "&" + weak;
      assertProblem(url, Map.of(), "leave it out");
      assertThat(provider.problems(settings(url, Map.of("allow-weak-durability", true)))).isEmpty();
    }
    assertThat(provider.problems(settings(URL + "&w=majority&journal=true", Map.of()))).isEmpty();
  }

  private void assertProblem(String url, Map<String, Object> given, String words) {
    StoreSettings settings = settings(url, given);
    assertThat(provider.problems(settings))
        .singleElement()
        .asString()
        .contains(words)
        .startsWith("crossfade.legacy.")
        .doesNotContain("4711");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> provider.open(settings))
        .satisfies(e -> assertThat(e.problems()).hasSize(1));
  }

  @Test
  void aStoreIsOpenedWithoutContactingAnybody() {
    try (Store store = provider.open(settings("mongodb://nowhere.invalid/app", Map.of()))) {
      assertThat(store.name()).isEqualTo("mongodb:nowhere.invalid/app");
    }
  }

  private StoreSettings settings(String url, Map<String, Object> given) {
    Map<String, Object> options = new HashMap<>();
    for (StoreOption option : provider.options()) {
      String byDefault = option.byDefault();
      if (byDefault != null) {
        options.put(
            option.name(),
            switch (option.type()) {
              case DURATION ->
                  byDefault.endsWith("ms")
                      ? Duration.ofMillis(Long.parseLong(byDefault.replace("ms", "")))
                      : Duration.ofSeconds(Long.parseLong(byDefault.replace("s", "")));
              case YES_NO -> byDefault.equals("yes");
              default -> byDefault;
            });
      }
    }
    options.putAll(given);
    return new StoreSettings("crossfade.legacy", url, options);
  }
}
