/**
 * Settings and stores from {@code crossfade.yaml}, properties files, the environment and system
 * properties: {@link dev.crossfade.config.CrossfadeConfig}. Every key stands in {@code
 * docs/configuration.md}.
 */
@NullMarked
package dev.crossfade.config;

import org.jspecify.annotations.NullMarked;
