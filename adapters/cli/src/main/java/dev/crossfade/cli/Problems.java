package dev.crossfade.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** All that stands in the way, each thing once. Not safe for use by several threads. */
final class Problems {
  private final List<Problem> found = new ArrayList<>();

  void add(Problem problem) {
    if (found.stream().noneMatch(problem::isLike)) {
      found.add(problem);
    }
  }

  /** The result; null if it failed, which is a problem more. */
  <R> @Nullable R attempt(Callable<R> look) {
    try {
      return look.call();
    } catch (Exception e) {
      Problem.of(e).forEach(this::add);
      return null;
    }
  }

  List<Problem> all() {
    return List.copyOf(found);
  }
}
