package dev.crossfade.sqlite;

import dev.crossfade.jooq.Session;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A task that the writer's thread does without its caller. */
final class Job<R extends @Nullable Object> extends Task {
  private final Session.Work<R> work;
  private volatile @Nullable R result;

  Job(Session.Work<R> work, boolean durable) {
    super(durable);
    this.work = work;
  }

  @Override
  void work(Session session) throws SQLException {
    result = work.run(session);
  }

  @SuppressWarnings("NullAway") // null only where R is nullable
  R result() {
    return result;
  }
}
