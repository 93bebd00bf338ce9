/** The application that is tortured: one child process, its tables, and what its workers do. */
@NullMarked
package dev.crossfade.examples.torture.app;

import org.jspecify.annotations.NullMarked;
