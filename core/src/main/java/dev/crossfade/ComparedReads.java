package dev.crossfade;

import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.routing.Router;
import java.util.List;

/**
 * Reads that were made on both stores at once and compared, as shadow reads are: for tests and
 * checks, which want to know now.
 *
 * <pre>{@code
 * ComparedReads compared = ComparedReads.of(tokens, repository -> repository.best(50));
 * }</pre>
 *
 * <p>Immutable. Nothing of it is logged, counted or told to listeners.
 *
 * @param migration the migration of the repository
 * @param stage its stage; in off and complete the stores differ by design, and nothing is compared
 * @param reads how many reads were compared
 * @param excused those of them of which nothing can be said, because rows were under way
 * @param mismatches where the stores differ
 */
public record ComparedReads(
    String migration, Stage stage, int reads, int excused, List<Mismatch> mismatches) {
  /** Copies the list. */
  public ComparedReads {
    mismatches = List.copyOf(mismatches);
  }

  /**
   * Makes the reads of a call on both stores, one after the other on the caller's thread. Reads
   * that are declared as not compared are made on the primary alone.
   *
   * @param repository one that {@link Crossfade#repository} returned
   * @param call is given a repository of the same interface, and what its reads return in the
   *     primary; a write is refused with {@link IllegalStateException}
   * @throws IllegalArgumentException if the repository is not a routed one
   * @throws IllegalStateException inside a unit of work, or if a read fails on the secondary alone;
   *     that store's exception is the cause
   * @throws X what the call throws
   */
  public static <R extends Repository<?, ?>, X extends Exception> ComparedReads of(
      R repository, Call<? super R, X> call) throws X {
    return Router.compare(repository, call);
  }

  /**
   * As {@link #of(Repository, Call)}, for a view, also one that {@linkplain View.Builder#lags
   * lags}: refresh it before.
   *
   * @param view one that {@link Crossfade#view} returned
   */
  public static <R extends ViewRepository<?>, X extends Exception> ComparedReads of(
      R view, Call<? super R, X> call) throws X {
    return Router.compare(view, call);
  }

  /** What reads. */
  @FunctionalInterface
  public interface Call<R, X extends Exception> {
    /** Reads through the repository it is given. */
    void on(R repository) throws X;
  }
}
