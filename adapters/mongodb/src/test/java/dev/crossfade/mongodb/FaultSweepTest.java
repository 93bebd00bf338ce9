package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.Entity;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A unit over several documents of two collections, two of which swap a unique value, whose n-th
 * command fails, for every n. Whatever has come of it, a document that is not as it was has its
 * entry, and what the caller was told is true.
 */
class FaultSweepTest {
  private static final int MOST = 60;

  record Thing(long id, String code) {}

  private static final Entity<Thing, Long> THING =
      Entity.of(Thing.class).key("id", Long.class).build();
  private static final Entity<Thing, Long> PART = THING.named("part");

  private static final class Things extends MongoRepository<Thing, Long> {
    Things(RepositoryContext<Thing, Long> context) {
      super(context, context.entity().name());
    }
  }

  private enum Fault {
    /** The command does not reach the server. */
    NOT_SENT,
    /** It does, and the answer is lost. */
    REPLY_LOST,
    /** It does not, and nothing of this process ever does again: as if it were killed. */
    KILLED
  }

  /** Those that a unit sends; what the session does is not counted. */
  private static final class NthCommand implements Predicate<String> {
    private final int n;
    final AtomicInteger met = new AtomicInteger();

    NthCommand(int n) {
      this.n = n;
    }

    @Override
    public boolean test(String chunk) {
      boolean counts =
          chunk.contains("crossfade_journal\0")
              || chunk.contains("\0thing\0")
              || chunk.contains("\0part\0");
      return counts && met.incrementAndGet() == n;
    }
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @EnumSource(Fault.class)
  void whateverFailsTheJournalKnows(Fault fault) {
    boolean clean = false;
    for (int n = 1; !clean; n++) {
      assertThat(n).as("a run without a fault comes in the end").isLessThan(MOST);
      clean = run(fault, n);
    }
  }

  /** Whether the unit sent fewer commands than that. */
  private static boolean run(Fault fault, int n) {
    try (App app = new App();
        TcpProxy proxy =
            TcpProxy.to(TestMongo.address().getHostString(), TestMongo.address().getPort())) {
      app.collection("thing")
          .createIndex(Indexes.ascending("code"), new IndexOptions().unique(true));
      put(app, "thing", 1, "a");
      put(app, "thing", 2, "b");
      put(app, "part", 2, "gone");
      Map<String, @Nullable String> before = documents(app);
      NthCommand nth = new NthCommand(n);
      CrossfadeException failure = null;
      MongoStore store =
          MongoStore.at("mongodb://" + proxy.host() + ":" + proxy.port())
              .database(app.name)
              .operationLimit(limit(fault))
              .lease(limit(fault).multipliedBy(2))
              .open();
      try {
        store.connect();
        Things things = new Things(App.context(store, THING));
        Things parts = new Things(App.context(store, PART));
        // What the driver and the store ask for once comes before.
        assertThat(things.count()).isEqualTo(2);
        begin(proxy, fault, nth);
        failure = swap(store, app, things, parts);
      } finally {
        proxy.pass();
        store.close();
      }
      check(app, before, failure, fault + " at command " + n);
      return nth.met.get() < n;
    }
  }

  /** Where nobody answers any more, what is tried ends with its limit. */
  private static Duration limit(Fault fault) {
    return fault == Fault.KILLED ? Duration.ofSeconds(1) : Duration.ofSeconds(40);
  }

  private static void begin(TcpProxy proxy, Fault fault, NthCommand nth) {
    switch (fault) {
      case NOT_SENT -> proxy.loseRequest(nth);
      case REPLY_LOST -> proxy.loseReply(nth);
      case KILLED -> {
        proxy.loseRequest(nth);
        Thread killer = new Thread(() -> refuseAfterTheFault(proxy), "killer");
        killer.setDaemon(true);
        killer.start();
      }
    }
  }

  /** Before the driver has found the server again. Should it be faster, the run is still one. */
  private static void refuseAfterTheFault(TcpProxy proxy) {
    int before = proxy.faults();
    while (proxy.faults() == before) {
      LockSupport.parkNanos(100_000);
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
    try {
      proxy.refuse();
    } catch (IllegalStateException e) {
      // the run is over, and the proxy closed
    }
  }

  private static @Nullable CrossfadeException swap(
      MongoStore store, App app, Things things, Things parts) {
    AtomicLong ids = new AtomicLong();
    Mark mark = new Mark(App.MIGRATION, 1, Mark.Kind.ENTRY, app.writer, ids::incrementAndGet);
    try {
      store.write(
          mark,
          () -> {
            things.save(new Thing(1, "b"));
            things.save(new Thing(2, "a"));
            parts.save(new Thing(1, "new"));
            return parts.delete(2L);
          });
      return null;
    } catch (CrossfadeException e) {
      return e;
    }
  }

  private static void check(
      App app,
      Map<String, @Nullable String> before,
      @Nullable CrossfadeException failure,
      String when) {
    Map<String, @Nullable String> after = documents(app);
    Set<String> marked = marked(app);
    for (String key : Set.of("thing 1", "thing 2", "part 1", "part 2")) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        assertThat(marked).as("%s: entries, of %s at least", when, key).contains(key);
      }
    }
    if (failure == null) {
      assertThat(after)
          .as("%s: acknowledged", when)
          .isEqualTo(Map.of("thing 1", "b", "thing 2", "a", "part 1", "new"));
      assertThat(marked).hasSize(4);
    } else if (failure.outcome() == Outcome.NOT_WRITTEN) {
      assertThat(after).as("%s: said not to be written, by %s", when, failure).isEqualTo(before);
    }
  }

  private static void put(App app, String collection, long id, String code) {
    app.collection(collection).insertOne(new Document("_id", id).append("code", code));
  }

  private static Map<String, @Nullable String> documents(App app) {
    Map<String, @Nullable String> found = new HashMap<>();
    for (String collection : Set.of("thing", "part")) {
      for (Document each : app.collection(collection).find()) {
        found.put(collection + " " + each.getLong("_id"), each.getString("code"));
      }
    }
    return found;
  }

  private static Set<String> marked(App app) {
    Set<String> marked = new HashSet<>();
    for (Document each : app.collection(Names.JOURNAL).find(eq("migration", App.MIGRATION))) {
      byte[] key = java.util.HexFormat.of().parseHex(each.getString("from"));
      marked.add(each.getString("entity") + " " + THING.keys().decode(key));
    }
    return marked;
  }

  /** The harness itself: a chunk is known by the collection it names. */
  @Test
  void commandsAreCountedByTheirCollection() {
    NthCommand second = new NthCommand(2);
    String insert =
        new String(new byte[] {2, 0}, StandardCharsets.ISO_8859_1) + "insert\0......\0thing\0";
    assertThat(second.test("find\0....\0crossfade_state\0")).isFalse();
    assertThat(second.test(insert)).isFalse();
    assertThat(second.test(insert)).isTrue();
    assertThat(second.test(insert)).isFalse();
  }
}
