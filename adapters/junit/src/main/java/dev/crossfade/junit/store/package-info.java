/**
 * The contract suite of a store: what every adapter, ours and other people's, must do to take part
 * in a migration.
 *
 * <p>A store's tests extend {@link dev.crossfade.junit.store.StoreContract} and supply a {@link
 * dev.crossfade.junit.store.ContractEnvironment} with the tables of {@link
 * dev.crossfade.junit.store.ContractEntities}. Nothing here is null unless it says
 * {@code @Nullable}.
 */
@NullMarked
package dev.crossfade.junit.store;

import org.jspecify.annotations.NullMarked;
