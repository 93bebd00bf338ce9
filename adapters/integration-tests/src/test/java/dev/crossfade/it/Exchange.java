package dev.crossfade.it;

import dev.crossfade.Crossfade;
import dev.crossfade.Entity;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.OnDelete;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Stage.Side;
import dev.crossfade.View;
import dev.crossfade.ViewRepository;
import dev.crossfade.Writes;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeSetup;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.postgres.PostgresStore;
import dev.crossfade.postgres.PostgresViewRepository;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.sqlite.SqliteViewRepository;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import dev.crossfade.store.ViewContext;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * An application that keeps the trades of each user in tables of their own, with views over those
 * of user 0001, one of them materialized in PostgreSQL; and changes many rows at once.
 */
final class Exchange implements CrossfadeSetup {
  static final String MIGRATION = "exchange";
  static final List<String> USERS = List.of("0001", "0002");

  private static volatile Recorder events = new Recorder();

  record Trade(Long id, String state, BigDecimal amount, int touched) {}

  record FillKey(long tradeId, int number) {}

  record Fill(long tradeId, int number, BigDecimal quantity) {}

  /** What all trades in a state come to. */
  record Volume(String state, BigDecimal amount, long trades) {}

  static final Entity<Trade, Long> TRADE =
      Entity.of(Trade.class)
          .key("id", Long.class)
          .name("trades_0001")
          .generatedKey()
          .decimal("amount", 2)
          .build();
  static final Entity<Fill, FillKey> FILL =
      Entity.of(Fill.class)
          .key(FillKey.class)
          .name("fills_0001")
          .references("tradeId", TRADE, OnDelete.CASCADE)
          .decimal("quantity", 2)
          .build();
  static final View<Volume> VOLUME =
      View.of(Volume.class).name("volumes").decimal("amount", 2).build();
  static final View<Volume> REPORT =
      View.of(Volume.class).name("report").decimal("amount", 2).lags().build();

  static Trade trade(long id, String state, long amount) {
    return new Trade(id, state, BigDecimal.valueOf(amount), 0);
  }

  static Fill fill(long trade, int number) {
    return new Fill(trade, number, BigDecimal.ONE);
  }

  interface Trades extends Repository<Trade, Long> {
    @Reads
    List<Trade> inState(String state);

    /** The condition is not met any more by what it changed. */
    @Writes(chunk = 4)
    long move(String from, String to);

    /** The condition is met still by what it changed. */
    @Writes(chunk = 4)
    long touch(String state);

    /** Only for few. */
    @Writes
    long moveAtOnce(String from, String to);

    /** With their fills. */
    @Writes(chunk = 4)
    int remove(String state);

    /** Fails at the trade that would have less than nothing. */
    @Writes(chunk = 4)
    void charge(BigDecimal fee);

    /** Wrong: two sets in one call. */
    @Writes(chunk = 4)
    long moveTwice(String from, String over, String to);
  }

  interface Fills extends Repository<Fill, FillKey> {
    /** The trades of the fills. */
    @Writes(chunk = 3)
    long removeBehind(int number);

    @Writes(chunk = 3)
    long add(BigDecimal quantity);
  }

  interface Volumes extends ViewRepository<Volume> {
    @Reads
    List<Volume> largest(int limit);

    @Reads
    Optional<Volume> of(String state);
  }

  interface Report extends ViewRepository<Volume> {
    @Reads
    List<Volume> inOrder();
  }

  static Table<Record> table(String name) {
    return DSL.table(DSL.name(name));
  }

  static final class SqliteTrades extends SqliteRepository<Trade, Long> implements Trades {
    private final Field<String> state = column("state", String.class);
    private final Field<Integer> touched = column("touched", int.class);
    private final Field<BigDecimal> amount = column("amount", BigDecimal.class);

    SqliteTrades(RepositoryContext<Trade, Long> context) {
      super(context, table(context.entity().name()));
    }

    @Override
    public List<Trade> inState(String value) {
      return fetch(
          DSL.select(columns())
              .from(jooqTable())
              .where(state.eq(value))
              .orderBy(column("id", Long.class)));
    }

    @Override
    public long move(String from, String to) {
      return updateWhere(state.eq(from), set(state, to), set(touched, touched.plus(1)));
    }

