package dev.crossfade.routing;

import dev.crossfade.ComparedReads;
import dev.crossfade.ConfigurationException;
import dev.crossfade.Entity;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Stage.Side;
import dev.crossfade.Writes;
import dev.crossfade.rehearsal.WriteMethod;
import dev.crossfade.shadow.ShadowReads;
import dev.crossfade.stage.StageView;
import dev.crossfade.stage.Stages;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.wiring.EntityPair;
import dev.crossfade.wiring.Pair;
import dev.crossfade.wiring.ViewPair;
import dev.crossfade.write.WritePath;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes routed repositories: classifies every method of an interface once, and sends each call
 * where the stage says. What it makes is safe for use by many threads.
 */
public final class Router {
  private static final Set<String> INHERITED_WRITES =
      Set.of("save", "insert", "saveAll", "delete", "deleteAll");

  private final Stages stages;
  private final WritePath writes;
  private final ShadowReads shadows;

  /** Made once per migration. */
  public Router(Stages stages, WritePath writes, ShadowReads shadows) {
    this.stages = stages;
    this.writes = writes;
    this.shadows = shadows;
  }

  /** One routed method. */
  private interface Route {
    @Nullable Object call(Object @Nullable [] arguments) throws Throwable;
  }

  /**
   * What is wrong with an interface as a repository of an entity; each with its fix.
   *
   * @param type an interface that both implementations of the pair have
   */
  public static List<String> problems(Class<?> type, Pair<?> pair) {
    List<String> problems = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (pair instanceof EntityPair<?, ?> entities) {
        if (isOwn(method, entities.entity())) {
          classification(type, method, problems);
        }
        problems.addAll(WriteMethod.problems(type, method, entities.entity()));
      } else if (Modifier.isAbstract(method.getModifiers())) {
        classification(type, method, problems);
        refuseWrite(type, method, problems);
      }
    }
    for (Side side : Side.values()) {
      if (!type.isInstance(pair.on(side))) {
        problems.add(
            pair.on(side).getClass().getName()
                + " does not implement "
                + type.getName()
                + "; let it, as the other store's does");
      }
    }
    return problems;
  }

  private static boolean isOwn(Method method, Entity<?, ?> entity) {
    return Modifier.isAbstract(method.getModifiers())
        && method.getDeclaringClass() != Repository.class
        && !overrides(method, entity);
  }

  /** Whether it only narrows a method that every repository has to this entity's types. */
  private static boolean overrides(Method method, Entity<?, ?> entity) {
    if (method.isAnnotationPresent(Reads.class) || method.isAnnotationPresent(Writes.class)) {
      return false;
    }
    for (Method inherited : Repository.class.getMethods()) {
      if (inherited.getName().equals(method.getName())
          && sameParameters(inherited, method, entity)) {
        return true;
      }
    }
    return false;
  }

  private static boolean sameParameters(Method inherited, Method method, Entity<?, ?> entity) {
    Class<?>[] general = inherited.getParameterTypes();
    Class<?>[] own = method.getParameterTypes();
    boolean same = general.length == own.length;
    for (int i = 0; same && i < own.length; i++) {
      same =
          own[i] == general[i]
              || (general[i] == Object.class
                  && (own[i] == entity.type() || own[i] == entity.keys().type()));
    }
    return same;
  }

  private static void classification(Class<?> type, Method method, List<String> problems) {
    boolean reads = method.isAnnotationPresent(Reads.class);
    boolean writes = method.isAnnotationPresent(Writes.class);
    String name = type.getName() + "." + method.getName();
    if (!reads && !writes) {
      problems.add(
          name
              + " is neither @Reads nor @Writes; annotate it, so that it is known where its calls"
              + " go");
    } else if (reads && writes) {
      problems.add(
          name
              + " is both @Reads and @Writes; a method that writes is @Writes, whatever else it"
              + " reads");
    }
    ChunkedWrite.problems(name, method, problems);
    Class<?> result = method.getReturnType();
    if (BaseStream.class.isAssignableFrom(result)
        || Iterator.class.isAssignableFrom(result)
        || result == Iterable.class) {
      problems.add(
          name
              + " returns a "
              + result.getSimpleName()
              + ", which would be read after its connection is gone and cannot be compared; return"
              + " a List, or page with scan");
    }
  }

  private static void refuseWrite(Class<?> type, Method method, List<String> problems) {
    if (method.isAnnotationPresent(Writes.class)) {
      problems.add(
          type.getName()
              + "."
              + method.getName()
              + " is @Writes, but a view is only read; write through the repositories of the"
              + " entities that it is made of");
    }
  }

  /**
   * The routed repository.
   *
   * @throws ConfigurationException with everything that {@link #problems} finds
   */
  public <R> R route(Class<R> type, Pair<?> pair) {
    List<String> problems = problems(type, pair);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    Map<Method, Route> routes = new HashMap<>();
    try {
      for (Method method : type.getMethods()) {
        if (Modifier.isAbstract(method.getModifiers())) {
          routes.put(method, route(pair, method));
        }
      }
    } catch (IllegalAccessException e) {
      throw new ConfigurationException(
          List.of(
              type.getName()
                  + " cannot be called from the library: "
                  + e.getMessage()
                  + "; open its package"));
    }
    return proxy(type, new Handler(type, pair, routes, this));
  }

  private static <R> R proxy(Class<R> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** See {@link ComparedReads#of}. */
  public static <R, X extends Exception> ComparedReads compare(
      R repository, ComparedReads.Call<? super R, X> call) throws X {
    if (Proxy.isProxyClass(repository.getClass())
        && Proxy.getInvocationHandler(repository) instanceof Handler handler) {
      return handler.router.compare(handler, call);
    }
    throw new IllegalArgumentException(
        repository.getClass().getName()
            + " is not routed; compare the reads of what crossfade.repository(…) returns");
  }

  @SuppressWarnings("unchecked") // the handler's type is the interface of the repository
  private <R, X extends Exception> ComparedReads compare(
      Handler handler, ComparedReads.Call<? super R, X> call) throws X {
    ReadsOnBoth both = new ReadsOnBoth(handler.pair, stages.current(), writes, shadows);
    both.refuseInsideUnit();
    call.on((R) proxy(handler.type, both));
    return both.result();
  }

  private Route route(Pair<?> pair, Method method) throws IllegalAccessException {
    MethodPlan plan = new MethodPlan(pair, method);
    return pair instanceof EntityPair<?, ?> entities && isWrite(method)
        ? write(entities, method, plan)
        : read(pair, method, plan);
  }

  static boolean isWrite(Method method) {
    return method.isAnnotationPresent(Writes.class)
        || (!method.isAnnotationPresent(Reads.class)
            && INHERITED_WRITES.contains(method.getName()));
  }

  private Route read(Pair<?> pair, Method method, MethodPlan plan) {
    Reads declared = method.getAnnotation(Reads.class);
    boolean unordered = declared != null && declared.unordered();
    boolean compared = (declared == null || declared.compared()) && !isLagging(pair);
    return arguments -> {
      Side unit = writes.unitSide();
      if (unit != null) {
        return plan.call(unit, arguments);
      }
      StageView view = stages.current();
      Object result = plan.call(view.primary(), arguments);
      if (view.stage().shadowReads() && compared && shadows.sampled()) {
        shadows.compare(
            view, pair, plan.name(), unordered, side -> plan.call(side, arguments), result);
      }
      return result;
    };
  }

  private static boolean isLagging(Pair<?> pair) {
    return pair instanceof ViewPair<?> views && views.rows().isLagging();
  }

  private <T, K> Route write(EntityPair<T, K> pair, Method method, MethodPlan plan) {
    WriteMethod write = new WriteMethod(pair, method, plan::call);
    if (ChunkedWrite.isChunked(method)) {
      ChunkedWrite<T, K> chunked = new ChunkedWrite<>(pair, method, write, plan);
      return arguments ->
          writes.unitSide() != null
              ? writes.method(write, arguments)
              : chunked.call(writes, arguments);
    }
    RowWriteOf<T, K> rowWrite = rowWrite(pair, method);
    if (rowWrite == null) {
      return arguments -> writes.method(write, arguments);
    }
    return arguments ->
        writes.unitSide() != null || arguments == null
            ? writes.method(write, arguments)
            : writes.row(write, arguments, pair, rowWrite.of(arguments[0]));
  }

  private interface RowWriteOf<T, K> {
    RowWrite<T, K> of(Object argument);
  }

  /** The short way for a row, if both implementations leave the method to their base class. */
  @SuppressWarnings("unchecked")
  private static <T, K> @Nullable RowWriteOf<T, K> rowWrite(EntityPair<T, K> pair, Method method) {
    if (!inherits(pair.legacy(), method) || !inherits(pair.target(), method)) {
      return null;
    }
    return switch (method.getName()) {
      case "save" -> row -> new RowWrite.Save<>((T) row);
      case "insert" -> row -> new RowWrite.Insert<>((T) row);
      case "delete" -> key -> new RowWrite.Delete<>((K) key);
      default -> null;
    };
  }

  private static boolean inherits(StoreRepository<?, ?> repository, Method method) {
    return method.getDeclaringClass() == Repository.class
        && repository.inherits(method.getName(), method.getParameterTypes());
  }

  /** A default method runs on the proxy, so that each of its calls is routed. */
  static @Nullable Object callDefault(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Class<?> declaring = method.getDeclaringClass();
    MethodHandle handle =
        MethodHandles.privateLookupIn(declaring, MethodHandles.lookup())
            .unreflectSpecial(method, declaring);
    return handle.bindTo(proxy).invokeWithArguments(arguments == null ? new Object[0] : arguments);
  }

  private static final class Handler implements InvocationHandler {
    private final Class<?> type;
    private final Pair<?> pair;
    private final Map<Method, Route> routes;
    private final Router router;

    Handler(Class<?> type, Pair<?> pair, Map<Method, Route> routes, Router router) {
      this.type = type;
      this.pair = pair;
      this.routes = routes;
      this.router = router;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      Route route = routes.get(method);
      if (route != null) {
        return route.call(arguments);
      }
      return method.isDefault()
          ? callDefault(proxy, method, arguments)
          : callObject(proxy, method, arguments);
    }

    private Object callObject(Object proxy, Method method, Object @Nullable [] arguments) {
      return switch (method.getName()) {
        case "equals" -> arguments != null && proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> type.getSimpleName() + " of " + pair.name() + " (routed)";
      };
    }
  }
}
