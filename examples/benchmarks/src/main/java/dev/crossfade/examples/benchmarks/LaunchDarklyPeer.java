package dev.crossfade.examples.benchmarks;

import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.LDValue;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.MigrationStage;
import com.launchdarkly.sdk.server.integrations.TestData;
import com.launchdarkly.sdk.server.migrations.Migration;
import com.launchdarkly.sdk.server.migrations.Migration.MigrationResult;
import com.launchdarkly.sdk.server.migrations.Migration.MigrationWriteResult;
import com.launchdarkly.sdk.server.migrations.MigrationBuilder;
import com.launchdarkly.sdk.server.migrations.MigrationMethodResult;
import java.io.IOException;
import java.sql.SQLException;

/**
 * LaunchDarkly's migration wrapper in its stage {@code dualwrite}: the old store's writer, then the
 * new one's, as the application has written them. The flag is evaluated from memory and no event is
 * sent.
 *
 * <p>It decides which writers run. It keeps no journal: a second write that fails, or a process
 * that ends between the two, leaves the stores different and nothing that says so; nor does it keep
 * two writers of one key in the same order in both stores.
 */
final class LaunchDarklyPeer implements Contender, AutoCloseable {
  private static final String FLAG = "items";

  private final LDContext context = LDContext.create("benchmarks");
  private final LDClient client;
  private final Migration<Item, Item, Long, Item> migration;

  LaunchDarklyPeer(BareSqlite sqlite, BarePostgres postgres) {
    TestData flags = TestData.dataSource();
    flags.update(flags.flag(FLAG).on(true).valueForAll(LDValue.of("dualwrite")));
    LDConfig offline =
        new LDConfig.Builder()
            .dataSource(flags)
            .events(Components.noEvents())
            .diagnosticOptOut(true)
            .build();
    client = new LDClient("no-key", offline);
    migration =
        new MigrationBuilder<Item, Item, Long, Item>(client)
            .read(
                key -> attempt(() -> sqlite.find(key).orElseThrow()),
                key -> attempt(() -> postgres.find(key).orElseThrow()))
            .write(
                item -> attempt(() -> sqlite.save(item)),
                item -> attempt(() -> postgres.save(item)))
            .build()
            .orElseThrow();
  }

  private interface Attempt {
    Item run() throws SQLException;
  }

  private static MigrationMethodResult<Item> attempt(Attempt attempt) {
    try {
      return MigrationMethodResult.Success(attempt.run());
    } catch (SQLException e) {
      return MigrationMethodResult.Failure(e);
    }
  }

  @Override
  public void once(long key) throws Exception {
    MigrationWriteResult<Item> result =
        migration.write(FLAG, context, MigrationStage.OFF, Item.next(key));
    check(result.getAuthoritative());
    check(
        result
            .getNonAuthoritative()
            .orElseThrow(() -> new IllegalStateException("the flag is not in stage dualwrite")));
  }

  private static void check(MigrationResult<Item> result) throws Exception {
    if (!result.isSuccess()) {
      throw result.getException().orElseGet(() -> new IllegalStateException("a write failed"));
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