    @Override
    public long touch(String value) {
      return updateWhere(state.eq(value), set(touched, touched.plus(1)));
    }

    @Override
    public long moveAtOnce(String from, String to) {
      return move(from, to);
    }

    @Override
    public int remove(String value) {
      return (int) deleteWhere(state.eq(value));
    }

    @Override
    public void charge(BigDecimal fee) {
      updateWhere(DSL.trueCondition(), set(amount, amount.minus(fee)));
    }

    @Override
    public long moveTwice(String from, String over, String to) {
      return updateWhere(state.eq(from), set(state, over))
          + updateWhere(state.eq(over), set(state, to));
    }
  }

  static final class PostgresTrades extends PostgresRepository<Trade, Long> implements Trades {
    private final Field<String> state = column("state", String.class);
    private final Field<Integer> touched = column("touched", int.class);
    private final Field<BigDecimal> amount = column("amount", BigDecimal.class);

    PostgresTrades(RepositoryContext<Trade, Long> context) {
      super(context, table(context.entity().name()));
    }

    @Override
    public List<Trade> inState(String value) {
      return fetch(
          DSL.select(columns())
              .from(jooqTable())
              .where(state.eq(value))
              .orderBy(column("id", Long.class)));
    }

    @Override
    public long move(String from, String to) {
      return updateWhere(state.eq(from), set(state, to), set(touched, touched.plus(1)));
    }

    @Override
    public long touch(String value) {
      return updateWhere(state.eq(value), set(touched, touched.plus(1)));
    }

    @Override
    public long moveAtOnce(String from, String to) {
      return move(from, to);
    }

    @Override
    public int remove(String value) {
      return (int) deleteWhere(state.eq(value));
    }

    @Override
    public void charge(BigDecimal fee) {
      updateWhere(DSL.trueCondition(), set(amount, amount.minus(fee)));
    }

    @Override
    public long moveTwice(String from, String over, String to) {
      return updateWhere(state.eq(from), set(state, over))
          + updateWhere(state.eq(over), set(state, to));
    }
  }

  static final class SqliteFills extends SqliteRepository<Fill, FillKey> implements Fills {
    SqliteFills(RepositoryContext<Fill, FillKey> context) {
      super(context, table(context.entity().name()));
    }

    @Override
    public long removeBehind(int number) {
      return deleteWhere(column("number", int.class).gt(number));
    }

    @Override
    public long add(BigDecimal quantity) {
      Field<BigDecimal> all = column("quantity", BigDecimal.class);
      return updateWhere(DSL.noCondition(), set(all, all.plus(quantity)));
    }
  }

  static final class PostgresFills extends PostgresRepository<Fill, FillKey> implements Fills {
    PostgresFills(RepositoryContext<Fill, FillKey> context) {
      super(context, table(context.entity().name()));
    }

    @Override
    public long removeBehind(int number) {
      return deleteWhere(column("number", int.class).gt(number));
    }

    @Override
    public long add(BigDecimal quantity) {
      Field<BigDecimal> all = column("quantity", BigDecimal.class);
      return updateWhere(DSL.noCondition(), set(all, all.plus(quantity)));
    }
  }

  static final class SqliteVolumes extends SqliteViewRepository<Volume> implements Volumes {
    SqliteVolumes(ViewContext<Volume> context) {
      super(context, table("volumes"));
    }

    @Override
    public List<Volume> largest(int limit) {
      return fetch(
          DSL.select(columns())
              .from(jooqTable())
              .orderBy(column("amount", BigDecimal.class).desc(), column("state", String.class))
              .limit(limit));
    }

    @Override
    public Optional<Volume> of(String state) {
      return fetchOptional(
          DSL.select(columns()).from(jooqTable()).where(column("state", String.class).eq(state)));
    }
  }

  static class PostgresVolumes extends PostgresViewRepository<Volume> implements Volumes {
    PostgresVolumes(ViewContext<Volume> context) {
      super(context, table("volumes"));
    }

    @Override
    public List<Volume> largest(int limit) {
      return fetch(
          DSL.select(columns())
              .from(jooqTable())
              .orderBy(column("amount", BigDecimal.class).desc(), column("state", String.class))
              .limit(limit));
    }

    @Override
    public Optional<Volume> of(String state) {
      return fetchOptional(
          DSL.select(columns()).from(jooqTable()).where(column("state", String.class).eq(state)));
    }
  }

