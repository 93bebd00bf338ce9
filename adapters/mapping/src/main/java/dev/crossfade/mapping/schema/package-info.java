/**
 * The two schemas as {@link dev.crossfade.mapping.MappingFile#plans} takes them, read over JDBC:
 * {@link dev.crossfade.mapping.schema.SqliteSchema} and {@link
 * dev.crossfade.mapping.schema.TargetCatalogue} with {@link
 * dev.crossfade.mapping.schema.TargetSchema}.
 */
@NullMarked
package dev.crossfade.mapping.schema;

import org.jspecify.annotations.NullMarked;
