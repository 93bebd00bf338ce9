package dev.crossfade.copy;

import dev.crossfade.Component;
import dev.crossfade.RowEncoding;
import dev.crossfade.Stage.Side;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.EntityPair;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a verification has come, as it is kept in the primary, with what it depends on.
 * Immutable.
 *
 * @param epoch in which it began
 * @param mode how it compares
 * @param mapping a hash of all that says how rows are read and compared
 * @param runs the runs of both stores it looks at
 * @param began when it began, by the primary's clock
 * @param entities how far it is, by entity; none is missing that it has begun with
 */
record VerificationPosition(
    long epoch,
    String mode,
    String mapping,
    String runs,
    Instant began,
    Map<String, Done> entities) {
  private static final String VERSION = "1";
  private static final String LINE = "\n";
  private static final HexFormat HEX = HexFormat.of();
  private static final int HEAD = 6;
  private static final int FIELDS = 9;

  VerificationPosition {
    entities = Map.copyOf(entities);
  }

  /**
   * One entity.
   *
   * @param upTo the canonical form of the key up to which all is done; null for none, or all
   * @param ended whether all is done
   * @param unlisted rows that differ beside those of {@code keys}
   * @param millis how long it took
   * @param keys of rows that differed, in canonical form
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as records
  record Done(
      byte @Nullable [] upTo,
      boolean ended,
      long rows,
      long known,
      long unsettled,
      long unlisted,
      long millis,
      List<byte[]> keys) {}

  /** Whether it is about the same thing. */
  boolean isOf(VerificationPosition other) {
    return epoch == other.epoch
        && mode.equals(other.mode)
        && mapping.equals(other.mapping)
        && runs.equals(other.runs);
  }

  /** In words; two mappings that read or compare otherwise have others. */
  static String mapping(Crossing crossing) {
    StringBuilder words = new StringBuilder();
    for (EntityPair<?, ?> pair : crossing.pairs()) {
      words.append(pair.entity().name()).append(' ').append(pair.entity().type().getName());
      for (Component component : pair.entity().components()) {
        words
            .append(LINE)
            .append(component.name())
            .append(' ')
            .append(component.type().getName())
            .append(' ')
            .append(component.comparison())
            .append(component.isComputedByTarget() ? " computed" : "");
      }
      for (Side side : Side.values()) {
        words.append(LINE).append(pair.on(side).shape());
      }
      words.append(LINE);
    }
    MessageDigest digest = RowEncoding.digest();
    return HEX.formatHex(digest.digest(words.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** As it is kept: a line for each of its parts, then one for each entity. */
  String text() {
    StringBuilder text =
        new StringBuilder(String.join(LINE, VERSION, Long.toString(epoch), mode, mapping, runs));
    text.append(LINE).append(began.toEpochMilli());
    entities.forEach((name, done) -> text.append(LINE).append(line(name, done)));
    return text.toString();
  }

  private static String line(String name, Done done) {
    byte[] upTo = done.upTo;
    return String.join(
        " ",
        upTo == null ? "-" : "=" + HEX.formatHex(upTo),
        done.ended ? "ended" : "open",
        Long.toString(done.rows),
        Long.toString(done.known),
        Long.toString(done.unsettled),
        Long.toString(done.unlisted),
        Long.toString(done.millis),
        "=" + String.join(",", done.keys.stream().map(key -> "=" + HEX.formatHex(key)).toList()),
        name);
  }

  /** What was kept; null if it is none, or one of another version of the library. */
  static @Nullable VerificationPosition parse(String text) {
    List<String> lines = List.of(text.split(LINE, -1));
    if (lines.size() <= HEAD || !lines.get(0).equals(VERSION)) {
      return null;
    }
    try {
      Map<String, Done> entities = new LinkedHashMap<>();
      for (String line : lines.subList(HEAD + 1, lines.size())) {
        String[] fields = line.split(" ", FIELDS);
        entities.put(fields[FIELDS - 1], done(fields));
      }
      return new VerificationPosition(
          Long.parseLong(lines.get(1)),
          lines.get(2),
          lines.get(3),
          lines.get(4) + LINE + lines.get(5),
          Instant.ofEpochMilli(Long.parseLong(lines.get(6))),
          entities);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
      return null;
    }
  }

  private static Done done(String[] fields) {
    List<byte[]> keys = new ArrayList<>();
    for (String key : fields[7].substring(1).split(",", -1)) {
      if (!key.isEmpty()) {
        keys.add(HEX.parseHex(key.substring(1)));
      }
    }
    return new Done(
        fields[0].equals("-") ? null : HEX.parseHex(fields[0].substring(1)),
        fields[1].equals("ended"),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[4]),
        Long.parseLong(fields[5]),
        Long.parseLong(fields[6]),
        keys);
  }
}
