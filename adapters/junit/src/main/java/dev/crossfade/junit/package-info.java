/**
 * What tests of Crossfade, of its stores and of applications share: a PostgreSQL ({@link
 * dev.crossfade.junit.TestPostgres}), a network that fails on demand ({@link
 * dev.crossfade.junit.TcpProxy}), and a store that fails by plan ({@link
 * dev.crossfade.junit.FaultyStore}).
 *
 * <p>{@link dev.crossfade.junit.app} runs an application's tests on all of it.
 *
 * <p>For tests only: what is here binds to the loopback address, trusts everybody who connects and
 * keeps its files in the system's temporary directory. Nothing here is null unless it says
 * {@code @Nullable}.
 */
@NullMarked
package dev.crossfade.junit;

import org.jspecify.annotations.NullMarked;
