package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.Secret;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A store that a configuration describes, and what is refused. */
@ExtendWith(PostgresExtension.class)
class PostgresProviderTest {
  private static final String URL = "jdbc:postgresql://db/app";

  private final StoreProvider provider = new PostgresProvider();

  @Test
  void theServiceLoaderFindsIt() {
    assertThat(ServiceLoader.load(StoreProvider.class))
        .hasAtLeastOneElementOfType(PostgresProvider.class);
    assertThat(provider.opens(URL)).isTrue();
    assertThat(provider.opens("jdbc:sqlite:app.db")).isFalse();
    assertThat(provider.opens("app.db")).isFalse();
  }

  @Test
  void theDefaultsAreTheBuilders() {
    assertThat(PostgresProvider.builder(settings(Map.of())).settings())
        .isEqualTo(PostgresStore.at(URL).settings());
  }

  @Test
  void everyOptionReachesTheBuilder(@TempDir Path folder) throws Exception {
    Path root = Files.writeString(folder.resolve("root.crt"), "root");
    Path certificate = Files.writeString(folder.resolve("app.crt"), "app");
    Path key = Files.writeString(folder.resolve("app.pem"), "key");
    Map<String, Object> given = new HashMap<>();
    given.put("user", "app");
    given.put("password", Secret.of("hunter2"));
    given.put("application-name", "shop");
    given.put("tls.mode", "verify-full");
    given.put("tls.root-certificate", root);
    given.put("tls.certificate", certificate);
    given.put("tls.key", key);
    given.put("pool.size", 7);
    given.put("pool.connection-wait", Duration.ofSeconds(3));
    given.put("pool.max-lifetime", Duration.ofMinutes(2));
    given.put("pool.keep-alive", Duration.ofSeconds(40));
    given.put("statement-timeout", Duration.ofSeconds(21));
    given.put("lock-wait", Duration.ofSeconds(22));
    given.put("idle-in-transaction", Duration.ofSeconds(23));
    given.put("control-wait", Duration.ofSeconds(24));
    given.put("allow-weak-durability", true);
    given.put("monthly-partitions.scores.column", "at");
    given.put("monthly-partitions.scores.months-ahead", 3);
    given.put("refresh.\"shop.best\".every", Duration.ofSeconds(30));
    given.put("refresh.\"shop.best\".concurrently", false);

    assertThat(provider.problems(settings(given))).isEmpty();
    assertThat(PostgresProvider.builder(settings(given)).settings())
        .isEqualTo(
            PostgresStore.at(URL)
                .credentials("app", "hunter2")
                .applicationName("shop")
                .tls(TlsMode.VERIFY_FULL)
                .tlsRootCertificate(root)
                .tlsCertificate(certificate, key)
                .poolSize(7)
                .connectionWait(Duration.ofSeconds(3))
                .maxLifetime(Duration.ofMinutes(2))
                .keepAlive(Duration.ofSeconds(40))
                .statementTimeout(Duration.ofSeconds(21))
                .lockWait(Duration.ofSeconds(22))
                .idleInTransaction(Duration.ofSeconds(23))
                .controlWait(Duration.ofSeconds(24))
                .allowWeakDurability()
                .monthlyPartitions("scores", "at", 3)
                .refresh("shop.best", Duration.ofSeconds(30), false)
                .settings());
    given.put("owner.user", "boss");
    given.put("owner.password", Secret.of("hunter3"));
    assertThat(PostgresProvider.builder(settings(given)).settings().owner()).isNotNull();
    assertThat(PostgresProvider.builder(settings(given)).settings().toString())
        .doesNotContain("hunter");
    // Every option is among the above.
    assertThat(provider.options())
        .extracting(option -> option.name().replace("*", "scores"))
        .allMatch(name -> given.containsKey(name) || name.startsWith("refresh."));
  }

