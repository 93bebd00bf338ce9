/**
 * Which legacy table and column feeds which target column, and in which form: the section {@code
 * tables} of {@code crossfade.yaml}. {@link dev.crossfade.mapping.MappingFile} is what the file
 * says, {@link dev.crossfade.mapping.MigrationPlan} what follows from it and from the two schemas
 * ({@link dev.crossfade.mapping.SchemaDescription}), with every default filled in.
 */
@NullMarked
package dev.crossfade.mapping;

import org.jspecify.annotations.NullMarked;
