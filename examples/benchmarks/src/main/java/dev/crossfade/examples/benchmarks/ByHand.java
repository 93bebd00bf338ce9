package dev.crossfade.examples.benchmarks;

import dev.crossfade.Stage;
import dev.crossfade.junit.TestPostgres;
import java.util.Optional;

/**
 * {@code find} and {@code save} as a repository inherits them, generated or not, through the whole
 * library; against the same statements in JDBC by hand, on as many connections. In {@code off} that
 * is SQLite, and nothing is journaled; in {@code complete} PostgreSQL, where a save remembers that
 * its key has changed: against the same upsert, and against one by hand that remembers as well.
 */
final class ByHand implements Row {
  private static final double LIMIT = 1.1;
  private static final int SLICES = 10;

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases databases = Databases.create(server, options.rows())) {
      Application application = databases.closing(Application.open(databases));
      BareSqlite sqlite = databases.bareSqlite();
      measure(
          "by-hand.off",
          new Contest(options, key -> there(sqlite.find(key))),
          new Contest(options, key -> sqlite.save(Item.next(key))),
          application,
          figures);
      application.to(Stage.COMPLETE);
      BarePostgres postgres = databases.barePostgres();
      measure(
          "by-hand.complete",
          new Contest(options, key -> there(postgres.find(key))),
          new Contest(options, key -> postgres.save(Item.next(key))),
          application,
          figures);
      measureRemembered(options, postgres.remembering(), application, figures);
    }
  }

  private static void measureRemembered(
      Options options, BarePostgres postgres, Application application, Figures figures)
      throws Exception {
    Contest.Result save =
        new Contest(options, key -> postgres.saveRemembered(Item.next(key)))
            .against("crossfade", application.saves())
            .run(1, SLICES);
    String name = "by-hand.complete.save.remembered.p50";
    figures.atMost(LIMIT, name, save.ratio("crossfade", Turn::p50Micros), "x bare");
    figures.shown(name + ".bare", save.of(Contest.BARE, Turn::p50Micros), "us");
  }

  private static void there(Optional<Item> found) {
    if (found.isEmpty()) {
      throw new IllegalStateException("there is no such item");
    }
  }

  private static void measure(
      String name, Contest finds, Contest saves, Application application, Figures figures)
      throws Exception {
    Contest.Result find =
        finds.against("crossfade", Contender.reading(application.items())).run(1, SLICES);
    figures.atMost(LIMIT, name + ".find.p50", find.ratio("crossfade", Turn::p50Micros), "x bare");
    figures.shown(name + ".find.p50.bare", find.of(Contest.BARE, Turn::p50Micros), "us");
    Contest.Result save = saves.against("crossfade", application.saves()).run(1, SLICES);
    Spread ratio = save.ratio("crossfade", Turn::p50Micros);
    if (application.migration().stage().remembersKeys()) {
      figures.shown(name + ".save.p50", ratio, "x bare");
    } else {
      figures.atMost(LIMIT, name + ".save.p50", ratio, "x bare");
    }
    figures.shown(name + ".save.p50.bare", save.of(Contest.BARE, Turn::p50Micros), "us");
  }
}
