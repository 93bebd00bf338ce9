package dev.crossfade.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the environment says. A variable is a misspelt key if it is near one or lies in a section of
 * ours; any other that begins with CROSSFADE_ may be somebody else's, and is only logged.
 */
final class Variables {
  private static final Logger log = LoggerFactory.getLogger(CrossfadeConfig.class);
  private static final String PREFIX = "CROSSFADE_";
  private static final int NEAR = 2;

  /** What Kubernetes sets for a service named crossfade or crossfade-…, and the test kit. */
  private static final Pattern SOMEBODY_ELSES =
      Pattern.compile(
          "CROSSFADE_(TEST_.*|(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_[0-9]+_.*))");

  private static final List<String> SECTIONS =
      List.of("CROSSFADE_LEGACY_", "CROSSFADE_TARGET_", "CROSSFADE_MIGRATIONS_");

  private final Tree tree;

  Variables(Tree tree) {
    this.tree = tree;
  }

  /**
   * Goes through the variables.
   *
   * @param chosen the names known for each section that has some; gets more
   */
  void check(Set<String> variables, Map<String, Set<String>> chosen, Problems problems) {
    for (String variable : variables) {
      if (variable.startsWith(PREFIX)
          && !variable.equals(CrossfadeConfig.PROFILE_VARIABLE)
          && !SOMEBODY_ELSES.matcher(variable).matches()
          && !isKnown(variable, chosen)) {
        unknown(variable, problems);
      }
    }
  }

  private boolean isKnown(String variable, Map<String, Set<String>> chosen) {
    boolean known = false;
    for (Key key : tree.keys()) {
      Matcher matcher = key.variable().matcher(variable);
      if (matcher.matches()) {
        known = true;
        if (key.isChosen()) {
          choose(matcher.group(1), chosen.get(Reading.section(key)));
        }
      }
    }
    return known;
  }

  /** A name that others have given, if it is written like this in the environment. */
  private static void choose(String inCapitals, @Nullable Set<String> names) {
    if (names != null
        && names.stream().noneMatch(name -> Key.variableOf(name).equals(inCapitals))) {
      names.add(inCapitals.toLowerCase(Locale.ROOT));
    }
  }

  private void unknown(String variable, Problems problems) {
    List<String> known = new ArrayList<>();
    tree.keys().forEach(key -> known.add(Key.variableOf(key.path())));
    String nearest = Nearest.of(variable, known);
    if (SECTIONS.stream().anyMatch(variable::startsWith)
        || Nearest.distance(variable, nearest) <= NEAR) {
      problems.add(
          "environment variable " + variable + " is no setting; the nearest is " + nearest);
    } else {
      log.warn(
          "Environment variable {} is no setting of Crossfade's; the nearest is {}.",
          variable,
          nearest);
    }
  }
}
