package dev.crossfade.examples.bookmarks;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.VerificationReport;
import dev.crossfade.config.CrossfadeConfig;
import java.nio.file.Path;

/** The application's wiring. */
final class BookmarksApplication {
  private static final int ROUNDS = 3;

  private BookmarksApplication() {}

  /** Opens both stores as the configuration says. To be closed by the caller. */
  static Crossfade open(Path configuration) {
    CrossfadeConfig config = CrossfadeConfig.load(configuration);
    return Crossfade.builder()
        .legacy(config.legacy())
        .target(config.target())
        .migration(
            "bookmarks",
            m -> m.entity(Bookmark.ENTITY, SqliteBookmarks::new, PostgresBookmarks::new))
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
