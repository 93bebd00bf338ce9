package dev.crossfade.mapping;

import dev.crossfade.mapping.ColumnDescription.Generation;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plans one column whose legacy column is known. Used once. */
final class ColumnPlanner {
  private static final int MILLIS_DIGITS = 3;

  private final ColumnRule rule;
  private final ColumnDescription target;
  private final ColumnDescription legacy;

  /** The other legacy column, where two hold one value. */
  private final @Nullable ColumnDescription second;

  private final Findings findings;
  private final TypeFamily family;
  private final String shown;

  /** Whether a field of documents feeds it. */
  private final boolean documents;

  ColumnPlanner(
      TableRule table,
      ColumnRule rule,
      ColumnDescription target,
      ColumnDescription legacy,
      @Nullable ColumnDescription second,
      Findings findings) {
    this.rule = rule;
    this.target = target;
    this.legacy = legacy;
    this.second = second;
    this.findings = findings;
    this.family = TypeFamily.of(target);
    this.shown = "column " + table.target() + "." + target.name();
    this.documents = table.collection() != null;
  }

  ColumnPlan plan() {
    LegacyForm form = form();
    checkAffinity(form, legacy);
    if (second != null) {
      checkAffinity(form, second);
    }
    checkValues(form);
    checkWidth(form);
    checkDefault();
    boolean made = isMade(target) && isMade(legacy) && (second == null || isMade(second));
    return new ColumnPlan(
        target.name(),
        legacy.name(),
        second == null ? null : second.name(),
        form,
        isUsual(form),
        made || target.nullable() || isNullable(),
        made,
        scale(form),
        unit(form),
        json(),
        rule.computed(),
        rule.redacted(),
        documents ? field() : null,
        null);
  }

  /** Two columns are null together. */
  private boolean isNullable() {
    return legacy.nullable() && (second == null || second.nullable());
  }

  private FieldPlan field() {
    List<String> names = new ArrayList<>(List.of(legacy.name()));
    names.addAll(rule.aliases());
    return new FieldPlan(names, rule.byDefault(), rule.rest());
  }

  /** What may hold a value of the target's type in the legacy store. */
  private List<NamedConversion> fitting() {
    return documents ? family.documentForms() : family.conversions();
  }

  /** Whether a store fills it where nothing is given. */
  private static boolean isMade(ColumnDescription column) {
    return column.defaulted() || column.generation() == Generation.KEY;
  }

  private LegacyForm form() {
    LegacyForm given = rule.form();
    List<NamedConversion> fitting = fitting();
    if (given != null && fitting.contains(given.conversion())) {
      return given;
    } else if (given != null) {
      findings.add(
          rule.place(),
          shown
              + ": "
              + given.conversion().label()
              + " makes no "
              + target.type()
              + (fitting.isEmpty() ? "" : "; for that there is " + labels(fitting)));
      return given;
    } else if (fitting.isEmpty()) {
      findings.add(
          rule.place(),
          shown
              + " is "
              + target.type()
              + (documents ? ", which no field is made to" : ", which no column of SQLite holds")
              + "; omit it");
      return LegacyForm.of(NamedConversion.TEXT);
    }
    return LegacyForm.of(fitting.get(0));
  }

  private static String labels(List<NamedConversion> conversions) {
    return String.join(", ", conversions.stream().map(NamedConversion::label).toList());
  }

  private void checkAffinity(LegacyForm form, ColumnDescription column) {
    if (documents) {
      return;
    }
    Affinity affinity = Affinity.of(column);
    if (!affinity.holds(form.conversion().storage())
        && family.conversions().contains(form.conversion())) {
      List<NamedConversion> others =
          family.conversions().stream().filter(each -> affinity.holds(each.storage())).toList();
      findings.add(
          rule.place(),
          shown
              + ": "
              + form.conversion().label()
              + " does not fit legacy column "
              + column.name()
              + ", which is "
              + column.type()
              + (others.isEmpty() ? "" : "; what fits is " + labels(others)));
    }
  }

  /** Words and zones that the target does not know. */
  private void checkValues(LegacyForm form) {
    if (family == TypeFamily.ENUM) {
      for (String literal : form.values().keySet()) {
        if (!target.literals().contains(literal)) {
          findings.add(
              rule.place(),
              shown
                  + ": "
                  + target.type()
                  + " has no literal "
                  + literal
                  + Findings.nearest(literal, target.literals()));
        }
      }
      checkLiterals(form);
    } else if (family == TypeFamily.TIMESTAMP && !TypeFamily.hasZone(target)) {
      checkMoment(form);
    }
  }

  /** What means a moment does not fit what a clock on some wall showed. */
  private void checkMoment(LegacyForm form) {
    boolean moment =
        switch (form.conversion()) {
          case EPOCH_SECONDS, EPOCH_MILLIS, EPOCH_REAL -> true;
          default -> !form.zone().equals(ZoneOffset.UTC);
        };
    if (moment) {
      findings.add(
          rule.place(),
          shown
              + " is "
              + target.type()
              + ", which knows no zone, and the legacy column holds moments; make the target"
              + " timestamptz"
              + (form.zone().equals(ZoneOffset.UTC) ? "" : ", or leave zone: out"));
    }
  }

