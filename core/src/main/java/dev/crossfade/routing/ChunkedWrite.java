package dev.crossfade.routing;

import dev.crossfade.PartlyWrittenException;
import dev.crossfade.Writes;
import dev.crossfade.rehearsal.WriteMethod;
import dev.crossfade.store.Chunk;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.write.WritePath;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method that writes a set of rows in chunks, each a unit of work of its own on whichever store
 * is primary then. Immutable.
 */
final class ChunkedWrite<T, K> {
  static final int MOST_ROWS = 10_000;

  private final EntityPair<T, K> pair;
  private final WriteMethod method;
  private final MethodPlan plan;
  private final Class<?> returned;
  private final int limit;

  ChunkedWrite(EntityPair<T, K> pair, Method method, WriteMethod write, MethodPlan plan) {
    this.pair = pair;
    this.method = write;
    this.plan = plan;
    this.returned = method.getReturnType();
    this.limit = method.getAnnotation(Writes.class).chunk();
  }

  static boolean isChunked(Method method) {
    Writes declared = method.getAnnotation(Writes.class);
    return declared != null && declared.chunk() != 0;
  }

  static void problems(String name, Method method, List<String> problems) {
    Writes declared = method.getAnnotation(Writes.class);
    if (declared == null || declared.chunk() == 0) {
      return;
    }
    if (declared.chunk() < 0 || declared.chunk() > MOST_ROWS) {
      problems.add(
          name
              + " has a chunk of "
              + declared.chunk()
              + " rows; it must be from 1 to "
              + MOST_ROWS);
    }
    Class<?> result = method.getReturnType();
    if (result != long.class && result != int.class && result != void.class) {
      problems.add(
          name
              + " is chunked and returns a "
              + result.getSimpleName()
              + ", of which many cannot be made one; return how many rows, as a long, or nothing");
    }
  }

  @Nullable Object call(WritePath writes, Object @Nullable [] arguments) throws Exception {
    long rows = 0;
    int chunks = 0;
    Chunk<K> chunk = new Chunk<>(pair.entity(), null, limit);
    while (true) {
      rows += done(writes, chunk, arguments, rows, chunks);
      if (!chunk.hasMore()) {
        return returned == void.class ? null : returned == int.class ? (Object) (int) rows : rows;
      }
      chunks++;
      chunk = new Chunk<>(pair.entity(), chunk.last(), limit);
    }
  }

  @SuppressWarnings("NullAway") // does not see that the type argument is nullable
  private long done(
      WritePath writes, Chunk<K> chunk, Object @Nullable [] arguments, long before, int chunks)
      throws Exception {
    try {
      Object result =
          writes.method(
              method.calling((side, given) -> chunk.within(side, () -> plan.call(side, given))),
              arguments);
      return result instanceof Number rows ? rows.longValue() : 0;
    } catch (Exception e) {
      throw chunks == 0 ? e : partly(e, chunk, before, chunks);
    }
  }

  private PartlyWrittenException partly(Exception e, Chunk<K> failed, long rows, int chunks) {
    K last = failed.after();
    return new PartlyWrittenException(
        method
            + " failed after "
            + chunks
            + " of its chunks ("
            + (returned == void.class ? "" : rows + " rows, ")
            + "up to key "
            + (last == null ? "" : pair.entity().keys().show(last))
            + "), which stay, in both stores; call it again for the rest, if what it has changed"
            + " does not meet its condition any more: "
            + e.getMessage(),
        e,
        rows);
  }
}
