package dev.crossfade.examples.music;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.VerificationReport;
import dev.crossfade.config.CrossfadeConfig;
import dev.crossfade.examples.music.generated.Album;
import dev.crossfade.examples.music.generated.Artist;
import dev.crossfade.examples.music.generated.Invoice;
import dev.crossfade.examples.music.generated.InvoiceLine;
import dev.crossfade.examples.music.generated.PostgresAlbumRepository;
import dev.crossfade.examples.music.generated.PostgresArtistRepository;
import dev.crossfade.examples.music.generated.PostgresInvoiceLineRepository;
import dev.crossfade.examples.music.generated.PostgresInvoiceRepository;
import dev.crossfade.examples.music.generated.SqliteAlbumRepository;
import dev.crossfade.examples.music.generated.SqliteArtistRepository;
import dev.crossfade.examples.music.generated.SqliteInvoiceLineRepository;
import dev.crossfade.examples.music.generated.SqliteInvoiceRepository;
import dev.crossfade.examples.music.generated.Track;
import java.nio.file.Path;

/** The application's wiring. */
final class MusicApplication {
  private static final int ROUNDS = 3;

  private MusicApplication() {}

  /** Opens both stores as the configuration says. To be closed by the caller. */
  static Crossfade open(Path configuration) {
    CrossfadeConfig config = CrossfadeConfig.load(configuration);
    return Crossfade.builder()
        .legacy(config.legacy())
        .target(config.target())
        .migration(
            "music",
            m ->
                m.entity(Artist.ENTITY, SqliteArtistRepository::new, PostgresArtistRepository::new)
                    .entity(Album.ENTITY, SqliteAlbumRepository::new, PostgresAlbumRepository::new)
                    .entity(Track.ENTITY, SqliteTracks::new, PostgresTracks::new)
                    .entity(
                        Invoice.ENTITY,
                        SqliteInvoiceRepository::new,
                        PostgresInvoiceRepository::new)
                    .entity(
                        InvoiceLine.ENTITY,
                        SqliteInvoiceLineRepository::new,
                        PostgresInvoiceLineRepository::new))
        .settings(config)
        .build();
  }

  /** Copies what was there before, and checks all of it. */
  static VerificationReport copy(Migration migration) {
    migration.backfill();
    return check(migration);
  }

  /** Compares every field of every row, and copies what differs again. */
  static VerificationReport check(Migration migration) {
    VerificationReport report = migration.verify();
    for (int round = 1; !report.isClean() && round <= ROUNDS; round++) {
      migration.repair(report.differences());
      report = migration.verify();
    }
    return report;
  }
}
