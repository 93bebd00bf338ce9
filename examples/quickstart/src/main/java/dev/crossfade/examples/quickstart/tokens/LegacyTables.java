package dev.crossfade.examples.quickstart.tokens;

import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.crossfade.Conversion;
import dev.crossfade.sqlite.SqliteConversions;
import java.time.Instant;
import org.jooq.Table;

/** The tables of the SQLite file, and the one form that times have there. */
final class LegacyTables {
  static final Table<?> TOKENS = table(name("tokens"));
  static final Table<?> TOKEN_SCORES = table(name("token_scores"));
  static final Table<?> APP_SETTINGS = table(name("app_settings"));

  /** It sorts as text by the moment. */
  static final Conversion<Instant, String> TIME =
      SqliteConversions.instantAsText("yyyy-MM-dd HH:mm:ss.SSSSSS");

  private LegacyTables() {}
}
