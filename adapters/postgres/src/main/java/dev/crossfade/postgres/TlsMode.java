package dev.crossfade.postgres;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Whether a connection to PostgreSQL is encrypted, and what is known of who answers: the driver's
 * {@code sslmode}. Only {@link #VERIFY_FULL} keeps an attacker in between from reading along.
 */
public enum TlsMode {
  /** Never encrypted. */
  DISABLE,
  /** Encrypted only if the server insists. */
  ALLOW,
  /**
   * Encrypted if the server can; in the clear, and without a word, if it cannot. What the driver
   * does where nothing is said.
   */
  PREFER,
  /** Encrypted, or no connection. Whoever answers is believed to be the server. */
  REQUIRE,
  /** Encrypted, with a certificate that the root certificate vouches for, whatever its name. */
  VERIFY_CA,
  /** As {@link #VERIFY_CA}, and the certificate is that of the host in the URL. */
  VERIFY_FULL;

  /** As the driver spells it: {@code verify-full}. */
  String driversName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> driversNames() {
    return Stream.of(values()).map(TlsMode::driversName).toList();
  }

  boolean verifies() {
    return this == VERIFY_CA || this == VERIFY_FULL;
  }
}
