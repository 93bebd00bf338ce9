package dev.crossfade.examples.quickstart;

import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads both databases from scratch, with JDBC and queries of its own, and compares them with each
 * other and with what the writers know. Nobody writes meanwhile.
 */
final class Inspection {
  private static final int FETCH = 2_000;

  private final Databases databases;
  private final WriteLog log;
  private final Side primary;
  private final boolean both;
  private final List<String> losses = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private long lost;
  private long compared;
  private long different;

  private Inspection(Databases databases, WriteLog log, Stage stage) {
    this.databases = databases;
    this.log = log;
    this.primary = stage.primary();
    this.both = stage.writesBoth();
  }

  /** The verdict, in a stage in which both stores hold everything, or else of the primary alone. */
  static Verdict verdict(Databases databases, WriteLog log, Stage stage, long pauseMillis)
      throws SQLException {
    return new Inspection(databases, log, stage).run(pauseMillis);
  }

  private Verdict run(long pauseMillis) throws SQLException {
    log.closeContests();
    try (Connection sqlite = databases.openSqlite();
        Connection postgres = both || primary == Side.TARGET ? databases.openPostgres() : sqlite) {
      compare(sqlite, postgres, log.tokens(), "tokens", "id", Inspection::token);
      compare(sqlite, postgres, log.scores(), "token_scores", "id", Inspection::score);
      compare(sqlite, postgres, log.settings(), "app_settings", "key", Inspection::setting);
      log.checkCounter(counter(primary == Side.LEGACY ? sqlite : postgres));
    }
    lost += log.contradicted();
    losses.addAll(log.contradictions());
    return new Verdict(
        log.acknowledged(),
        lost,
        losses.stream().limit(Verdict.SHOWN).toList(),
        compared,
        different,
        differences,
        pauseMillis);
  }

  private void compare(
      Connection sqlite, Connection postgres, Ledger ledger, String table, String key, Form form)
      throws SQLException {
    Set<Object> missing = new HashSet<>(ledger.keys());
    try (Rows legacy = rows(Side.LEGACY, sqlite, table, key, form);
        Rows target = rows(Side.TARGET, postgres, table, key, form)) {
      Canonical a = legacy.next();
      Canonical b = target.next();
      while (a != null || b != null) {
        int order = order(a, b);
        Canonical left = order <= 0 ? a : null;
        Canonical right = order >= 0 ? b : null;
        if (both) {
          compare(ledger, left, right);
        }
        Canonical truth = primary == Side.LEGACY ? left : right;
        if (truth != null) {
          missing.remove(truth.key());
          check(ledger, truth);
        }
        a = order <= 0 ? legacy.next() : a;
        b = order >= 0 ? target.next() : b;
      }
    }
    for (Object absent : missing) {
      if (!ledger.allowsAbsence(absent)) {
        lose(ledger.name() + " " + absent + " was acknowledged and is not there");
      }
    }
  }

  private void compare(Ledger ledger, @Nullable Canonical sqlite, @Nullable Canonical postgres) {
    compared++;
    if (sqlite == null || postgres == null) {
      Canonical only = sqlite == null ? postgres : sqlite;
      differ(
          ledger.name()
              + " "
              + (only == null ? "" : only.key())
              + " is in "
              + (sqlite == null ? "PostgreSQL" : "SQLite")
              + " only");
    } else if (!sqlite.fields().equals(postgres.fields())) {
      differ(
          ledger.name()
              + " "
              + sqlite.key()
              + ": "
              + Canonical.difference(ledger.fields(), sqlite.fields(), postgres.fields()));
    }
  }

  /** The counter has no single writer and is checked by itself. */
  private void check(Ledger ledger, Canonical row) {
    if (!row.key().equals(WriteLog.COUNTER) && !ledger.allows(row)) {
      lose(
          ledger.name()
              + " "
              + row.key()
              + (ledger.keys().contains(row.key())
                  ? " is not what was acknowledged last, but " + row.fields()
                  : " is there, but nobody wrote it: " + row.fields()));
    }
  }

  private void lose(String what) {
    lost++;
    if (losses.size() < Verdict.SHOWN) {
      losses.add(what);
    }
  }

  private void differ(String what) {
    different++;
    if (differences.size() < Verdict.SHOWN) {
      differences.add(what);
    }
  }

  private static int order(@Nullable Canonical a, @Nullable Canonical b) {
    if (a == null || b == null) {
      return a == null ? 1 : -1;
    }
    return a.key() instanceof Long id
        ? Long.compare(id, (Long) b.key())
        : a.key().toString().compareTo(b.key().toString());
  }

  private static long counter(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select value from app_settings where key = '" + WriteLog.COUNTER + "'")) {
      return rows.next() ? Long.parseLong(rows.getString(1)) : 0;
    }
  }

  // ---- rows as the stores hold them

  private interface Form {
    Canonical read(ResultSet rows) throws SQLException;
  }

  private static Canonical token(ResultSet rows) throws SQLException {
    return Canonical.of(
        new Token(
            rows.getLong("id"),
            rows.getString("mint_address"),
            rows.getString("name"),
            rows.getString("symbol"),
            Status.valueOf(rows.getString("status").toUpperCase(Locale.ROOT)),
            decimal(rows, "liquidity_usd"),
            rows.getString("primary_dex"),
            time(rows, "created_at"),
            time(rows, "last_updated_at")));
  }

  @SuppressWarnings("NullAway") // scores are never null
  private static Canonical score(ResultSet rows) throws SQLException {
    return Canonical.of(
        new TokenScore(
            rows.getLong("id"),
            rows.getLong("token_id"),
            decimal(rows, "score"),
            decimal(rows, "smoothed_score"),
            rows.getString("metrics"),
            rows.getString("raw_components"),
            rows.getString("smoothed_components"),
            rows.getString("spam_metrics"),
            rows.getString("scoring_model"),
            time(rows, "created_at")));
  }

  private static Canonical setting(ResultSet rows) throws SQLException {
    return Canonical.of(
        new Setting(rows.getString("key"), rows.getString("value"), time(rows, "updated_at")));
  }

  /** A REAL by its shortest decimal form, which is what was meant. */
  private static @Nullable BigDecimal decimal(ResultSet rows, String column) throws SQLException {
    Object value = rows.getObject(column);
    return value == null ? null : new BigDecimal(value.toString());
  }

  private static Instant time(ResultSet rows, String column) throws SQLException {
    return rows.getObject(column) instanceof String text
        ? LegacyFile.TIME.parse(text, Instant::from)
        : rows.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** A table; nothing if the stage does not keep the store up to date. */
  private Rows rows(Side side, Connection connection, String table, String key, Form form)
      throws SQLException {
    String all = "select * from " + table;
    connection.setAutoCommit(false);
    return new Rows(
        connection,
        both || side == primary ? all + " order by " + key : all + " where false",
        form);
  }

  /** Rows in the order of their keys, in bounded memory. */
  private static final class Rows implements AutoCloseable {
    private final Statement statement;
    private final ResultSet rows;
    private final Form form;

    Rows(Connection connection, String query, Form form) throws SQLException {
      this.form = form;
      this.statement = connection.createStatement();
      statement.setFetchSize(FETCH);
      this.rows = statement.executeQuery(query);
    }

    @Nullable Canonical next() throws SQLException {
      return rows.next() ? form.read(rows) : null;
    }

    @Override
    public void close() throws SQLException {
      statement.close();
    }
  }
}
