package dev.crossfade.wiring;

import dev.crossfade.ConfigurationException;
import dev.crossfade.Entity;
import dev.crossfade.Reference;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.View;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.ViewContext;
import dev.crossfade.store.ViewFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One migration as it was declared: its entities in foreign-key order, its two stores, a repository
 * on each. Immutable once made but for its settings; safe for use by many threads.
 */
public final class Crossing {
  private final String name;
  private final Store legacy;
  private final Store target;
  private final Events events;
  private final Availability availability;
  private final EpochCounts counts = new EpochCounts();
  private final Map<String, EntityPair<?, ?>> pairs = new LinkedHashMap<>();
  private final List<ViewPair<?>> views = new ArrayList<>();

  /** Another one while running; whoever needs several values that fit together reads it once. */
  private volatile Settings settings;

  /** An entity and how its repositories are made. */
  public record Declared<T, K>(
      Entity<T, K> entity, RepositoryFactory<T, K> legacy, RepositoryFactory<T, K> target) {}

  /** A view and how its implementations are made. */
  public record DeclaredView<T>(View<T> view, ViewFactory<T> legacy, ViewFactory<T> target) {}

  /** All that crosses together, by name. */
  public record Declaration(
      Map<String, Declared<?, ?>> entities, Map<String, DeclaredView<?>> views) {}

  private Crossing(String name, Store legacy, Store target, Settings settings, Events events) {
    this.name = name;
    this.legacy = legacy;
    this.target = target;
    this.settings = settings;
    this.events = events;
    this.availability = new Availability(name, events);
  }

  /**
   * Makes the repositories of all entities and views.
   *
   * @throws ConfigurationException with everything in the declaration that does not fit together
   */
  public static Crossing of(
      String name,
      Store legacy,
      Store target,
      Settings settings,
      Events events,
      Declaration declaration) {
    List<String> problems = new ArrayList<>();
    Map<String, Declared<?, ?>> entities = declaration.entities();
    List<Entity<?, ?>> order =
        EntityOrder.of(entities.values().stream().map(Declared::entity).toList(), problems);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    Crossing crossing = new Crossing(name, legacy, target, settings, events);
    for (Entity<?, ?> entity : order) {
      Declared<?, ?> declared = entities.get(entity.name());
      if (declared != null) {
        crossing.make(declared, problems);
      }
    }
    declaration.views().values().forEach(view -> crossing.make(view, problems));
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return crossing;
  }

  private <T, K> void make(Declared<T, K> declared, List<String> problems) {
    try {
      pairs.put(
          declared.entity().name(),
          new EntityPair<>(
              declared.entity(),
              declared.legacy().create(new Context<>(declared.entity(), Side.LEGACY)),
              declared.target().create(new Context<>(declared.entity(), Side.TARGET))));
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    }
  }

  private <T> void make(DeclaredView<T> declared, List<String> problems) {
    try {
      views.add(
          new ViewPair<>(
              declared.view(),
              declared.legacy().create(new OfView<>(declared.view(), legacy)),
              declared.target().create(new OfView<>(declared.view(), target))));
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    }
  }

  private record OfView<T>(View<T> view, Store store) implements ViewContext<T> {}

  /** The migration's name. */
  public String name() {
    return name;
  }

  /** How it behaves now. */
  public Settings settings() {
    return settings;
  }

  /** It behaves so from now on. */
  public void settings(Settings next) {
    settings = next;
  }

  /** The stage that the settings want now; null if they want none. */
  public @Nullable Stage wanted() {
    return settings.stages().get(name);
  }

  /** Whom to tell what happens. */
  public Events events() {
    return events;
  }

  /** Whether the secondary store takes writes, as this process last saw it. */
  public Availability availability() {
    return availability;
  }

  /** What this process has compared and rehearsed in the epoch. */
  public EpochCounts counts() {
    return counts;
  }

  /** The store on a side. */
  public Store store(Side side) {
    return side == Side.LEGACY ? legacy : target;
  }

  /** Its entities with their repositories, each after those it refers to. */
  public Collection<EntityPair<?, ?>> pairs() {
    return pairs.values();
  }

  /** Its views. */
  public List<ViewPair<?>> views() {
    return views;
  }

  /**
   * The entity of that name, as the journal has it; an {@link IllegalStateException} if it is not
   * declared any more.
   */
  public EntityPair<?, ?> pair(String entity) {
    EntityPair<?, ?> pair = pairs.get(entity);
    if (pair == null) {
      throw new IllegalStateException(
          "the journal of migration '"
              + name
              + "' has entries of entity '"
              + entity
              + "', which is not declared any more; declare it until they are healed");
    }
    return pair;
  }

  /** The entity of that name; null if it is not declared. */
  @Nullable EntityPair<?, ?> pairIfDeclared(String entity) {
    return pairs.get(entity);
  }

  /** The pair of an entity. */
  @SuppressWarnings("unchecked")
  public <T, K> EntityPair<T, K> pair(Entity<T, K> entity) {
    return (EntityPair<T, K>) pair(entity.name());
  }

  /** What in a side's catalogue does not fit; its store must be connected. */
  public List<String> problems(Side side) {
    List<String> problems = new ArrayList<>(store(side).problems(repositories(side)));
    views.forEach(view -> problems.addAll(view.on(side).problems()));
    return problems;
  }

  /** What would keep a side's store from taking the rows; see {@link Store#preflight}. */
  public List<String> preflight(Side side, boolean dropsIndexes) {
    return store(side).preflight(repositories(side), dropsIndexes);
  }

  private List<StoreRepository<?, ?>> repositories(Side side) {
    List<StoreRepository<?, ?>> repositories = new ArrayList<>();
    pairs.values().forEach(pair -> repositories.add(pair.on(side)));
    return repositories;
  }

  private final class Context<T, K> implements RepositoryContext<T, K> {
    private final Entity<T, K> entity;
    private final Side side;

    Context(Entity<T, K> entity, Side side) {
      this.entity = entity;
      this.side = side;
    }

    @Override
    public Entity<T, K> entity() {
      return entity;
    }

    @Override
    public Store store() {
      return Crossing.this.store(side);
    }

    @Override
    public List<Dependent> dependents() {
      List<Dependent> dependents = new ArrayList<>();
      for (EntityPair<?, ?> pair : pairs.values()) {
        for (Reference reference : pair.entity().references()) {
          if (reference.parent(pair.entity()) == entity) {
            dependents.add(new Dependent(pair.on(side), reference));
          }
        }
      }
      return dependents;
    }

    @Override
    public <U, L> StoreRepository<U, L> sibling(Entity<U, L> other) {
      if (!pairs.containsKey(other.name())) {
        throw new IllegalArgumentException(
            "migration '" + name + "' has no entity " + other + "; it has " + pairs.keySet());
      }
      return pair(other).on(side);
    }
  }
}
