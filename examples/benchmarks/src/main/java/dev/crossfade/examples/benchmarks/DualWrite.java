package dev.crossfade.examples.benchmarks;

import dev.crossfade.Stage;
import dev.crossfade.junit.TestPostgres;

/**
 * A write to SQLite and PostgreSQL in {@code dual_write}, both waited for, against the two bare
 * writes one after the other, each its own transaction, which keep no journal.
 */
final class DualWrite implements Row {
  private static final int MANY = 16;
  private static final int SLICES = 10;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases databases = Databases.create(server, options.rows())) {
      Application application = databases.closing(Application.open(databases));
      application.to(Stage.DUAL_WRITE);
      BareSqlite sqlite = databases.bareSqlite();
      BarePostgres postgres = databases.barePostgres();
      Contest contest =
          new Contest(
                  options,
                  key -> {
                    Item item = Item.next(key);
                    sqlite.save(item);
                    postgres.save(item);
                  })
              .against("crossfade", application.saves())
              .against("launchdarkly", databases.closing(new LaunchDarklyPeer(sqlite, postgres)))
              .against(
                  "outbox",
                  databases.closing(
                      new OutboxPeer(databases.pool(Application.POOL + 2), sqlite::save)));
      one(contest.run(1, SLICES), figures);
      many(contest.run(MANY), figures);
    }
  }

  private static void one(Contest.Result one, Figures figures) {
    figures.atMost(1.15, "dual-write.1.p50", one.ratio("crossfade", Turn::p50Micros), "x bare");
    figures.shown(
        "dual-write.1.p50.launchdarkly", one.ratio("launchdarkly", Turn::p50Micros), "x bare");
    figures.shown("dual-write.1.p50.outbox", one.ratio("outbox", Turn::p50Micros), "x bare");
    figures.shown("dual-write.1.p50.bare", one.of(Contest.BARE, Turn::p50Micros), "us");
  }

  private static void many(Contest.Result many, Figures figures) {
    figures.atLeast(2, "dual-write.16.writes", many.ratio("crossfade", Turn::perSecond), "x bare");
    figures.shown(
        "dual-write.16.writes.launchdarkly", many.ratio("launchdarkly", Turn::perSecond), "x bare");
    figures.shown("dual-write.16.writes.outbox", many.ratio("outbox", Turn::perSecond), "x bare");
    figures.shown("dual-write.16.writes.bare", many.of(Contest.BARE, Turn::perSecond), "per s");
    figures.atMost(0.2, "dual-write.16.p99", many.ratio("crossfade", Turn::p99Micros), "x bare");
    figures.shown(
        "dual-write.16.p99.launchdarkly", many.ratio("launchdarkly", Turn::p99Micros), "x bare");
    figures.shown("dual-write.16.p99.outbox", many.ratio("outbox", Turn::p99Micros), "x bare");
    figures.shown("dual-write.16.p99.bare", many.of(Contest.BARE, Turn::p99Micros), "us");
  }
}
