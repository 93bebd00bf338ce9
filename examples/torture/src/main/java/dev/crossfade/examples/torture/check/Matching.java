package dev.crossfade.examples.torture.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * As many pairs as possible, each of both sides once: augmenting paths.
 *
 * @param <A> who needs one of the others
 * @param <B> who can serve one
 */
final class Matching<A, B> {
  private final List<B> others;
  private final BiPredicate<A, B> fits;
  private final Map<B, A> taken = new HashMap<>();
  private final List<A> unmatched = new ArrayList<>();

  Matching(List<A> ones, List<B> others, BiPredicate<A, B> fits) {
    this.others = others;
    this.fits = fits;
    for (A one : ones) {
      if (!place(one, new HashSet<>())) {
        unmatched.add(one);
      }
    }
  }

  private boolean place(A one, Set<B> tried) {
    for (B other : others) {
      if (fits.test(one, other) && tried.add(other)) {
        A holder = taken.get(other);
        if (holder == null || place(holder, tried)) {
          taken.put(other, one);
          return true;
        }
      }
    }
    return false;
  }

  /** Who is left without one. */
  List<A> unmatched() {
    return unmatched;
  }
}
