/**
 * The second write in {@code shadow}: calls of repositories run on PostgreSQL's implementation as
 * well, within step 3, compared with what the primary's did, and rolled back.
 *
 * <p>Internal: public only so that the packages of the library reach it.
 */
@NullMarked
package dev.crossfade.rehearsal;

import org.jspecify.annotations.NullMarked;
