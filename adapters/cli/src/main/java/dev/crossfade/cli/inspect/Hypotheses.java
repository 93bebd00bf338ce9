package dev.crossfade.cli.inspect;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a column's values may look like. Where two fit, the one that says more stands first. */
final class Hypotheses {
  /** 1990 to 2100. */
  private static final long LEAST_SECOND = 631_152_000L;

  private static final long MOST_SECOND = 4_102_444_800L;
  private static final long MILLIS = 1_000;
  private static final int MONEY_DECIMALS = 4;
  private static final int UUID_BYTES = 16;

  /** In words of the name: {@code created_at}, {@code lastUpdated}. */
  private static final Set<String> TIME_WORDS =
      Set.of(
          ("at on date datetime time timestamp ts created updated modified deleted expires expired"
                  + " seen since until start end started ended epoch born login")
              .split(" "));

  private static final Set<String> MONEY_WORDS =
      Set.of(
          ("price amount total cost balance fee fees usd eur gbp tax salary payment revenue profit"
                  + " discount deposit credit debit liquidity pnl cash equity budget wage")
              .split(" "));

  private static final Set<String> UUID_WORDS = Set.of("uuid", "guid");
  private static final List<String> BOOLEANS =
      List.of(
          "true/false",
          "t/f",
          "yes/no",
          "y/n",
          "TRUE/FALSE",
          "True/False",
          "T/F",
          "YES/NO",
          "Yes/No",
          "Y/N",
          "on/off",
          "ON/OFF");
  private static final List<String> TIMESTAMPS =
      List.of(
          "yyyy-MM-dd HH:mm:ss",
          "yyyy-MM-dd HH:mm:ss.SSS",
          "yyyy-MM-dd HH:mm:ss.SSSSSS",
          "yyyy-MM-dd'T'HH:mm:ss",
          "yyyy-MM-dd'T'HH:mm:ss.SSS",
          "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
          "yyyy-MM-dd'T'HH:mm:ss'Z'",
          "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
          "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'",
          "yyyy-MM-dd HH:mm",
          "yyyy/MM/dd HH:mm:ss",
          "dd.MM.yyyy HH:mm:ss",
          "dd.MM.yyyy HH:mm");
  private static final List<String> DATES =
      List.of("dd.MM.yyyy", "yyyy/MM/dd", "yyyyMMdd", "MM/dd/yyyy", "dd/MM/yyyy");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+([.]\\d+)?");
  private static final Pattern ISO =
      Pattern.compile(
          "\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(:\\d{2}([.]\\d{1,9})?)?"
              + " ?(Z|[+-]\\d{2}(:?\\d{2})?)?");
  private static final Pattern ZONE =
      Pattern.compile(":\\d{2}([.]\\d+)? ?(Z|[+-]\\d{2}(:?\\d{2})?)$");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Hypotheses() {}

  /** All there are for a column of that name. */
  static List<Hypothesis> of(String column) {
    List<String> words = words(column);
    List<Hypothesis> all = new ArrayList<>();
    all.add(new Hypothesis(Likeness.BOOLEAN_NUMBER, "", Hypotheses::isTruth));
    texts(all);
    if (words.stream().anyMatch(TIME_WORDS::contains)) {
      all.add(epoch(Likeness.EPOCH_SECONDS, Long.class, 1));
      all.add(epoch(Likeness.EPOCH_MILLIS, Long.class, MILLIS));
      all.add(epoch(Likeness.EPOCH_REAL, Double.class, 1));
    }
    if (words.stream().anyMatch(MONEY_WORDS::contains)) {
      all.add(new Hypothesis(Likeness.MONEY, "", Hypotheses::isMoney));
    }
    if (words.stream().anyMatch(UUID_WORDS::contains)) {
      all.add(
          new Hypothesis(
              Likeness.UUID_BLOB,
              "",
              value -> value instanceof byte[] bytes && bytes.length == UUID_BYTES));
    }
    return all;
  }

  private static void texts(List<Hypothesis> all) {
    for (String pair : BOOLEANS) {
      Set<String> two = Set.of(pair.split("/"));
      all.add(text(Likeness.BOOLEAN_TEXT, pair, two::contains));
    }
    for (String pattern : TIMESTAMPS) {
      all.add(text(Likeness.TIMESTAMP_TEXT, pattern, of(pattern, LocalDateTime::from)));
    }
    all.add(text(Likeness.ISO_TIMESTAMP, "", Hypotheses::isIsoTimestamp));
    all.add(
        text(
            Likeness.ZONED_TIMESTAMP,
            "",
            text -> ZONE.matcher(text).find() && isIsoTimestamp(text)));
    all.add(text(Likeness.ISO_DATE, "", of("yyyy-MM-dd", LocalDate::from)));
    for (String pattern : DATES) {
      all.add(text(Likeness.DATE_TEXT, pattern, of(pattern, LocalDate::from)));
    }
    all.add(text(Likeness.ISO_TIME, "", of("HH:mm:ss", LocalTime::from)));
    all.add(text(Likeness.UUID_TEXT, "", text -> UUID.matcher(text).matches()));
    all.add(text(Likeness.JSON, "", Hypotheses::isJson));
    all.add(text(Likeness.DECIMAL_TEXT, "", text -> NUMBER.matcher(text).matches()));
  }

  private static Hypothesis text(Likeness likeness, String pattern, Predicate<String> fits) {
    return new Hypothesis(
        likeness, pattern, value -> value instanceof String text && fits.test(text));
  }

  /** Only what is written as it was read: nothing is lost on the way there and back. */
  private static Predicate<String> of(String pattern, TemporalQuery<?> type) {
    DateTimeFormatter format = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    int least = pattern.replace("'", "").length();
    return text -> {
      if (text.length() != least) {
        return false;
      }
      try {
        Object read = format.parse(text, type);
        return format.format((TemporalAccessor) read).equals(text);
      } catch (DateTimeException e) {
        return false;
      }
    };
  }

  private static boolean isIsoTimestamp(String text) {
    if (!ISO.matcher(text).matches()) {
      return false;
    }
    try {
      LocalDateTime.parse(text.substring(0, Math.min(text.length(), 16)).replace(' ', 'T'));
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean isJson(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("{") && !stripped.startsWith("[")) {
      return false;
    }
    try {
      JSON.readTree(stripped);
      return !stripped.contains("\\u0000"); // jsonb refuses it
    } catch (JacksonException e) {
      return false;
    }
  }

  private static boolean isTruth(Object value) {
    return value instanceof Long number && (number == 0 || number == 1);
  }

  private static Hypothesis epoch(Likeness likeness, Class<? extends Number> type, long unit) {
    return new Hypothesis(
        likeness,
        "",
        value ->
            type.isInstance(value)
                && ((Number) value).doubleValue() >= LEAST_SECOND * unit
                && ((Number) value).doubleValue() <= MOST_SECOND * unit);
  }

  private static boolean isMoney(Object value) {
    if (value instanceof Long) {
      return true;
    } else if (value instanceof Double real) {
      return Double.isFinite(real) && BigDecimal.valueOf(real).scale() <= MONEY_DECIMALS;
    }
    return value instanceof String text
        && NUMBER.matcher(text).matches()
        && new BigDecimal(text).scale() <= MONEY_DECIMALS;
  }

  /** {@code lastUpdated_at} is last, updated, at. */
  static List<String> words(String name) {
    return List.of(
        name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT).split("[^a-z0-9]+"));
  }
}