  /** Two literals in one legacy form; and numbers leave no literal out. */
  private void checkLiterals(LegacyForm form) {
    if (form.conversion() == NamedConversion.ENUM_NUMBER) {
      List<String> missing =
          target.literals().stream().filter(each -> !form.values().containsKey(each)).toList();
      if (!missing.isEmpty()) {
        findings.add(rule.place(), shown + ": enum-number has no number for " + missing);
      }
    } else {
      for (String literal : target.literals()) {
        if (!form.values().containsKey(literal) && form.values().containsValue(literal)) {
          findings.add(
              rule.place(),
              shown
                  + ": '"
                  + literal
                  + "' stands for two values, for it is a literal of its own; name what it is"
                  + " there");
        }
      }
    }
  }

  private boolean isUsual(LegacyForm form) {
    return !fitting().isEmpty()
        && form.equals(LegacyForm.of(fitting().get(0)))
        && family != TypeFamily.TEXT_ARRAY
        && family != TypeFamily.SCALAR_ARRAY;
  }

  /** Four bytes would cut what eight hold, and both stores would agree on what is left. */
  private void checkWidth(LegacyForm form) {
    boolean narrow = target.type().equals("real") || target.type().equals("float4");
    boolean eight =
        form.conversion() == NamedConversion.REAL || form.conversion() == NamedConversion.BSON;
    if (narrow && eight && rule.scale() == null) {
      findings.add(
          rule.place(),
          shown
              + " is real, 4 bytes, and "
              + (documents ? "MongoDB's double" : "SQLite's REAL")
              + " has 8: digits would be lost; make it double"
              + " precision, or say with scale: how many decimal places count");
    }
  }

  private void checkDefault() {
    String text = rule.byDefault();
    if (documents && text != null && !rule.rest() && !DefaultText.isA(target, text)) {
      findings.add(rule.place(), shown + ": default '" + text + "' is no " + target.type());
    }
  }

  private @Nullable Integer scale(LegacyForm form) {
    Integer scale = rule.scale();
    boolean decimal = family == TypeFamily.NUMERIC || family == TypeFamily.FLOAT;
    if (scale == null) {
      if (form.conversion() == NamedConversion.SCALED_INTEGER) {
        return form.scale();
      }
      return family == TypeFamily.NUMERIC && target.scale() >= 0 ? target.scale() : null;
    } else if (!decimal) {
      findings.add(
          rule.place(),
          shown + " is " + target.type() + ", which has no decimal places; no scale:");
    } else if (target.scale() >= 0 && scale > target.scale()) {
      findings.add(
          rule.place(),
          shown
              + ": scale is "
              + scale
              + ", but the target holds "
              + target.scale()
              + " decimal places");
    }
    return scale;
  }

  private @Nullable ChronoUnit unit(LegacyForm form) {
    if (rule.unit() != null && family != TypeFamily.TIMESTAMP && family != TypeFamily.TIME) {
      findings.add(rule.place(), shown + " is " + target.type() + ", which is no time; no unit:");
      return null;
    }
    boolean date = family == TypeFamily.TIMESTAMP && form.conversion() == NamedConversion.BSON;
    ChronoUnit held = date ? ChronoUnit.MILLIS : ofForm(form); // a Date has milliseconds
    ChronoUnit coarsest =
        Stream.of(rule.unit() == null ? ChronoUnit.MICROS : rule.unit(), held, ofTarget())
            .max(Comparator.comparing(ChronoUnit::getDuration))
            .orElseThrow();
    return coarsest == ChronoUnit.MICROS ? null : coarsest;
  }

  private static ChronoUnit ofForm(LegacyForm form) {
    ChronoUnit unit =
        switch (form.conversion()) {
          case EPOCH_SECONDS -> ChronoUnit.SECONDS;
          case EPOCH_MILLIS, EPOCH_REAL -> ChronoUnit.MILLIS;
          case TIMESTAMP_TEXT ->
              form.pattern() == null ? ChronoUnit.MICROS : TimePattern.unit(form.pattern());
          case DATE_AND_TIME ->
              form.timePattern() == null
                  ? ChronoUnit.MICROS
                  : TimePattern.timeUnit(form.timePattern());
          default -> ChronoUnit.MICROS;
        };
    return unit == ChronoUnit.NANOS ? ChronoUnit.MICROS : unit;
  }

  private ChronoUnit ofTarget() {
    boolean limited =
        (family == TypeFamily.TIMESTAMP || family == TypeFamily.TIME) && target.precision() >= 0;
    if (!limited || target.precision() > MILLIS_DIGITS) {
      return ChronoUnit.MICROS;
    }
    return target.precision() == MILLIS_DIGITS ? ChronoUnit.MILLIS : ChronoUnit.SECONDS;
  }

  private @Nullable String json() {
    if (family == TypeFamily.JSON) {
      return rule.json() == null ? "text" : rule.json();
    } else if (rule.json() != null) {
      findings.add(rule.place(), shown + " is " + target.type() + ", which is no JSON; no json:");
    }
    return null;
  }
}
