package dev.crossfade.it;

import dev.crossfade.CrossfadeException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Instances;
import dev.crossfade.store.Journal;
import dev.crossfade.store.RepositoryFactory;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What befalls a process at one of its calls: those to both of its stores, and to its repositories
 * there, pass here.
 *
 * <p>Right before or right after the n-th of the calls that a test counts, on the thread that makes
 * it, the test does something: it {@linkplain #die kills} the process, whose calls all fail from
 * then on, so that nothing more is written by it; or it stops a database. A call that is under way
 * on another thread comes to its end, as it would on a server. Safe for use by many threads.
 */
final class Fate {
  /** At which end of the call. */
  enum When {
    /** It has not reached the store. */
    BEFORE,
    /** The store has done it, and its answer has not arrived. */
    AFTER
  }

  /** What sends nothing, and what ends a process. */
  private static final Set<String> LOCAL =
      Set.of("name", "unwrap", "recorded", "close", "entity", "place", "storedKey", "inherits");

  private static final Set<String> READS =
      Set.of(
          "connect",
          "problems",
          "identity",
          "read",
          "now",
          "evidence",
          "audit",
          "wishes",
          "members",
          "expired",
          "strangers",
          "fencedOwners",
          "parked",
          "covered",
          "disputed",
          "present",
          "status",
          "find",
          "get",
          "findAll",
          "count",
          "scan",
          "boundary",
          "between",
          "keysBetween",
          "highestGenerated");

  private final Set<String> done = ConcurrentHashMap.newKeySet();
  private final AtomicLong steps = new AtomicLong();
  private volatile boolean dead;

  // Guarded by this.
  private Plan plan;
  private long seen;
  private boolean begun;

  private volatile boolean come;

  private record Plan(When when, long nth, Predicate<String> counted, Runnable event) {}

  /** What is to happen at the n-th of these calls, counted from 1, on their thread. */
  synchronized void plan(When when, long nth, Predicate<String> counted, Runnable event) {
    plan = new Plan(when, nth, counted, event);
    begun = false;
    come = false;
    rewind();
  }

  /** Counts from the beginning, and forgets what was done, unless it has happened. */
  synchronized void rewind() {
    if (!begun) {
      seen = 0;
      done.clear();
    }
  }

  /** Whether it has happened. */
  boolean hasCome() {
    return come;
  }

  /** From now on every call fails. */
  void die() {
    dead = true;
  }

  /** Whether such a call was made since the last {@link #rewind}, and not answered with a no. */
  boolean hasDone(String call) {
    return done.contains(call);
  }

  /** How often this process has raised the epoch, as far as it has got an answer. */
  long steps() {
    return steps.get();
  }

  /** Whether a call of that name may change a store. */
  static boolean changes(String call) {
    return !READS.contains(call);
  }

  /** The store, as this process has it. */
  Store store(Store real) {
    return proxy(Store.class, (self, method, arguments) -> ofStore(real, method, arguments));
  }

  private Object ofStore(Store real, Method method, Object[] arguments) throws Throwable {
    return switch (method.getName()) {
      case "control" -> proxy(ControlTable.class, calls(real.control()));
      case "instances" -> proxy(Instances.class, calls(real.instances()));
      case "journal" -> proxy(Journal.class, calls(real.journal()));
      default -> call(real, method, arguments);
    };
  }

  /** Makes a repository as this process has it. */
  <T, K> RepositoryFactory<T, K> repository(RepositoryFactory<T, K> factory) {
    return context -> around(factory.create(context));
  }

  @SuppressWarnings("unchecked") // it stands for one of these
  private <T, K> StoreRepository<T, K> around(StoreRepository<T, K> real) {
    Set<Class<?>> types = new LinkedHashSet<>(List.of(real.getClass().getInterfaces()));
    types.add(StoreRepository.class);
    return (StoreRepository<T, K>)
        Proxy.newProxyInstance(
            real.getClass().getClassLoader(), types.toArray(new Class<?>[0]), calls(real));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private InvocationHandler calls(Object real) {
    return (self, method, arguments) -> call(real, method, arguments);
  }

  private Object call(Object real, Method method, Object[] arguments) throws Throwable {
    String call = method.getName();
    if (LOCAL.contains(call) || method.getDeclaringClass() == Object.class) {
      return invoke(real, method, arguments);
    }
    refuseIfDead(call);
    Plan now = turn(call);
    if (now != null && now.when == When.BEFORE) {
      happens(now);
      refuseIfDead(call);
    }
    Object answer;
    try {
      answer = invoke(real, method, arguments);
      note(call, arguments, answer);
    } finally {
      if (now != null && now.when == When.AFTER) {
        happens(now);
      }
    }
    if (now != null && dead) {
      throw lost(call);
    }
    return answer;
  }

  /** The plan, if it is this call's turn. */
  private synchronized Plan turn(String call) {
    if (plan == null || begun || !plan.counted.test(call)) {
      return null;
    }
    seen++;
    begun = seen == plan.nth;
    return begun ? plan : null;
  }

  private void happens(Plan now) {
    now.event.run();
    come = true;
  }

  private void note(String call, Object[] arguments, Object answer) {
    if (Boolean.FALSE.equals(answer)) {
      return;
    }
    done.add(call);
    if (call.startsWith("replace")
        && arguments[0] instanceof ControlRow before
        && arguments[1] instanceof ControlRow after
        && after.epoch() > before.epoch()) {
      steps.incrementAndGet();
    }
  }

  private void refuseIfDead(String call) {
    if (dead) {
      throw new StoreUnavailableException("this process is dead: no " + call, null);
    }
  }

  private static CrossfadeException lost(String call) {
    String message = "this process is dead: no answer to " + call;
    return changes(call)
        ? new OutcomeUnknownException(message, null)
        : new StoreUnavailableException(message, null);
  }

  private static Object invoke(Object real, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
