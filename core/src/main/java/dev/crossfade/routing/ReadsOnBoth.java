package dev.crossfade.routing;

import dev.crossfade.ComparedReads;
import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.ShadowReadEvent.Result;
import dev.crossfade.Reads;
import dev.crossfade.shadow.ShadowReads;
import dev.crossfade.stage.StageView;
import dev.crossfade.wiring.Pair;
import dev.crossfade.write.WritePath;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes each read on both stores and compares what they return. For one call. */
final class ReadsOnBoth implements InvocationHandler {
  private final Pair<?> pair;
  private final StageView view;
  private final WritePath writes;
  private final ShadowReads shadows;
  private final List<Mismatch> mismatches = new ArrayList<>();
  private int reads;
  private int excused;

  ReadsOnBoth(Pair<?> pair, StageView view, WritePath writes, ShadowReads shadows) {
    this.pair = pair;
    this.view = view;
    this.writes = writes;
    this.shadows = shadows;
  }

  ComparedReads result() {
    return new ComparedReads(view.row().migration(), view.stage(), reads, excused, mismatches);
  }

  /** Also asked at each read: the call may have begun a unit of its own. */
  void refuseInsideUnit() {
    if (writes.unitSide() != null) {
      throw new IllegalStateException(
          "reads inside a unit of work see its rows before the other store has them; compare them"
              + " before or after");
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (Modifier.isAbstract(method.getModifiers())) {
      return read(method, arguments);
    }
    return method.isDefault()
        ? Router.callDefault(proxy, method, arguments)
        : method.invoke(this, arguments);
  }

  private @Nullable Object read(Method method, Object @Nullable [] arguments) throws Throwable {
    if (Router.isWrite(method)) {
      throw new IllegalStateException(
          pair.name()
              + "."
              + method.getName()
              + " writes; only reads are made on both stores and compared. Write before");
    }
    refuseInsideUnit();
    MethodPlan plan = new MethodPlan(pair, method);
    Object result = plan.call(view.primary(), arguments);
    Reads declared = method.getAnnotation(Reads.class);
    if (view.stage().writesBoth() && (declared == null || declared.compared())) {
      compare(plan, declared != null && declared.unordered(), arguments, result);
    }
    return result;
  }

  private void compare(
      MethodPlan plan, boolean unordered, Object @Nullable [] arguments, @Nullable Object result) {
    ShadowReads.Compared compared =
        shadows.compareNow(
            view, pair, plan.name(), unordered, side -> plan.call(side, arguments), result);
    reads++;
    excused += compared.result() == Result.EXCUSED ? 1 : 0;
    mismatches.addAll(compared.mismatches());
  }

  @Override
  public String toString() {
    return "reads of " + pair.name() + " on both stores";
  }
}
