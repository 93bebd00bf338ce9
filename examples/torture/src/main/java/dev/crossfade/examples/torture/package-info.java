/**
 * The proof that users can run themselves: four processes cross back and forth while everything
 * around them fails; then what they were told is compared with what is there.
 */
@NullMarked
package dev.crossfade.examples.torture;

import org.jspecify.annotations.NullMarked;
