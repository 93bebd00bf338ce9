/**
 * What the library costs: the first five rows of its figures, each as a ratio to the bare thing
 * taken in the same run.
 *
 * <p>Begin with {@link dev.crossfade.examples.benchmarks.Benchmarks}; what each row measures, and
 * how, stands in {@code docs/benchmarks.md}.
 */
@NullMarked
package dev.crossfade.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
