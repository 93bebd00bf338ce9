package dev.crossfade.examples.quickstart;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Per key of one table the digests of the rows that may be there: one, unless the outcome of a
 * write is unknown. Safe for use by many threads; a key is written by one at a time.
 */
final class Ledger {
  private static final long ABSENT = 0;

  private final String name;
  private final List<String> fields;
  private final Map<Object, long[]> rows = new ConcurrentHashMap<>();
  private final Set<Long> insertedPerhaps = ConcurrentHashMap.newKeySet();

  Ledger(String name, List<String> fields) {
    this.name = name;
    this.fields = fields;
  }

  String name() {
    return name;
  }

  List<String> fields() {
    return fields;
  }

  void holds(Canonical row) {
    rows.put(row.key(), new long[] {row.digest()});
  }

  void holdsNot(Object key) {
    rows.put(key, new long[] {ABSENT});
  }

  /** A key that is not a number is one that was never learned. */
  void mayHold(Canonical row) {
    if (rows.containsKey(row.key())) {
      add(row.key(), row.digest());
    } else {
      insertedPerhaps.add(row.digest());
    }
  }

  void mayNotHold(Object key) {
    add(key, ABSENT);
  }

  private void add(Object key, long digest) {
    rows.merge(
        key,
        new long[] {digest},
        (old, more) -> LongStream.concat(LongStream.of(old), LongStream.of(more)).toArray());
  }

  /** Whether a row that was read may be there. */
  boolean allows(Canonical row) {
    return allows(row.key(), row.digest()) || insertedPerhaps.contains(row.digest());
  }

  /** Whether a key may be without a row. */
  boolean allowsAbsence(Object key) {
    return allows(key, ABSENT);
  }

  private boolean allows(Object key, long digest) {
    long @Nullable [] allowed = rows.get(key);
    return allowed == null
        ? digest == ABSENT
        : LongStream.of(allowed).anyMatch(each -> each == digest);
  }

  /** All keys it has ever heard of. */
  Set<Object> keys() {
    return rows.keySet();
  }
}
