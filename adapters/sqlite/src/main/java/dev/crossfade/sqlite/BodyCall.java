package dev.crossfade.sqlite;

import org.jspecify.annotations.Nullable;

/** The body of a unit of work and what has become of it; of its caller's thread. */
final class BodyCall<R extends @Nullable Object, X extends Exception> {
  private final Runner<R, X> runner;
  private @Nullable R result;
  private @Nullable Throwable thrown;
  private boolean run;

  /** How a body is run with a unit. */
  @FunctionalInterface
  interface Runner<R extends @Nullable Object, X extends Exception> {
    R run(SqliteUnit unit) throws X;
  }

  BodyCall(Runner<R, X> runner) {
    this.runner = runner;
  }

  boolean hasRun() {
    return run;
  }

  void run(SqliteUnit unit) {
    run = true;
    thrown = null;
    try {
      result = runner.run(unit);
      unit.complete();
    } catch (Throwable e) {
      thrown = e;
      unit.abandon();
    }
  }

  /** What the body threw, else why its unit could not be committed, else its result. */
  @SuppressWarnings({"unchecked", "NullAway"}) // a body throws X or unchecked; null only where R is
  R result(Task.End end) throws X {
    if (thrown instanceof RuntimeException || thrown instanceof Error) {
      new Task.End(thrown).orThrow();
    } else if (thrown != null) {
      throw (X) thrown;
    }
    end.orThrow();
    return result;
  }
}
