package dev.crossfade.jooq.codegen;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** One hash over everything that decides what is generated. */
final class Fingerprint {
  /** To be raised whenever this module comes to write other sources from the same migrations. */
  private static final int GENERATOR = 3;

  private Fingerprint() {}

  static String of(GeneratorSettings settings, Migrations migrations, @Nullable Mapping mapping) {
    MessageDigest digest = sha256();
    add(digest, "generator " + GENERATOR + ", jOOQ " + org.jooq.Constants.FULL_VERSION);
    settings.shaping().forEach((name, value) -> add(digest, name + "=" + value));
    migrations
        .contents()
        .forEach(
            (name, content) -> {
              add(digest, name);
              add(digest, Integer.toString(content.length));
              digest.update(content);
            });
    if (mapping != null) {
      add(digest, mapping.text());
      LegacySchema legacy = mapping.legacy();
      add(digest, legacy == null ? "collections" : legacy.script());
    }
    return hex(digest);
  }

  static String of(byte[] content) {
    MessageDigest digest = sha256();
    digest.update(content);
    return hex(digest);
  }

  private static void add(MessageDigest digest, String part) {
    digest.update(part.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
