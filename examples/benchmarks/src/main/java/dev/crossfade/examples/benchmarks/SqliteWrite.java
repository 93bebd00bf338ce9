package dev.crossfade.examples.benchmarks;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.TestPostgres;

/**
 * Writes to SQLite from 16 threads, in {@code off} and, with the journal, in {@code dual_write}
 * with a PostgreSQL that takes rows over in no time; against 16 threads that write and commit by
 * themselves.
 */
final class SqliteWrite implements Row {
  private static final int MANY = 16;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases off = Databases.create(server, options.rows());
        Databases journaled = Databases.create(server, options.rows())) {
      Application plain = off.closing(Application.open(off));
      ImmediateStore target = new ImmediateStore(Application.postgres(journaled.url()));
      Application marking =
          journaled.closing(
              Application.open(Application.sqlite(journaled.file()), target, Settings.defaults()));
      marking.to(Stage.DUAL_WRITE);
      target.forget();
      BareSqlite bare = off.bareSqlite();
      Contest.Result result =
          new Contest(options, key -> bare.save(Item.next(key)))
              .against("off", plain.saves())
              .against("journaled", marking.saves())
              .run(MANY);
      for (String name : new String[] {"off", "journaled"}) {
        figures.atLeast(
            3,
            "sqlite-write.16." + name + ".writes",
            result.ratio(name, Turn::perSecond),
            "x bare");
        figures.atLeast(
            0.5,
            "sqlite-write.16." + name + ".slowest-thread",
            result.of(name, Turn::evenness),
            "x fastest");
      }
      figures.shown(
          "sqlite-write.16.bare.writes", result.of(Contest.BARE, Turn::perSecond), "per s");
      figures.shown(
          "sqlite-write.16.bare.slowest-thread",
          result.of(Contest.BARE, Turn::evenness),
          "x fastest");
    }
  }
}
