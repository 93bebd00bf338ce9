package dev.crossfade.routing;

import dev.crossfade.ComparedReads;
import dev.crossfade.CrossfadeListener.Mismatch;
import dev.crossfade.CrossfadeListener.ShadowReadEvent.Result;
import dev.crossfade.Reads;
import dev.crossfade.shadow.ShadowReads;
import dev.crossfade.stage.StageView;
import dev.crossfade.wiring.EntityPair;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes each read on both stores and compares what they return. For one thread and one call. */
final class ReadsOnBoth implements InvocationHandler {
  private final EntityPair<?, ?> pair;
  private final StageView view;
  private final ShadowReads shadows;
  private final List<Mismatch> mismatches = new ArrayList<>();
  private int reads;
  private int excused;

  ReadsOnBoth(EntityPair<?, ?> pair, StageView view, ShadowReads shadows) {
    this.pair = pair;
    this.view = view;
    this.shadows = shadows;
  }

  ComparedReads result() {
    return new ComparedReads(view.row().migration(), view.stage(), reads, excused, mismatches);
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
          pair.entity().name()
              + "."
              + method.getName()
              + " writes; only reads are made on both stores and compared. Write before");
    }
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
    return "reads of " + pair.entity().name() + " on both stores";
  }
}
