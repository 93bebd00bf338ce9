package dev.crossfade.store;

import dev.crossfade.Entity;
import dev.crossfade.Reference;
import java.util.List;

/**
 * What a repository implementation is made with. The library makes one per entity and store and
 * hands it to the implementation's constructor, which hands it to its base class.
 *
 * @param <T> the record that holds a row
 * @param <K> its key
 */
public interface RepositoryContext<T, K> {
  /** The entity it holds the rows of. */
  Entity<T, K> entity();

  /** The store it is made for. */
  Store store();

  /**
   * Who refers to this entity, with its repository on the same store. Known once all repositories
   * are made: not to be called in a constructor.
   */
  List<Dependent> dependents();

  /**
   * The repository on the same store of another entity of this migration.
   *
   * @throws IllegalArgumentException if the migration has no such entity
   */
  <U, L> StoreRepository<U, L> sibling(Entity<U, L> other);

  /** A referring entity. */
  record Dependent(StoreRepository<?, ?> repository, Reference reference) {}
}
