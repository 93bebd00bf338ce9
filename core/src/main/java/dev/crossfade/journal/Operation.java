package dev.crossfade.journal;

import dev.crossfade.stage.StageView;
import dev.crossfade.store.Mark;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * One pass through the four steps, and the entries that belong to it. It knows the ids it has given
 * out until {@link #end}; what the journal then still holds of them is found by the sweep.
 *
 * <p>Belongs to one thread at a time.
 */
public final class Operation implements LongSupplier {
  private final Ownership ownership;
  private final UUID owner;
  private long first;
  private long[] more = {};
  private int count;

  Operation(Ownership ownership, UUID owner) {
    this.ownership = ownership;
    this.owner = owner;
  }

  /** The incarnation it runs under. */
  public UUID owner() {
    return owner;
  }

  /** What its writes leave in the journal in this stage. */
  public Mark mark(String migration, StageView view) {
    Mark.Kind kind =
        view.stage().writesBoth()
            ? Mark.Kind.ENTRY
            : view.stage().remembersKeys() ? Mark.Kind.REMEMBERED : Mark.Kind.NOTHING;
    return new Mark(migration, view.epoch(), kind, owner, this);
  }

  /** What its copies leave in the journal. */
  public Mark copyMark(String migration, StageView view) {
    return new Mark(migration, view.epoch(), Mark.Kind.ENTRY, owner, this);
  }

  /** A new id, registered before anybody else sees it. */
  @Override
  public long getAsLong() {
    long id = ownership.register();
    if (count == 0) {
      first = id;
    } else {
      more = count - 1 == more.length ? Arrays.copyOf(more, Math.max(8, more.length * 2)) : more;
      more[count - 1] = id;
    }
    count++;
    return id;
  }

  /** Its entries are finished, or are nobody's any more: an entry still open is a forgotten one. */
  public void end() {
    if (count > 0) {
      ownership.forget(first);
    }
    for (int i = 0; i < count - 1; i++) {
      ownership.forget(more[i]);
    }
    count = 0;
  }
}
