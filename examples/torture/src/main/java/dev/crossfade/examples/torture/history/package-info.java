/**
 * What happened, as it is written down while it happens and read afterwards.
 *
 * <p>A line per event, its fields separated by tabs. Times are {@link System#nanoTime}: on Linux
 * the monotonic clock of the machine, which all its processes share. A line is one unbuffered
 * {@code write}, so that a process that is killed loses none: what it had told the kernel stays.
 */
@NullMarked
package dev.crossfade.examples.torture.history;

import org.jspecify.annotations.NullMarked;
