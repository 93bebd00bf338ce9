package dev.crossfade.mapping;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads the long form of a column. Used once. */
final class ColumnReader {
  private static final Set<String> ALWAYS =
      Set.of("from", "convert", "scale", "unit", "json", "computed", "omit", "redacted", "by");
  private static final Set<String> OF_FIELDS = Set.of("aliases", "default", "rest");
  private static final List<ChronoUnit> UNITS =
      List.of(
          ChronoUnit.MICROS,
          ChronoUnit.MILLIS,
          ChronoUnit.SECONDS,
          ChronoUnit.MINUTES,
          ChronoUnit.HOURS,
          ChronoUnit.DAYS);
  private static final Pattern JSON =
      Pattern.compile("text|tree|[\\p{Alpha}_][\\w]*(\\.[\\p{Alpha}_][\\w]*)+");
  private static final int MOST_DIGITS = 18;

  private final String column;
  private final String shown;
  private final YamlSection section;
  private final Findings findings;
  private final boolean documents;

  /**
   * A reader of one column.
   *
   * @param documents whether its table comes from a collection
   */
  ColumnReader(
      String column, String shown, YamlSection section, Findings findings, boolean documents) {
    this.documents = documents;
    this.column = column;
    this.shown = shown;
    this.section = section;
    this.findings = findings;
  }

  ColumnRule read() {
    Integer scale = scale();
    LegacyForm form = form(scale);
    boolean omit = section.yes("omit");
    if (omit && section.entries().size() > 1) {
      findings.add(
          section.place("omit"), shown + " is omitted; what else is said of it means nothing");
    }
    List<String> from = from();
    boolean two = form != null && form.conversion() == NamedConversion.DATE_AND_TIME;
    return new ColumnRule(
        column,
        from.isEmpty() ? null : from.get(0),
        two && from.size() == 2 ? from.get(1) : null,
        form,
        scale,
        unit(),
        json(),
        section.yes("computed"),
        omit,
        section.yes("redacted"),
        section.names("aliases").stream().map(TableRule.Named::name).toList(),
        section.text("default"),
        section.yes("rest"),
        section.text("by"),
        section.place());
  }

  /** One legacy column, or the two of a date and a time of day. */
  private List<String> from() {
    List<String> names = section.names("from").stream().map(TableRule.Named::name).toList();
    boolean two = NamedConversion.DATE_AND_TIME.label().equals(section.text("convert"));
    if (two && !documents && names.size() != 2) {
      findings.add(
          section.place(section.entry("from") == null ? "convert" : "from"),
          shown + ": date-and-time needs two columns, the date first: from: [TradeDay, TradeTime]");
    } else if (!two && isList("from")) {
      findings.add(
          section.place("from"),
          shown + ": from: names one column; a list of two belongs to date-and-time");
    }
    return names;
  }

  private boolean isList(String key) {
    YamlSection.Entry entry = section.entry(key);
    return entry != null && entry.value() instanceof SequenceNode;
  }

  private @Nullable LegacyForm form(@Nullable Integer scale) {
    NamedConversion conversion = conversion();
    Set<String> parameters = conversion == null ? Set.of() : conversion.parameters();
    Set<String> allowed = new HashSet<>(ALWAYS);
    allowed.addAll(parameters);
    if (documents) {
      allowed.addAll(OF_FIELDS);
    }
    for (YamlSection.Entry entry : section.entries()) {
      if (!allowed.contains(entry.key())) {
        misplaced(entry, conversion, allowed);
      }
    }
    if (conversion == null) {
      return null;
    } else if (documents && conversion == NamedConversion.DATE_AND_TIME) {
      findings.add(
          section.place("convert"),
          shown
              + ": date-and-time belongs to tables, not to collections of MongoDB; a column comes"
              + " from one field there");
      return null;
    }
    requireAll(conversion);
    return new LegacyForm(
        conversion,
        conversion == NamedConversion.DATE_AND_TIME
            ? part("date-pattern", pattern -> TimePattern.problem(pattern, true))
            : pattern(conversion),
        part("time-pattern", TimePattern::timeProblem),
        zone(),
        values(conversion),
        separator(),
        conversion == NamedConversion.SCALED_INTEGER && scale != null ? scale : 0);
  }

  private void misplaced(
      YamlSection.Entry entry, @Nullable NamedConversion conversion, Set<String> allowed) {
    List<String> where =
        NamedConversion.all().stream()
            .filter(each -> each.parameters().contains(entry.key()))
            .map(NamedConversion::label)
            .toList();
    if (OF_FIELDS.contains(entry.key())) {
      findings.add(
          entry.place(),
          shown + ": " + entry.key() + " belongs to tables that come from a collection of MongoDB");
    } else if (where.isEmpty()) {
      findings.add(
          entry.place(),
          shown + " has no key '" + entry.key() + "'" + Findings.nearest(entry.key(), allowed));
    } else {
      findings.add(
          entry.place(),
          shown
              + ": "
              + entry.key()
              + " belongs to "
              + String.join(", ", where)
              + (conversion == null
                  ? "; name the conversion with convert:"
                  : ", not to " + conversion.label()));
    }
  }

