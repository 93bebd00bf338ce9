package dev.crossfade.store;

/**
 * How a pool of connections is used at one moment.
 *
 * @param name as the server and the pool's own messages show it
 * @param size how many connections it may have
 * @param active how many are in use
 * @param idle how many are open and not in use
 * @param waiting how many threads wait for one: a pool in which they stay is too small
 */
public record PoolUse(String name, int size, int active, int idle, int waiting) {}
