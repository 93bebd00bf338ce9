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
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    List<String> order = new ArrayList<>(contenders.keySet());
    for (int round = 0; round <= options.rounds(); round++) {
      for (String name : order) {
        Turn turn = Turn.of(contenders.get(name), threads, options.seconds(), options.rows());
        if (round > 0) {
          turns.computeIfAbsent(name, first -> new ArrayList<>()).add(turn);
        }
      }
      Collections.rotate(order, 1);
    }
    return new Result(turns);
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
