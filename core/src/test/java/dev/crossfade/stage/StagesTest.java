package dev.crossfade.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Store;
import dev.crossfade.wiring.Crossing;
import dev.crossfade.wiring.Events;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A look at the primary alone, beside the readings of both stores that go on at the same time. */
class StagesTest {
  private static final String NAME = "tokens";
  private static final ControlRow SHADOW = ControlRow.open(NAME, 4, Stage.SHADOW);
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");

  private final Map<Side, ControlRow> rows = new EnumMap<>(Side.class);
  private final Set<Side> away = EnumSet.noneOf(Side.class);
  private final Set<Side> busy = EnumSet.noneOf(Side.class);
  private final AtomicInteger newEpochs = new AtomicInteger();

  /** Done once, between a reading of a row and its answer. */
  private Runnable meanwhile = () -> {};

  private final Stages stages = start();

  private Stages start() {
    rows.put(Side.LEGACY, SHADOW);
    Stages started = another();
    started.onNewEpoch(newEpochs::incrementAndGet);
    return started;
  }

  /** As in a process that starts now. */
  private Stages another() {
    Crossing crossing =
        Crossing.of(
            NAME,
            store(Side.LEGACY),
            store(Side.TARGET),
            Settings.defaults(),
            new Events(List.of()),
            new Crossing.Declaration(Map.of(), Map.of()));
    return new Stages(crossing, new Audit(crossing));
  }