  @Test
  void allThatDoesNotFitIsSaidAtOnce() {
    assertThat(
            provider.problems(
                settings(
                    Map.of(
                        "password", Secret.of("hunter2"),
                        "pool.size", 0,
                        "pool.connection-wait", Duration.ofMillis(1),
                        "pool.keep-alive", Duration.ofMinutes(5),
                        "tls.mode", "require",
                        "tls.root-certificate", Path.of("nowhere.crt"),
                        "tls.key", Path.of("nowhere.key"),
                        "monthly-partitions.scores.months-ahead", 500,
                        "refresh.best.concurrently", true))))
        .containsExactlyInAnyOrder(
            "crossfade.target.password is given without crossfade.target.user",
            "crossfade.target.tls.key is given without crossfade.target.tls.certificate",
            "crossfade.target.monthly-partitions.scores.column is missing; give it a value",
            "crossfade.target.refresh.best.every is missing; give it a value",
            "crossfade.target.tls.root-certificate: nowhere.crt is no readable file",
            "crossfade.target.tls.key: nowhere.key is no readable file",
            "crossfade.target.pool.size must be at least 1, not 0",
            "crossfade.target.pool.connection-wait must be at least 250 ms, not 1 ms",
            "crossfade.target.tls.root-certificate is given, but with crossfade.target.tls.mode"
                + " REQUIRE the driver does not look at it; set crossfade.target.tls.mode"
                + " VERIFY_FULL",
            "crossfade.target.pool.keep-alive (300000 ms) must be less than"
                + " crossfade.target.pool.max-lifetime (300000 ms)");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> provider.open(settings(Map.of("pool.size", -1))))
        .withMessage("crossfade.target.pool.size must be at least 1, not -1");
  }

  @Test
  void aUrlThatTheDriverDoesNotUnderstandIsShownWithoutItsParameters() {
    StoreSettings settings =
        new StoreSettings(
            "crossfade.target", "jdbc:postgresql://db:x/app?password=hunter2", Map.of());
    assertThat(provider.problems(settings))
        .singleElement()
        .asString()
        .contains("crossfade.target.url")
        .contains("jdbc:postgresql://db:x/app;")
        .doesNotContain("hunter2");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> PostgresStore.at("jdbc:postgresql://app:hunter2@db/app"))
        .withMessageContaining("before the URL's host")
        .withMessageNotContaining("hunter2");
  }

  @Test
  void tlsThatWouldBePassedOverIsRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> PostgresStore.at(URL).tlsRootCertificate(Path.of("root.crt")).open())
        .withMessageContaining("tlsRootCertificate")
        .withMessageContaining("tls VERIFY_FULL");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                PostgresStore.at(URL)
                    .tls(TlsMode.DISABLE)
                    .tlsCertificate(Path.of("a.crt"), Path.of("a.pem"))
                    .open())
        .withMessageContaining("may never be shown");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () -> PostgresStore.at(URL + "?a=b&sslmode=disable").tls(TlsMode.REQUIRE).open())
        .withMessageContaining("sslmode is in the URL, too");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> PostgresStore.at(URL).tls(TlsMode.ALLOW).tls(TlsMode.ALLOW))
        .withMessage("tls is given twice");
  }

  @Test
  void aServerWithoutEncryptionIsRefusedWhereItIsRequired(TestDatabase database) {
    for (TlsMode mode : List.of(TlsMode.REQUIRE, TlsMode.VERIFY_FULL)) {
      try (PostgresStore store =
          PostgresStore.at(database.jdbcUrl())
              .credentials(database.user(), database.password())
              .connectionWait(Duration.ofMillis(500))
              .tls(mode)
              .open()) {
        assertThatExceptionOfType(StoreUnavailableException.class)
            .isThrownBy(store::connect)
            .withMessageContaining("SSL");
      }
    }
  }

  @Test
  void whatIsDescribedConnects(TestDatabase database) {
    StoreSettings settings =
        new StoreSettings(
            "crossfade.target",
            database.jdbcUrl(),
            withDefaults(
                Map.of(
                    "user", database.user(),
                    "password", Secret.of(database.password()),
                    "tls.mode", "prefer")));
    try (Store store = provider.open(settings)) {
      store.connect();
      assertThat(store.control().read("none")).isNull();
    }
  }

  private StoreSettings settings(Map<String, Object> given) {
    return new StoreSettings("crossfade.target", URL, withDefaults(given));
  }

  private Map<String, Object> withDefaults(Map<String, Object> given) {
    Map<String, Object> values = new HashMap<>();
    for (StoreOption option : provider.options()) {
      String text = option.byDefault();
      if (text != null && !option.name().contains("*")) {
        values.put(option.name(), value(option.type(), text));
      }
    }
    values.putAll(given);
    return values;
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
