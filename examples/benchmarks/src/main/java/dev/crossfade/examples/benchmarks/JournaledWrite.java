package dev.crossfade.examples.benchmarks;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestPostgres;

/**
 * A write to PostgreSQL as primary, in {@code live}: mark, row and, later, finish, through the
 * whole engine. The other store takes rows over in no time, so the cost is that of PostgreSQL and
 * its journal; the calls wait for it nevertheless. Against the same upsert, bare.
 *
 * <p>Throughput counts until the journal is empty. The median at one thread is what the caller sees
 * while finishes of earlier writes run beside it.
 */
final class JournaledWrite implements Row {
  private static final int MANY = 16;
  private static final int SLICES = 10;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases databases = Databases.create(server, options.rows())) {
      ImmediateStore legacy = new ImmediateStore(Application.sqlite(databases.file()));
      Application application =
          databases.closing(
              Application.open(legacy, Application.postgres(databases.url()), Settings.defaults()));
      application.to(Stage.LIVE);
      legacy.forget();
      BarePostgres bare = databases.barePostgres();
      OutboxPeer outbox =
          databases.closing(new OutboxPeer(databases.pool(Application.POOL + 2), item -> {}));
      Contest contest =
          new Contest(options, key -> bare.save(Item.next(key)))
              .against("crossfade", application.saves())
              .against("outbox", outbox);
      Contest.Result one = contest.run(1, SLICES);
      figures.atMost(
          1.15, "journaled-write.1.p50", one.ratio("crossfade", Turn::p50Micros), "x bare");
      figures.shown("journaled-write.1.p50.outbox", one.ratio("outbox", Turn::p50Micros), "x bare");
      figures.shown("journaled-write.1.p50.bare", one.of(Contest.BARE, Turn::p50Micros), "us");
      Contest.Result many = contest.run(MANY);
      figures.atLeast(
          0.8, "journaled-write.16.writes", many.ratio("crossfade", Turn::perSecond), "x bare");
      figures.shown(
          "journaled-write.16.writes.outbox", many.ratio("outbox", Turn::perSecond), "x bare");
      figures.shown(
          "journaled-write.16.writes.bare", many.of(Contest.BARE, Turn::perSecond), "per s");
    }
  }
}
