package dev.crossfade.examples.benchmarks;

import dev.crossfade.Settings;
import dev.crossfade.Stage;
import dev.crossfade.junit.TcpProxy;
import dev.crossfade.junit.TestPostgres;
import java.time.Duration;

/**
 * A read in {@code shadow} of which every one is to be compared with a PostgreSQL that answers
 * after 10 ms, against the same implementation called directly. What the two threads that compare
 * cannot take is dropped and counted, not waited for.
 */
final class ShadowRead implements Row {
  private static final int SLICES = 10;
  private static final Duration ONE_WAY = Duration.ofMillis(5);

  @Override
  public void measure(Options options, TestPostgres server, Figures figures) throws Exception {
    try (Databases databases = Databases.create(server, options.rows())) {
      TcpProxy network = databases.closing(TcpProxy.to(databases.host(), databases.port()));
      Items[] direct = new Items[1];
      Application application =
          databases.closing(
              Application.open(
                  Application.sqlite(databases.file()),
                  Application.postgres(databases.url(network.host(), network.port())),
                  Settings.builder().shadowSampling(1).build(),
                  context -> {
                    Items.OnSqlite made = new Items.OnSqlite(context);
                    direct[0] = made;
                    return made;
                  },
                  Items.OnPostgres::new));
      application.to(Stage.SHADOW);
      network.delay(ONE_WAY);
      Contest.Result result =
          new Contest(options, Contender.reading(direct[0]))
              .against("shadowed", Contender.reading(application.items()))
              .run(1, SLICES);
      network.pass();
      figures.atMost(1.1, "shadow-read.p50", result.ratio("shadowed", Turn::p50Micros), "x bare");
      figures.atMost(
          1.1,
          "shadow-read.mean",
          result.ratio("shadowed", turn -> 1 / turn.perSecond()),
          "x bare");
      figures.shown("shadow-read.p50.bare", result.of(Contest.BARE, Turn::p50Micros), "us");
    }
  }
}
