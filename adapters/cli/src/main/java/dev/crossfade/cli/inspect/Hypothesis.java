package dev.crossfade.cli.inspect;

import dev.crossfade.cli.inspect.ColumnProfile.Form;
import java.util.Optional;
import java.util.function.Predicate;

/** That all values of a column have one form, until too many have not. Used by one thread. */
final class Hypothesis {
  /** More than so many, and more than a hundredth of all, and nobody wants to hear of it. */
  private static final long FEW = 20;

  private final Likeness likeness;
  private final String pattern;
  private final Predicate<Object> fits;
  private long seen;
  private long misfits;
  private long first = -1;

  Hypothesis(Likeness likeness, String pattern, Predicate<Object> fits) {
    this.likeness = likeness;
    this.pattern = pattern;
    this.fits = fits;
  }

  /** Looks at the next value. Returns whether it is still worth asking. */
  boolean holdsFor(Object value, long rowid) {
    seen++;
    if (!fits.test(value)) {
      if (misfits++ == 0) {
        first = rowid;
      }
    }
    return misfits <= FEW || misfits * 100 <= seen;
  }

  /** The form, if most values have it. */
  Optional<Form> form() {
    return seen > 0 && misfits * 2 < seen
        ? Optional.of(new Form(likeness, pattern, misfits, first))
        : Optional.empty();
  }
}
