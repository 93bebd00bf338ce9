package dev.crossfade.junit.store;

import dev.crossfade.Entity;
import dev.crossfade.Reference;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Device;
import dev.crossfade.junit.store.ContractEntities.Fragment;
import dev.crossfade.junit.store.ContractEntities.Grandchild;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Loose;
import dev.crossfade.junit.store.ContractEntities.Node;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Pinned;
import dev.crossfade.junit.store.ContractEntities.Reading;
import dev.crossfade.junit.store.ContractEntities.Sample;
import dev.crossfade.junit.store.ContractEntities.Score;
import dev.crossfade.junit.store.ContractEntities.ScoreKey;
import dev.crossfade.junit.store.ContractEntities.Seat;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.junit.store.ContractEntities.Ticket;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The repositories of one store, wired as a migration wires them. */
final class Tables {
  private final Store store;
  private final Map<String, StoreRepository<?, ?>> repositories = new LinkedHashMap<>();

  final StoreRepository<Item, Long> items;
  final StoreRepository<Setting, String> settings;
  final StoreRepository<Device, UUID> devices;
  final StoreRepository<Tally, Integer> tallies;
  final StoreRepository<Fragment, byte[]> fragments;
  final StoreRepository<Score, ScoreKey> scores;
  final StoreRepository<Parent, Long> parents;
  final StoreRepository<Child, Long> children;
  final StoreRepository<Grandchild, Long> grandchildren;
  final StoreRepository<Loose, Long> loose;
  final StoreRepository<Pinned, Long> pinned;
  final StoreRepository<Node, Long> nodes;
  final StoreRepository<Seat, Long> seats;
  final StoreRepository<Ticket, Long> tickets;
  final StoreRepository<Reading, Long> readings;
  final StoreRepository<Sample, Long> samples;

  Tables(ContractEnvironment environment, Store store) {
    this.store = store;
    for (Entity<?, ?> entity : ContractEntities.all()) {
      repositories.put(entity.name(), make(environment, entity));
    }
    if (environment.hasTimeKeys()) {
      for (Entity<?, ?> entity : ContractEntities.withTimeKeys()) {
        repositories.put(entity.name(), make(environment, entity));
      }
    }
    items = of(ContractEntities.ITEM);
    settings = of(ContractEntities.SETTING);
    devices = of(ContractEntities.DEVICE);
    tallies = of(ContractEntities.TALLY);
    fragments = of(ContractEntities.FRAGMENT);
    scores = of(ContractEntities.SCORE);
    parents = of(ContractEntities.PARENT);
    children = of(ContractEntities.CHILD);
    grandchildren = of(ContractEntities.GRANDCHILD);
    loose = of(ContractEntities.LOOSE);
    pinned = of(ContractEntities.PINNED);
    nodes = of(ContractEntities.NODE);
    seats = of(ContractEntities.SEAT);
    tickets = of(ContractEntities.TICKET);
    readings = of(ContractEntities.READING);
    samples = of(ContractEntities.SAMPLE);
  }

  Collection<StoreRepository<?, ?>> all() {
    return repositories.values();
  }

  @SuppressWarnings("unchecked") // put there by entity
  <T, K> StoreRepository<T, K> of(Entity<T, K> entity) {
    StoreRepository<?, ?> repository = repositories.get(entity.name());
    if (repository == null) {
      throw new IllegalArgumentException("no repository of '" + entity.name() + "'");
    }
    return (StoreRepository<T, K>) repository;
  }

  /** A repository beside those of the migration, for an entity that describes a table otherwise. */
  <T, K> StoreRepository<T, K> make(ContractEnvironment environment, Entity<T, K> entity) {
    return environment.repository(entity).create(new Context<>(entity));
  }

  private final class Context<T, K> implements RepositoryContext<T, K> {
    private final Entity<T, K> entity;

    Context(Entity<T, K> entity) {
      this.entity = entity;
    }

    @Override
    public Entity<T, K> entity() {
      return entity;
    }

    @Override
    public Store store() {
      return store;
    }

    @Override
    public List<Dependent> dependents() {
      List<Dependent> dependents = new ArrayList<>();
      for (StoreRepository<?, ?> repository : repositories.values()) {
        for (Reference reference : repository.entity().references()) {
          if (reference.parent(repository.entity()) == entity) {
            dependents.add(new Dependent(repository, reference));
          }
        }
      }
      return dependents;
    }

    @Override
    public <U, L> StoreRepository<U, L> sibling(Entity<U, L> other) {
      return of(other);
    }
  }
}
