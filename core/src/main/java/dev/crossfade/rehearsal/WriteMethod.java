package dev.crossfade.rehearsal;

import dev.crossfade.Entity;
import dev.crossfade.Repository;
import dev.crossfade.Stage.Side;
import dev.crossfade.Writes;
import dev.crossfade.store.NearestName;
import dev.crossfade.wiring.EntityPair;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A method of a repository that writes: how it is called on either side, and what a rehearsal of it
 * must know. Immutable.
 */
public final class WriteMethod {
  private final EntityPair<?, ?> pair;
  private final String name;
  private final String operation;
  private final Implementations implementations;
  private final Arguments arguments;
  private final Set<String> differs;
  private final boolean rehearsed;
  private final boolean ownKeysOnly;

  /** The implementations of a method on both sides. */
  @FunctionalInterface
  public interface Implementations {
    /** Calls that of a side. */
    @Nullable Object call(Side side, Object @Nullable [] arguments) throws Throwable;
  }

  /** Made once per routed method. */
  public WriteMethod(EntityPair<?, ?> pair, Method method, Implementations implementations) {
    Writes declared = method.getAnnotation(Writes.class);
    this.pair = pair;
    this.name = method.getName();
    this.operation = pair.entity().name() + "." + name;
    this.implementations = implementations;
    this.arguments = new Arguments(method);
    this.differs = declared == null ? Set.of() : Set.of(declared.differs());
    this.rehearsed = (declared == null || declared.rehearsed()) && arguments.canBeUsedTwice();
    this.ownKeysOnly = isInherited(method, Side.LEGACY) && isInherited(method, Side.TARGET);
  }

  private WriteMethod(WriteMethod other, Implementations implementations) {
    this.pair = other.pair;
    this.name = other.name;
    this.operation = other.operation;
    this.implementations = implementations;
    this.arguments = other.arguments;
    this.differs = other.differs;
    this.rehearsed = other.rehearsed;
    this.ownKeysOnly = other.ownKeysOnly;
  }

  /** The same method, called in another way. */
  public WriteMethod calling(Implementations others) {
    return new WriteMethod(this, others);
  }

  /** The base classes look at nothing but the rows they are given. */
  private boolean isInherited(Method method, Side side) {
    return method.getDeclaringClass() == Repository.class
        && pair.on(side).inherits(method.getName(), method.getParameterTypes());
  }

  /** What is wrong with what a method declares about its rehearsals; each with its fix. */
  public static List<String> problems(Class<?> type, Method method, Entity<?, ?> entity) {
    Writes declared = method.getAnnotation(Writes.class);
    if (declared == null) {
      return List.of();
    }
    List<String> names = entity.components().stream().map(component -> component.name()).toList();
    return Set.of(declared.differs()).stream()
        .filter(component -> !names.contains(component))
        .sorted()
        .map(
            component ->
                type.getName()
                    + "."
                    + method.getName()
                    + " says that '"
                    + component
                    + "' differs, which "
                    + entity.type().getName()
                    + " does not have; the nearest is '"
                    + NearestName.of(component, names)
                    + "'")
        .toList();
  }

  /** {@code tokens.activate}. */
  public String operation() {
    return operation;
  }

  /** Calls the implementation of a side; exceptions and errors as they are. */
  @SuppressWarnings(
      "NullAway") // whether the result may be null is between the interface and its caller
  public Object call(Side side, Object @Nullable [] given) throws Exception {
    try {
      return implementations.call(side, given);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(name + " threw neither an exception nor an error", e);
    }
  }

  EntityPair<?, ?> pair() {
    return pair;
  }

  Entity<?, ?> entity() {
    return pair.entity();
  }

  String name() {
    return name;
  }

  Arguments arguments() {
    return arguments;
  }

  /** Components of the entity that are not compared. */
  Set<String> differs() {
    return differs;
  }

  boolean isRehearsed() {
    return rehearsed;
  }

  /** Whether what it does depends on the rows it is given alone. */
  boolean dependsOnOwnKeysOnly() {
    return ownKeysOnly;
  }

  @Override
  public String toString() {
    return operation;
  }
}
