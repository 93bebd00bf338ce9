package dev.crossfade.postgres;

import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What a {@link PostgresStore.Builder} was told, frozen. Immutable. */
record PostgresSettings(
    String url,
    @Nullable Credentials credentials,
    Tls tls,
    String applicationName,
    Pool pool,
    Limits limits,
    boolean weakDurabilityAllowed,
    @Nullable DataSource owner,
    List<MonthlyPartitions> partitions,
    List<ViewRefresh> refreshes) {

  /** How many connections, and how long they live. */
  record Pool(int size, Duration connectionWait, Duration maxLifetime, Duration keepAlive) {}

  /** How long things may take on the server. */
  record Limits(
      Duration statement, Duration lockWait, Duration idleInTransaction, Duration controlWait) {}

  /** The URL without what follows the question mark, where passwords may stand. */
  String shownUrl() {
    int question = url.indexOf('?');
    return question < 0 ? url : url.substring(0, question);
  }
}
