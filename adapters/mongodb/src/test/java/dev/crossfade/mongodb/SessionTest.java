package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crossfade.CrossfadeException;
import dev.crossfade.Entity;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.Stage;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StaleEpochException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Leases, barriers and gates: what stands in for the locks of a transaction. */
class SessionTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ControlRow OPEN = ControlRow.open(App.MIGRATION, 1, Stage.DUAL_WRITE);

  record Thing(long id, String text) {}

  private static final Entity<Thing, Long> THING =
      Entity.of(Thing.class).key("id", Long.class).build();

  private static final class Things extends MongoRepository<Thing, Long> {
    Things(RepositoryContext<Thing, Long> context) {
      super(context, "thing");
    }
  }

  private final App app = new App(builder -> builder.exclusionLimit(Duration.ofMillis(500)));
  private final Things things = new Things(App.context(app.store, THING));

  @AfterEach
  void end() {
    app.close();
  }

  private Document session(String id, Duration silent, Duration lease) {
    return new Document("_id", id)
        .append("seen", 0L)
        .append("ended", false)
        .append("process", "process of " + id)
        .append("leaseMillis", lease.toMillis())
        .append("heardAt", Date.from(Instant.now().minus(silent)));
  }

  private void others(Document session) {
    app.collection(Names.SESSION).insertOne(session);
  }

  @Test
  void aChangeWaitsForASessionThatMayStillWriteAndNamesIt() {
    others(session("busy", Duration.ZERO, Duration.ofHours(1)));

    assertThatThrownBy(() -> app.store.control().replace(OPEN, OPEN.advanced(Stage.SHADOW)))
        .isInstanceOf(StoreTimeoutException.class)
        .hasMessageContaining("process of busy");

    assertThat(app.store.control().read(App.MIGRATION)).isEqualTo(OPEN);
    assertThat(app.collection(Names.CONTROL).find(eq("_id", App.MIGRATION)).first())
        .as("the gate is open again")
        .containsEntry("gate", null);
    app.unit(() -> things.save(new Thing(1, "writes go on")));

    app.collection(Names.SESSION).updateOne(eq("_id", "busy"), set("seen", Long.MAX_VALUE));
    assertThat(retried(OPEN.advanced(Stage.SHADOW))).isTrue();
  }

  private boolean retried(ControlRow next) {
    AtomicReference<Boolean> replaced = new AtomicReference<>(false);
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsMatching(e -> e instanceof StoreTimeoutException)
        .untilAsserted(() -> replaced.set(app.store.control().replace(OPEN, next)));
    return replaced.get();
  }

  @Test
  void aSessionPastItsLeaseIsEndedAndNotWaitedFor() {
    others(session("dead", Duration.ofSeconds(20), Duration.ofSeconds(10)));

    assertThat(retried(OPEN.advanced(Stage.SHADOW))).isTrue();

    assertThat(app.collection(Names.SESSION).find(eq("_id", "dead")).first())
        .containsEntry("ended", true);
  }

  @Test
  void aGateOfADeadSessionIsTakenAway() {
    others(session("dead", Duration.ofSeconds(20), Duration.ofSeconds(10)));
    app.collection(Names.CONTROL)
        .updateOne(
            eq("_id", App.MIGRATION), set("gate", new Document("by", "dead").append("token", "t")));

    assertThat(retried(OPEN.advanced(Stage.SHADOW))).isTrue();
    assertThat(app.collection(Names.CONTROL).find(eq("_id", App.MIGRATION)).first())
        .containsEntry("gate", null);
  }

  @Test
  void aGateOfADeadSessionHoldsNoWriterUp() {
    others(session("dead", Duration.ofSeconds(20), Duration.ofSeconds(10)));
    app.collection(Names.CONTROL)
        .updateOne(
            eq("_id", App.MIGRATION), set("gate", new Document("by", "dead").append("token", "t")));
    app.store.connected().session().refresh();

    app.unit(() -> things.save(new Thing(1, "nobody else changes the stage")));

    assertThat(app.collection("thing").countDocuments()).isEqualTo(1);
  }

  @Test
  void aGateWhoseAnswerWasLostIsOpenedAgainByWhoShutIt() {
    try (TcpProxy proxy =
        TcpProxy.to(TestMongo.address().getHostString(), TestMongo.address().getPort())) {
      MongoStore mover =
          MongoStore.at(
                  "mongodb://" + proxy.host() + ":" + proxy.port() + "/?directConnection=true")
              .database(app.name)
              .operationLimit(Duration.ofSeconds(40))
              .lease(Duration.ofSeconds(60))
              .open();
      try {
        mover.connect();
        proxy.loseReply(message -> message.contains("update") && message.contains("token"));

        assertThatThrownBy(() -> mover.control().replace(OPEN, OPEN.advanced(Stage.SHADOW)))
            .isInstanceOf(CrossfadeException.class);

        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(app.collection(Names.CONTROL).find(eq("_id", App.MIGRATION)).first())
                        .containsEntry("gate", null));
        proxy.pass();
      } finally {
        mover.close();
      }
    }
  }

  @Test
  void whoWasEndedGoesOnUnderANewSession() {
    String first = app.store.connected().session().id();
    app.collection(Names.SESSION).updateOne(eq("_id", first), set("ended", true));

    await().atMost(PATIENCE).until(() -> !app.store.connected().session().id().equals(first));

    app.unit(() -> things.save(new Thing(1, "after")));
    assertThat(things.find(1L)).isPresent();
    assertThat(app.collection(Names.SESSION).countDocuments(ne("ended", true))).isEqualTo(1);
  }

  @Test
  void whoDoesNotKnowOfAChangeIsToldByTheBarrier() {
    try (MongoStore other = app.another(builder -> builder)) {
      other.connect();
      Things theirs = new Things(App.context(other, THING));
      other.write(app.mark(), () -> theirs.save(new Thing(1, "before")));

      assertThat(retried(OPEN.closing(new java.util.UUID(1, 1), java.time.Instant.EPOCH))).isTrue();

      assertThatThrownBy(() -> other.write(app.mark(), () -> theirs.save(new Thing(1, "after"))))
          .isInstanceOf(StaleEpochException.class);
      assertThat(things.get(1L).text()).isEqualTo("before");
    }
  }

  @Test
  void closingWaitsForAnotherProcessesUnit() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (MongoStore other = app.another(builder -> builder)) {
      other.connect();
      Things theirs = new Things(App.context(other, THING));
      Thread unit =
          new Thread(
              () -> {
                try {
                  other.write(
                      app.mark(),
                      () -> {
                        inside.countDown();
                        assertThat(release.await(120, TimeUnit.SECONDS)).isTrue();
                        return theirs.save(new Thing(1, "late"));
                      });
                } catch (Throwable e) {
                  failed.set(e);
                }
              });
      unit.start();
      assertThat(inside.await(120, TimeUnit.SECONDS)).isTrue();
      ControlRow closing = OPEN.closing(new java.util.UUID(1, 1), java.time.Instant.EPOCH);
      assertThatThrownBy(() -> app.store.control().replace(OPEN, closing))
          .isInstanceOf(StoreTimeoutException.class);
      release.countDown();
      unit.join(PATIENCE.toMillis());
      assertThat(failed.get()).isNull();
      assertThat(retried(closing)).isTrue();
      assertThat(app.entries()).isEqualTo(1);
    }
  }

  // A network that fails.

  private MongoStore through(TcpProxy proxy, Duration limit) {
    return MongoStore.at("mongodb://" + proxy.host() + ":" + proxy.port())
        .database(app.name)
        .operationLimit(limit)
        .lease(limit.multipliedBy(2))
        .open();
  }

  private static TcpProxy proxy() {
    return TcpProxy.to(TestMongo.address().getHostString(), TestMongo.address().getPort());
  }

  private @Nullable CrossfadeException save(MongoStore store, Things through, Mark mark) {
    try {
      store.writeRow(mark, through, new RowWrite.Save<>(new Thing(7, "seven")));
      return null;
    } catch (CrossfadeException e) {
      return e;
    }
  }

  @Test
  void aWriteWhoseAnswerIsLostIsUnknownAndItsEntryIsNotSweptWhileItMayCome() {
    try (TcpProxy proxy = proxy();
        MongoStore store = through(proxy, Duration.ofSeconds(40))) {
      store.connect();
      Things through = new Things(App.context(store, THING));
      proxy.loseReply(chunk -> chunk.contains("findAndModify") && chunk.contains("\0thing\0"));

      CrossfadeException failure = save(store, through, app.mark());

      proxy.pass();
      assertThat(failure).isInstanceOf(OutcomeUnknownException.class);
      assertThat(things.find(7L)).as("it has come").isPresent();
      assertThat(app.entries()).isEqualTo(1);
      assertThat(store.journal().leaveForgotten(app.writer, id -> false))
          .as("it may still come, as far as this process knows")
          .isZero();
    }
  }

  @Test
  void onceItsTimeLimitIsOverItIsSwept() {
    try (TcpProxy proxy = proxy();
        MongoStore store = through(proxy, Duration.ofSeconds(1))) {
      store.connect();
      Things through = new Things(App.context(store, THING));
      proxy.loseReply(chunk -> chunk.contains("findAndModify") && chunk.contains("\0thing\0"));
      CrossfadeException unused = save(store, through, app.mark());
      proxy.pass();

      if (app.entries() == 1) {
        await()
            .atMost(PATIENCE)
            .ignoreExceptionsMatching(e -> e instanceof CrossfadeException)
            .until(() -> store.journal().leaveForgotten(app.writer, id -> false) == 1);
      }
      app.store.instances().fence(app.writer);
      assertThat(app.store.connected().session().isDoubtful("any")).isFalse();
    }
  }

  @Test
  void withoutALeaseNothingIsSent() {
    try (TcpProxy proxy = proxy();
        MongoStore store = through(proxy, Duration.ofSeconds(1))) {
      store.connect();
      Things through = new Things(App.context(store, THING));
      proxy.refuse();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                CrossfadeException failure = save(store, through, app.mark());
                return failure instanceof StoreUnavailableException
                    && failure.getMessage().contains("lease");
              });
      proxy.pass();

      await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(e -> e instanceof CrossfadeException)
          .until(() -> save(store, through, app.mark()) == null);
      assertThat(things.find(7L)).isPresent();
    }
  }

  @Test
  void aStoppedServerIsUnavailableAndSaysSo() {
    try (TcpProxy proxy = proxy();
        MongoStore store = through(proxy, Duration.ofSeconds(1))) {
      proxy.refuse();
      assertThatThrownBy(store::reach)
          .isInstanceOfAny(StoreUnavailableException.class, StoreTimeoutException.class);
      assertThatThrownBy(store::connect).isInstanceOf(CrossfadeException.class);
      proxy.pass();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(e -> e instanceof CrossfadeException)
          .untilAsserted(store::connect);
      assertThat(store.guarantees()).isNotEmpty();
    }
  }
}