  /** The legacy file has no such view, and the old application made the query itself. */
  static final class SqliteReport extends SqliteViewRepository<Volume> implements Report {
    SqliteReport(ViewContext<Volume> context) {
      super(
          context,
          DSL.select(
                  DSL.field("state").as("state"),
                  DSL.field("sum(amount)").as("amount"),
                  DSL.field("count(*)").as("trades"))
              .from(table("trades_0001"))
              .groupBy(DSL.field("state"))
              .asTable("report"));
    }

    @Override
    public List<Volume> inOrder() {
      return fetch(DSL.select(columns()).from(jooqTable()).orderBy(column("state", String.class)));
    }
  }

  static final class PostgresReport extends PostgresViewRepository<Volume> implements Report {
    PostgresReport(ViewContext<Volume> context) {
      super(context, table("report"), columns -> columns.column("trades", "how_many"));
    }

    @Override
    public List<Volume> inOrder() {
      return fetch(DSL.select(columns()).from(jooqTable()).orderBy(column("state", String.class)));
    }
  }

  static Recorder events() {
    return events;
  }

  static void declare(MigrationBuilder migration) {
    for (String user : USERS) {
      Entity<Trade, Long> trades = TRADE.named("trades_" + user);
      migration
          .entity(trades, SqliteTrades::new, PostgresTrades::new)
          .entity(FILL.named("fills_" + user, trades), SqliteFills::new, PostgresFills::new);
    }
    migration
        .view(VOLUME, SqliteVolumes::new, PostgresVolumes::new)
        .view(REPORT, SqliteReport::new, PostgresReport::new);
  }

  private static final List<String> LEGACY =
      USERS.stream()
          .flatMap(
              user ->
                  List.of(
                      "create table trades_"
                          + user
                          + " (id integer primary key autoincrement, state text not null,"
                          + " amount real not null check (amount >= 0), touched integer not null)",
                      "create table fills_"
                          + user
                          + " (trade_id integer not null references trades_"
                          + user
                          + " on delete cascade, number integer not null, quantity real not null,"
                          + " primary key (trade_id, number))")
                      .stream())
          .toList();
  private static final List<String> TARGET =
      USERS.stream()
          .flatMap(
              user ->
                  List.of(
                      "create table trades_"
                          + user
                          + " (id bigint generated by default as identity primary key,"
                          + " state text not null, amount numeric(18, 2) not null"
                          + " check (amount >= 0), touched integer not null)",
                      "create table fills_"
                          + user
                          + " (trade_id bigint not null references trades_"
                          + user
                          + " on delete cascade, number integer not null,"
                          + " quantity numeric(18, 2) not null, primary key (trade_id, number))")
                      .stream())
          .toList();
  private static final String GROUPED = " from trades_0001 group by state";

  @Override
  public void createLegacy(Path file) {
    RowReader rows = new RowReader(file, null);
    rows.execute(Side.LEGACY, LEGACY);
    rows.execute(
        Side.LEGACY,
        "create view volumes as select state, sum(amount) as amount, count(*) as trades" + GROUPED);
  }

  @Override
  public void createTarget(TestDatabase database) {
    RowReader rows = new RowReader(null, database);
    rows.execute(Side.TARGET, TARGET);
    rows.execute(
        Side.TARGET,
        List.of(
            "create view volumes as select state, sum(amount) as amount, count(*) as trades"
                + GROUPED,
            "create materialized view report as"
                + " select state, sum(amount) as amount, count(*) as how_many"
                + GROUPED));
  }

  @Override
  public Store legacy(Path file) {
    return Scenario.sqliteAt(file).open();
  }

  @Override
  public Store target(TestDatabase database) {
    return PostgresStore.at(database.jdbcUrl())
        .credentials(database.user(), database.password())
        .poolSize(Scenario.POOL)
        .connectionWait(Duration.ofSeconds(30))
        .open();
  }

  @Override
  public void wire(Crossfade.Builder builder) {
    events = new Recorder();
    builder
        .migration(MIGRATION, Exchange::declare)
        .settings(
            CrossfadeKit.settings()
                .shadowSampling(1)
                .rehearsalSampling(1)
                .rehearsalLimit(Duration.ofSeconds(4))
                .build())
        .listener(events);
  }
}
