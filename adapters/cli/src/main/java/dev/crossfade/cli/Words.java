package dev.crossfade.cli;

import dev.crossfade.Gate;
import dev.crossfade.Stage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;

/** Names and numbers as they are typed and shown. */
final class Words {
  private static final long KIBI = 1024;

  private Words() {}

  static Stage stage(String text) {
    String wanted = text.toLowerCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(Stage.values())
        .filter(stage -> stage.id().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "there is no stage "
                        + text
                        + "; stages are "
                        + Arrays.stream(Stage.values())
                            .map(Stage::id)
                            .collect(Collectors.joining(", "))));
  }

  static Gate gate(String text) {
    return Arrays.stream(Gate.values())
        .filter(gate -> gate.id().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "there is no gate "
                        + text
                        + "; gates are "
                        + Arrays.stream(Gate.values())
                            .map(Gate::id)
                            .collect(Collectors.joining(", "))));
  }

  /** {@code 1.2 MB}. */
  static String bytes(long bytes) {
    if (bytes < 0) {
      return "?";
    } else if (bytes < KIBI) {
      return bytes + " B";
    } else if (bytes < KIBI * KIBI) {
      return String.format(Locale.ROOT, "%.1f kB", (double) bytes / KIBI);
    } else if (bytes < KIBI * KIBI * KIBI) {
      return String.format(Locale.ROOT, "%.1f MB", (double) bytes / KIBI / KIBI);
    }
    return String.format(Locale.ROOT, "%.1f GB", (double) bytes / KIBI / KIBI / KIBI);
  }

  /** {@code 1.5 s}, {@code 3 min 20 s}. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 100) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    } else if (seconds < 7200) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }

  /** {@code 1 row}, {@code 2 rows}. */
  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
