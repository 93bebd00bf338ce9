package dev.crossfade.copy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Stage.Side;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.ControlTable.Evidence;
import dev.crossfade.wiring.Crossing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a backfill has come, kept in the primary as evidence of its own, so that the next run
 * goes on from there. What it says was copied was copied and finished; what was copied beyond it is
 * copied again, and counted once.
 *
 * <p>It holds for one epoch and one run of either store: in another epoch writes may have gone
 * elsewhere, and a store that was restored has forgotten.
 *
 * <p>Safe for use by many threads.
 */
final class BackfillPosition {
  private static final Logger log = LoggerFactory.getLogger(BackfillPosition.class);
  private static final String NAME = "backfill position";
  private static final String FORM = "1";
  private static final HexFormat HEX = HexFormat.of();

  private final Crossing crossing;
  private final ControlTable control;
  private final long epoch;
  private final String runs;

  /** Guards what follows; held for nothing else. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, EntityPosition> entities = new LinkedHashMap<>();

  /** One save at a time, so that the last one says most; held over it. */
  private final ReentrantLock saving = new ReentrantLock();

  /** Of an entity. Guarded by {@link BackfillPosition#lock}. */
  private static final class EntityPosition {
    final List<Range> ranges = new ArrayList<>();
    long rows;
    long refused;

    boolean isDone() {
      return !ranges.isEmpty() && ranges.stream().allMatch(range -> range.done);
    }
  }

  /**
   * A range of keys, in canonical form. What changes is guarded by {@link BackfillPosition#lock}.
   */
  static final class Range {
    private final byte @Nullable [] after;
    private final byte @Nullable [] to;
    private byte @Nullable [] at;
    private boolean done;

    /**
     * @param after the key it begins behind; null for the first
     * @param to its last key; null for no end
     */
    Range(byte @Nullable [] after, byte @Nullable [] to) {
      this.after = after;
      this.to = to;
      this.at = after;
    }

    /** Its last key; null for no end. */
    byte @Nullable [] to() {
      return to;
    }

    /** The last key that was copied, else the one it begins behind. */
    byte @Nullable [] at() {
      return at;
    }
  }

  /** How many rows of an entity were copied, and how many refused. */
  record Count(long rows, long refused) {}

  private BackfillPosition(Crossing crossing, Side primary, long epoch, String runs) {
    this.crossing = crossing;
    this.control = crossing.store(primary).control();
    this.epoch = epoch;
    this.runs = runs;
  }

  /** What was saved, if it still holds; else the beginning. */
  static BackfillPosition saved(Crossing crossing, Side primary, long epoch, String runs) {
    BackfillPosition position = new BackfillPosition(crossing, primary, epoch, runs);
    Evidence evidence = position.control.evidence(crossing.name()).get(NAME);
    if (evidence != null) {
      position.read(evidence.detail());
    }
    return position;
  }

  /** Forgets all, in the store, too. */
  void clear() {
    lock.lock();
    try {
      entities.clear();
    } finally {
      lock.unlock();
    }
    saving.lock();
    try {
      control.recordEvidence(crossing.name(), NAME, "");
    } finally {
      saving.unlock();
    }
  }

  /** What was counted of an entity. */
  Count count(String entity) {
    lock.lock();
    try {
      EntityPosition known = entities.get(entity);
      return known == null ? new Count(0, 0) : new Count(known.rows, known.refused);
    } finally {
      lock.unlock();
    }
  }

  /** The ranges of an entity that are not done; null if it was not divided yet. */
  @Nullable List<Range> open(String entity) {
    lock.lock();
    try {
      EntityPosition known = entities.get(entity);
      return known == null ? null : known.ranges.stream().filter(range -> !range.done).toList();
    } finally {
      lock.unlock();
    }
  }

  /** An entity is divided into these ranges. */
  void divided(String entity, List<Range> ranges) {
    lock.lock();
    try {
      EntityPosition fresh = new EntityPosition();
      fresh.ranges.addAll(ranges);
      entities.put(entity, fresh);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A chunk of a range is finished: notes it and saves all. A save that fails is made good by the
   * next one.
   *
   * @param to the last key of the chunk; null if the range is done
   */
  void copied(String entity, Range range, byte @Nullable [] to, CopyResult result) {
    lock.lock();
    try {
      EntityPosition known = entities.get(entity);
      if (known != null) {
        known.rows += result.rows();
        known.refused += result.refused();
        range.at = to == null ? range.at : to;
        range.done = to == null;
      }
    } finally {
      lock.unlock();
    }
    save();
  }

  private void save() {
    saving.lock();
    try {
      control.recordEvidence(crossing.name(), NAME, text());
    } catch (CrossfadeException e) {
      log.debug("the position of the backfill of '{}' is not saved", crossing.name(), e);
    } finally {
      saving.unlock();
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder(FORM).append(' ').append(epoch).append(' ');
    text.append(HEX.formatHex(runs.getBytes(StandardCharsets.UTF_8))).append('\n');
    lock.lock();
    try {
      entities.forEach((name, entity) -> write(text, name, entity));
    } finally {
      lock.unlock();
    }
    return text.toString();
  }

  private static void write(StringBuilder text, String name, EntityPosition entity) {
    text.append("entity ").append(HEX.formatHex(name.getBytes(StandardCharsets.UTF_8)));
    text.append(' ').append(entity.rows).append(' ').append(entity.refused).append('\n');
    if (entity.isDone()) {
      text.append("range - - - true\n"); // how it was divided matters no more
      return;
    }
    for (Range range : entity.ranges) {
      text.append("range ").append(key(range.after)).append(' ').append(key(range.to));
      text.append(' ').append(key(range.at)).append(' ').append(range.done).append('\n');
    }
  }

  private void read(String text) {
    Scanner in = new Scanner(text);
    String expected = HEX.formatHex(runs.getBytes(StandardCharsets.UTF_8));
    if (!in.hasNext()
        || !in.next().equals(FORM)
        || in.nextLong() != epoch
        || !in.next().equals(expected)) {
      return;
    }
    EntityPosition entity = new EntityPosition();
    while (in.hasNext()) {
      if (in.next().equals("entity")) {
        entity = new EntityPosition();
        entities.put(new String(HEX.parseHex(in.next()), StandardCharsets.UTF_8), entity);
        entity.rows = in.nextLong();
        entity.refused = in.nextLong();
      } else {
        Range range = new Range(key(in.next()), key(in.next()));
        range.at = key(in.next());
        range.done = in.nextBoolean();
        entity.ranges.add(range);
      }
    }
  }

  /** Null is told from the empty key. */
  private static String key(byte @Nullable [] key) {
    return key == null ? "-" : 'x' + HEX.formatHex(key);
  }

  private static byte @Nullable [] key(String text) {
    return text.equals("-") ? null : HEX.parseHex(text, 1, text.length());
  }
}