  private Store store(Side side) {
    ControlTable control =
        proxy(
            ControlTable.class,
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "read" -> read(side);
                  case "replace" -> replace(side, (ControlRow) arguments[0], arguments[1]);
                  case "now" -> NOW;
                  case "evidence" -> Map.of();
                  case "recordEvidence" -> null;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
    return proxy(
        Store.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "name" -> side.name();
              case "control" -> control;
              case "connect" -> reach(side);
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Object reach(Side side) {
    if (away.contains(side)) {
      throw new StoreUnavailableException(side + " is away", null);
    }
    if (busy.contains(side)) {
      throw new StoreTimeoutException(side + " is busy", null);
    }
    return null;
  }

  private ControlRow read(Side side) {
    reach(side);
    ControlRow row = rows.get(side);
    Runnable other = meanwhile;
    meanwhile = () -> {};
    other.run();
    return row;
  }

  private boolean replace(Side side, ControlRow expected, Object next) {
    return rows.replace(side, expected, (ControlRow) next);
  }

  @Test
  void aLookFindsAMoveAndAsksNobodyElse() {
    away.add(Side.TARGET);
    rows.put(Side.LEGACY, SHADOW.advanced(Stage.DUAL_WRITE));

    StageView seen = stages.look();

    assertThat(seen).isEqualTo(new StageView(Side.LEGACY, SHADOW.advanced(Stage.DUAL_WRITE)));
    assertThat(stages.current()).isEqualTo(seen);
    assertThat(newEpochs).hasValue(1);
    assertThat(stages.look()).isEqualTo(seen);
    assertThat(newEpochs).as("new epochs of a look that finds nothing").hasValue(1);
  }

  @Test
  void aLookFollowsAChangeOfPrimary() {
    ControlRow moved = SHADOW.moved(Stage.LIVE);
    rows.put(Side.LEGACY, moved);
    rows.put(Side.TARGET, moved.opened());

    assertThat(stages.look()).isEqualTo(new StageView(Side.TARGET, moved.opened()));
    assertThat(newEpochs).hasValue(1);
  }

  @Test
  void aLookSeesAnAttemptAndUndoesOneThatIsOverdue() {
    ControlRow closing = SHADOW.closing(UUID.randomUUID(), NOW.plusSeconds(1));
    rows.put(Side.LEGACY, closing);
    assertThat(stages.look().row()).isEqualTo(closing);

    rows.put(Side.LEGACY, SHADOW.closing(UUID.randomUUID(), NOW));
    assertThat(stages.look().row()).isEqualTo(SHADOW);

    assertThat(rows).containsEntry(Side.LEGACY, SHADOW);
    assertThat(newEpochs).as("it is the same epoch").hasValue(0);
  }

  /** The attempt that it saw is over, as whoever has read since knows. */
  @Test
  void aLookThatWasOvertakenByAReadingChangesNothing() {
    rows.put(Side.LEGACY, SHADOW.closing(UUID.randomUUID(), NOW.plusSeconds(1)));
    meanwhile =
        () -> {
          rows.put(Side.LEGACY, SHADOW);
          stages.refresh();
        };

    assertThat(stages.look().row()).isEqualTo(SHADOW);
  }

  @Test
  void aLookThatWasOvertakenByAnOwnMoveChangesNothing() {
    StageView own = new StageView(Side.LEGACY, SHADOW.closing(UUID.randomUUID(), NOW));
    meanwhile = () -> stages.publish(own);

    assertThat(stages.look()).isEqualTo(own);
  }

  @Test
  void aLookAtAPrimaryThatIsAwayChangesNothing() {
    away.add(Side.LEGACY);

    assertThatThrownBy(stages::look).isInstanceOf(StoreUnavailableException.class);
    assertThat(stages.current()).isEqualTo(new StageView(Side.LEGACY, SHADOW));
  }

  /** One that was given up and is back says that it is the primary; the busy one knows better. */
  @Test
  void whoStartsWhileTheLegacyStoreIsBusyBelievesNobody() {
    ControlRow open = ControlRow.open(NAME, 3, Stage.LIVE);
    rows.put(Side.TARGET, open);
    busy.add(Side.LEGACY);
    assertThatThrownBy(this::another).isInstanceOf(StoreTimeoutException.class);

    busy.clear();
    away.add(Side.LEGACY);
    assertThat(another().current()).isEqualTo(new StageView(Side.TARGET, open));
  }

  @Test
  void whoHasSeenThePrimaryGoesOnWhileTheLegacyStoreIsBusy() {
    ControlRow moved = SHADOW.moved(Stage.LIVE);
    rows.put(Side.LEGACY, moved);
    rows.put(Side.TARGET, moved.opened());
    stages.refresh();
    busy.add(Side.LEGACY);
    ControlRow next = moved.opened().advanced(Stage.RAMP_DOWN);
    rows.put(Side.TARGET, next);

    assertThat(stages.refresh()).isEqualTo(new StageView(Side.TARGET, next));
  }

  @Test
  void aTargetThatWasGivenUpIsDoubtedUntilItIsTakenBackOrAnotherOne() {
    rows.put(Side.TARGET, ControlRow.open(NAME, 3, Stage.LIVE));
    stages.lookAtSecondary(stages.current());
    assertThat(stages.doubt()).isNotNull();

    rows.remove(Side.TARGET);
    stages.lookAtSecondary(stages.current());
    assertThat(stages.doubt()).as("of a database that knows of nothing").isNull();

    rows.put(Side.TARGET, ControlRow.open(NAME, 3, Stage.LIVE));
    stages.lookAtSecondary(stages.current());
    assertThat(stages.doubt()).isNotNull();

    rows.put(Side.TARGET, ControlRow.open(NAME, 3, Stage.LIVE).moved(Stage.SHADOW));
    stages.lookAtSecondary(stages.current());
    assertThat(stages.doubt()).as("of one that somebody has taken back").isNull();
  }

  /** It is no primary, whatever it says; who gave it up may still want to take it back. */
  @Test
  void anAttemptOnATargetThatWasGivenUpIsLeftAlone() {
    ControlRow closing =
        ControlRow.open(NAME, 3, Stage.LIVE).closing(UUID.randomUUID(), NOW.minusSeconds(1));
    rows.put(Side.TARGET, closing);

    assertThat(another().current().primary()).isEqualTo(Side.LEGACY);

    assertThat(rows).containsEntry(Side.TARGET, closing);
  }
}
