package dev.crossfade;

/**
 * Compares JSON texts by structure (RFC 8259). No JSON library is a dependency of the core. Safe
 * for use by many threads: each has a {@link JsonDocument} for either side.
 */
final class JsonText {
  private static final ThreadLocal<JsonText> OF_THREAD = ThreadLocal.withInitial(JsonText::new);

  private final JsonDocument one = new JsonDocument();
  private final JsonDocument other = new JsonDocument();

  private JsonText() {}

  /** Whether two texts are the same JSON; false if one is none. */
  static boolean same(String a, String b) {
    JsonText texts = OF_THREAD.get();
    return texts.one.read(a) && texts.other.read(b) && texts.one.same(texts.other);
  }

  /**
   * Writes the text so that texts that are the same JSON are written the same; what is no JSON is
   * written as it is.
   */
  static void encode(String text, CanonicalOutput out) {
    JsonDocument document = OF_THREAD.get().one;
    boolean valid = document.read(text);
    out.bool(valid);
    if (valid) {
      document.encode(out);
    } else {
      out.text(text);
    }
  }
}
