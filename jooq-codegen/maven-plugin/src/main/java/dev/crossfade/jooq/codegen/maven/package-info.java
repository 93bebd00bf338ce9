/** The way in from Maven: goal {@code crossfade:generate}. */
@NullMarked
package dev.crossfade.jooq.codegen.maven;

import org.jspecify.annotations.NullMarked;
