/**
 * Meters of everything an operator watches during a crossing: {@link
 * dev.crossfade.micrometer.CrossfadeMetrics}.
 */
@NullMarked
package dev.crossfade.micrometer;

import org.jspecify.annotations.NullMarked;