  private @Nullable NamedConversion conversion() {
    String name = section.text("convert");
    if (name == null) {
      return null;
    }
    NamedConversion conversion = NamedConversion.find(name);
    if (conversion == null) {
      List<String> all = NamedConversion.all().stream().map(NamedConversion::label).toList();
      findings.add(
          section.place("convert"),
          shown + ": '" + name + "' is no conversion" + Findings.nearest(name, all));
    }
    return conversion;
  }

  private void requireAll(NamedConversion conversion) {
    for (String parameter : conversion.required()) {
      if (section.entry(parameter) == null) {
        findings.add(
            section.place("convert"),
            shown + ": " + conversion.label() + " needs " + conversion.example(parameter));
      }
    }
  }

  private @Nullable String pattern(NamedConversion conversion) {
    String pattern = section.text("pattern");
    if (pattern != null) {
      String problem = TimePattern.problem(pattern, conversion == NamedConversion.DATE_TEXT);
      if (problem != null) {
        findings.add(section.place("pattern"), shown + ": pattern '" + pattern + "' " + problem);
      }
    }
    return pattern;
  }

  private @Nullable String part(String key, Function<String, @Nullable String> problemOf) {
    String pattern = section.text(key);
    String problem = pattern == null ? null : problemOf.apply(pattern);
    if (problem != null) {
      findings.add(section.place(key), shown + ": " + key + " '" + pattern + "' " + problem);
    }
    return pattern;
  }

  private ZoneId zone() {
    String zone = section.text("zone");
    if (zone == null) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(zone);
    } catch (DateTimeException e) {
      findings.add(
          section.place("zone"),
          shown + ": '" + zone + "' is no time zone" + Findings.nearest(zone, zones()));
      return ZoneOffset.UTC;
    }
  }

  private static Set<String> zones() {
    return ZoneId.getAvailableZoneIds();
  }

  /** The words of a boolean stand beside it, those of an enum in a section of their own. */
  private Map<String, String> values(NamedConversion conversion) {
    Map<String, String> values = new LinkedHashMap<>();
    if (conversion == NamedConversion.BOOLEAN_TEXT) {
      for (String truth : List.of("true", "false")) {
        String word = section.text(truth);
        values.put(truth, word == null ? truth : word);
      }
    }
    YamlSection named = section.section("values");
    if (named != null) {
      named.entries().forEach(e -> named.text(e).ifPresent(text -> values.put(e.key(), text)));
    }
    checkDistinct(values, named == null ? section : named);
    if (conversion == NamedConversion.ENUM_NUMBER && named != null) {
      checkNumbers(values, named);
    }
    return values;
  }

  private void checkDistinct(Map<String, String> values, YamlSection where) {
    Set<String> seen = new HashSet<>();
    values.forEach(
        (target, legacy) -> {
          if (!seen.add(legacy)) {
            findings.add(
                where.place(target),
                shown + ": '" + legacy + "' stands for two values; tell them" + " apart");
          }
        });
  }

  private void checkNumbers(Map<String, String> values, YamlSection where) {
    values.forEach(
        (target, legacy) -> {
          if (!legacy.matches("-?[0-9]{1,18}")) {
            findings.add(
                where.place(target),
                shown + ": '" + legacy + "' for " + target + " is no whole number");
          }
        });
  }

  private String separator() {
    String separator = section.text("separator");
    return separator == null ? "," : separator;
  }

  private @Nullable Integer scale() {
    String scale = section.text("scale");
    if (scale == null) {
      return null;
    }
    if (!scale.matches("[0-9]{1,2}") || Integer.parseInt(scale) > MOST_DIGITS) {
      findings.add(
          section.place("scale"),
          shown + ": scale is a number of decimal places from 0 to 18, not '" + scale + "'");
      return null;
    }
    return Integer.valueOf(scale);
  }

  private @Nullable ChronoUnit unit() {
    String unit = section.text("unit");
    if (unit == null) {
      return null;
    }
    for (ChronoUnit each : UNITS) {
      if (each.name().toLowerCase(Locale.ROOT).equals(unit)) {
        return each;
      }
    }
    findings.add(
        section.place("unit"),
        shown
            + ": '"
            + unit
            + "' is no unit; there are micros, millis, seconds, minutes, hours and days");
    return null;
  }

  private @Nullable String json() {
    String json = section.text("json");
    if (json != null && !JSON.matcher(json).matches()) {
      findings.add(
          section.place("json"),
          shown
              + ": json is text, tree, or the full name of a class like com.example.Metrics, not '"
              + json
              + "'");
    }
    return json;
  }
}
