package dev.crossfade.examples.benchmarks;

import java.util.Arrays;

/** The median of a value's rounds, with its lowest and highest. */
record Spread(double median, double low, double high) {
  static Spread of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
