package dev.crossfade.postgres;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** How connections are encrypted, as far as the builder was told. Immutable. */
record Tls(
    @Nullable TlsMode mode,
    @Nullable Path rootCertificate,
    @Nullable Path certificate,
    @Nullable Path key) {
  static final Tls AS_THE_URL_SAYS = new Tls(null, null, null, null);

  Tls withMode(TlsMode value) {
    return new Tls(value, rootCertificate, certificate, key);
  }

  Tls withRootCertificate(Path file) {
    return new Tls(mode, file, certificate, key);
  }

  Tls withCertificate(Path file, Path itsKey) {
    return new Tls(mode, rootCertificate, file, itsKey);
  }

  /** What the driver would pass over in silence, or what the URL says otherwise. */
  List<String> problems(String url) {
    List<String> problems = new ArrayList<>();
    boolean verified = mode != null && mode.verifies();
    if (rootCertificate != null && !verified) {
      problems.add(
          "tlsRootCertificate is given, but with tls "
              + shownMode()
              + " the driver does not look at it; set tls VERIFY_FULL");
    }
    if (certificate != null && (mode == null || mode == TlsMode.DISABLE)) {
      problems.add(
          "tlsCertificate is given, but with tls "
              + shownMode()
              + " it may never be shown to the server; set tls REQUIRE or more");
    }
    properties().stringPropertyNames().stream()
        .filter(name -> Pool.urlHas(url, name))
        .sorted()
        .forEach(name -> problems.add(name + " is in the URL, too; say it in one place"));
    return problems;
  }

  private String shownMode() {
    return mode == null ? "not given" : mode.name();
  }

  /** The driver's. */
  Properties properties() {
    Properties properties = new Properties();
    put(properties, "sslmode", mode == null ? null : mode.driversName());
    put(properties, "sslrootcert", rootCertificate);
    put(properties, "sslcert", certificate);
    put(properties, "sslkey", key);
    return properties;
  }

  private static void put(Properties properties, String name, @Nullable Object value) {
    if (value != null) {
      properties.setProperty(name, value.toString());
    }
  }
}
