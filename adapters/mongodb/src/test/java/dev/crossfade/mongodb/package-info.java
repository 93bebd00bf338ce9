@NullMarked
package dev.crossfade.mongodb;

import org.jspecify.annotations.NullMarked;
