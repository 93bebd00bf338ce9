package dev.crossfade.examples.torture.app;

import dev.crossfade.CrossfadeException;
import dev.crossfade.examples.torture.history.HistoryWriter;
import dev.crossfade.examples.torture.history.Kind;
import dev.crossfade.examples.torture.history.Outcome;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each operation down before it is called and after it has returned. Safe for use by many
 * threads.
 */
final class Recording {
  private static final Logger log = LoggerFactory.getLogger(Recording.class);

  private final ChildOptions options;
  private final Application application;
  private final HistoryWriter history;
  private final AtomicLong ids = new AtomicLong();

  Recording(ChildOptions options, Application application, HistoryWriter history) {
    this.options = options;
    this.application = application;
    this.history = history;
  }

  /** What was to be done has no place in the stage that was reached meanwhile. */
  static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Overtaken(IllegalStateException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** An operation; gets its id, returns its result. */
  @FunctionalInterface
  interface Work {
    List<String> run(String id);
  }

  /** Returns whether it succeeded. */
  boolean record(Kind kind, List<String> arguments, Work work) {
    String id = options.child() + "." + options.life() + "." + ids.incrementAndGet();
    history.begun(id, options.child(), epoch(), kind, arguments);
    Outcome outcome;
    List<String> result;
    try {
      result = work.run(id);
      outcome = Outcome.OK;
    } catch (CrossfadeException e) {
      outcome =
          switch (e.outcome()) {
            case WRITTEN -> Outcome.WRITTEN;
            case NOT_WRITTEN -> Outcome.FAILED;
            case UNKNOWN -> Outcome.UNKNOWN;
          };
      result = List.of(e.getClass().getSimpleName());
      log.debug("{} {} failed.", kind, id, e);
    } catch (OwnTransactions.Failed e) {
      outcome = e.outcome();
      result = List.of(String.valueOf(e.getMessage()));
    } catch (Overtaken e) {
      outcome = Outcome.FAILED;
      result = List.of(e.getClass().getSimpleName());
    } catch (RuntimeException e) {
      outcome = Outcome.UNKNOWN;
      result = List.of(Kind.UNEXPECTED + e.getClass().getName());
      log.error("{} {} failed as it never should.", kind, id, e);
    }
    history.ended(id, epoch(), outcome, result);
    return outcome == Outcome.OK;
  }

  private long epoch() {
    return application.migration.epoch();
  }
}
