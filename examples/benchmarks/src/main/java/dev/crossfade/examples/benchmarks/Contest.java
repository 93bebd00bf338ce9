package dev.crossfade.examples.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Several ways to do the same, measured in interleaved rounds: what disturbs the machine for a
 * while disturbs all of them, and each round gives a ratio of its own.
 */
final class Contest {
  /** The name of the contender that others are compared with. */
  static final String BARE = "bare";

  private final Options options;
  private final Map<String, Contender> contenders = new LinkedHashMap<>();

  Contest(Options options, Contender bare) {
    this.options = options;
    contenders.put(BARE, bare);
  }

  Contest against(String name, Contender contender) {
    contenders.put(name, contender);
    return this;
  }

  /** Measures with so many threads: a round that does not count, then those that do. */
  Result run(int threads) throws Exception {
    return run(threads, 1);
  }

  /**
   * As {@link #run(int)}, each turn in so many slices, between which the others have theirs: what
   * comes and goes within seconds, a disk that is slow for a while, then reaches all of them.
   */
  Result run(int threads, int slices) throws Exception {
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    round(threads, slices);
    for (int round = 0; round < options.rounds(); round++) {
      round(threads, slices)
          .forEach((name, turn) -> turns.computeIfAbsent(name, n -> new ArrayList<>()).add(turn));
    }
    return new Result(turns);
  }

  private Map<String, Turn> round(int threads, int slices) throws Exception {
    Map<String, Turn.Slices> running = new LinkedHashMap<>();
    try {
      contenders.forEach(
          (name, contender) ->
              running.put(name, new Turn.Slices(contender, threads, options.rows())));
      List<Turn.Slices> order = new ArrayList<>(running.values());
      for (int slice = 0; slice < slices; slice++) {
        for (Turn.Slices next : order) {
          next.run(options.seconds() / slices);
        }
        Collections.rotate(order, 1);
      }
      Map<String, Turn> turns = new LinkedHashMap<>();
      running.forEach((name, slicesOfOne) -> turns.put(name, slicesOfOne.turn()));
      return turns;
    } finally {
      running.values().forEach(Turn.Slices::close);
    }
  }

  /** All rounds. */
  record Result(Map<String, List<Turn>> turns) {
    /** A value of one contender. */
    Spread of(String name, ToDoubleFunction<Turn> value) {
      return Spread.of(turns(name).stream().mapToDouble(value).toArray());
    }

    /** A value of one contender as a multiple of the bare one's, by round. */
    Spread ratio(String name, ToDoubleFunction<Turn> value) {
      return compared(name, value, (own, bare) -> own / bare);
    }

    /** A value of one contender less the bare one's, by round. */
    Spread difference(String name, ToDoubleFunction<Turn> value) {
      return compared(name, value, (own, bare) -> own - bare);
    }

    private Spread compared(String name, ToDoubleFunction<Turn> value, Comparison comparison) {
      double[] compared = new double[turns(name).size()];
      for (int round = 0; round < compared.length; round++) {
        compared[round] =
            comparison.of(
                value.applyAsDouble(turns(name).get(round)),
                value.applyAsDouble(turns(BARE).get(round)));
      }
      return Spread.of(compared);
    }

    private List<Turn> turns(String name) {
      List<Turn> found = turns.get(name);
      if (found == null) {
        throw new IllegalArgumentException(name + " is no contender; there are " + turns.keySet());
      }
      return found;
    }
  }

  private interface Comparison {
    double of(double own, double bare);
  }
}
