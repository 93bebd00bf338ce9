package dev.crossfade.examples.quickstart;

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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What SQLite or PostgreSQL holds, by JDBC. Used by one thread. */
final class SqlContents implements Contents {
  private static final int FETCH = 2_000;

  private final Connection connection;

  /** Closes the connection in the end. */
  SqlContents(Connection connection) {
    this.connection = connection;
  }

  @Override
  public Rows tokens() throws SQLException {
    return rows("tokens", "id", SqlContents::token);
  }

  @Override
  public Rows scores() throws SQLException {
    return rows("token_scores", "id", SqlContents::score);
  }

  @Override
  public Rows settings() throws SQLException {
    return rows("app_settings", "key", SqlContents::setting);
  }

  @Override
  public long counter() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select value from app_settings where key = '" + WriteLog.COUNTER + "'")) {
      return rows.next() ? Long.parseLong(rows.getString(1)) : 0;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private Rows rows(String table, String key, Form form) throws SQLException {
    connection.setAutoCommit(false);
    return new Read(connection, "select * from " + table + " order by " + key, form);
  }

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
        ? SqliteLegacy.TIME.parse(text, Instant::from)
        : rows.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** A result that is read as it is asked for. */
  private static final class Read implements Rows {
    private final Statement statement;
    private final ResultSet rows;
    private final Form form;

    Read(Connection connection, String query, Form form) throws SQLException {
      this.form = form;
      this.statement = connection.createStatement();
      statement.setFetchSize(FETCH);
      this.rows = statement.executeQuery(query);
    }

    @Override
    public @Nullable Canonical next() throws SQLException {
      return rows.next() ? form.read(rows) : null;
    }

    @Override
    public void close() throws SQLException {
      statement.close();
    }
  }
}
