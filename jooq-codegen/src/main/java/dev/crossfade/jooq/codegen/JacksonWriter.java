package dev.crossfade.jooq.codegen;

/** Writes the conversions of JSON to objects; only where a mapping asks for objects. */
final class JacksonWriter {
  static final String CLASS = "JacksonConversions";
  static final String TREE = "com.fasterxml.jackson.databind.JsonNode";

  private JacksonWriter() {}

  static String text(String packageName) {
    return TEXT.formatted(packageName);
  }

  private static final String TEXT =
      """
      package %s;

      import com.fasterxml.jackson.core.JsonProcessingException;
      import com.fasterxml.jackson.databind.DeserializationFeature;
      import com.fasterxml.jackson.databind.json.JsonMapper;
      import dev.crossfade.Conversion;

      /** JSON as objects, by Jackson with the modules that the class path has. */
      final class JacksonConversions {
        /** What a class does not know would be lost at the next write: it fails instead. */
        private static final JsonMapper MAPPER =
            JsonMapper.builder()
                .findAndAddModules()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();

        private JacksonConversions() {}

        /** An object held as JSON text. */
        static <J> Conversion<J, String> of(Class<J> type) {
          return Conversion.of(
              type, String.class, JacksonConversions::write, text -> read(text, type));
        }

        private static String write(Object value) {
          try {
            return MAPPER.writeValueAsString(value);
          } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a " + value.getClass().getName() + " is no JSON", e);
          }
        }

        private static <J> J read(String text, Class<J> type) {
          try {
            return MAPPER.readValue(text, type);
          } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("JSON that is no " + type.getName(), e);
          }
        }
      }
      """;
}
