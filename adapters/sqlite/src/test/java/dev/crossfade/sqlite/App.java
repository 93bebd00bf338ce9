package dev.crossfade.sqlite;

import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.update;

import dev.crossfade.Entity;
import dev.crossfade.OnDelete;
import dev.crossfade.Reference;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Instances.Counts;
import dev.crossfade.store.Instances.Origin;
import dev.crossfade.store.Instances.Pulse;
import dev.crossfade.store.Mark;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** A small application on a file: tokens and their scores, wired as the library wires them. */
final class App implements AutoCloseable {
  static final String MIGRATION = "tokens";
  static final UUID OWNER = new UUID(0, 1);

  record Token(
      @Nullable Long id,
      String mint,
      String status,
      @Nullable BigDecimal liquidity,
      Instant createdAt) {}

  record Score(long id, long tokenId, double value) {}

  interface Tokens extends Repository<Token, Long> {
    Optional<Token> byMint(String mint);

    List<Token> createdSince(Instant moment);

    boolean activate(long id);

    int archiveAll();

    List<Token> copyOf(long id, String mint);

    void moveKey(long id, long to);
  }

  static final Entity<Token, Long> TOKEN =
      Entity.of(Token.class)
          .key("id", Long.class)
          .generatedKey()
          .defaulted("status")
          .decimal("liquidity", 2)
          .build();
  static final Entity<Score, Long> SCORE =
      Entity.of(Score.class)
          .key("id", Long.class)
          .references("tokenId", TOKEN, OnDelete.CASCADE)
          .build();

  private static final String[] SCHEMA = {
    "create table tokens (id integer primary key, mint_address text not null unique, status text"
        + " not null default 'monitoring' check (status <> 'bad'), liquidity real, created_at text"
        + " not null)",
    "create table scores (id integer primary key, token_id integer not null references tokens on"
        + " delete cascade, value real not null)"
  };

  final Path path;
  final SqliteStore store;
  final SqliteTokens tokens;
  final SqliteScores scores;
  private final AtomicLong ids = new AtomicLong();

  App(Path path) {
    this(path, builder -> builder);
  }

  App(Path path, UnaryOperator<SqliteStore.Builder> settings) {
    this.path = path;
    create(path);
    store = settings.apply(at(path).name("test")).open();
    store.connect();
    store.control().createIfAbsent(ControlRow.open(MIGRATION, 1, Stage.DUAL_WRITE));
    store
        .instances()
        .register(
            OWNER, new Origin(OWNER, "test", "1.2.3", MIGRATION), new Pulse(null, 1, Counts.NONE));
    tokens = new SqliteTokens(new Context<>(TOKEN));
    scores = new SqliteScores(new Context<>(SCORE));
  }

  /** A store whose units of work may take their time, on however busy a machine. */
  static SqliteStore.Builder at(Path path) {
    return SqliteStore.at(path).unitTimeLimit(Duration.ofSeconds(30));
  }

  static void create(Path path) {
    if (!path.toFile().exists()) {
      sql(path, SCHEMA);
    }
  }

  static void sql(Path path, String... statements) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Mark mark() {
    return new Mark(MIGRATION, 1, Mark.Kind.ENTRY, OWNER, ids::incrementAndGet);
  }

  static Token token(String mint) {
    return new Token(
        null, mint, "monitoring", new BigDecimal("1.50"), Instant.parse("2024-05-01T10:00:00Z"));
  }

  Token saved(String mint) {
    return store.write(mark(), () -> tokens.save(token(mint))).result();
  }

  @Override
  public void close() {
    store.close();
  }

  final class Context<T, K> implements RepositoryContext<T, K> {
    private final Entity<T, K> entity;

    Context(Entity<T, K> entity) {
      this.entity = entity;
    }

    @Override
    public Entity<T, K> entity() {
      return entity;
    }

    @Override
    public Store store() {
      return store;
    }

    @Override
    public List<Dependent> dependents() {
      List<Dependent> found = new ArrayList<>();
      for (StoreRepository<?, ?> repository : List.of(tokens, scores)) {
        for (Reference reference : repository.entity().references()) {
          if (reference.parent(repository.entity()) == entity) {
            found.add(new Dependent(repository, reference));
          }
        }
      }
      return found;
    }

    @Override
    public <U, L> StoreRepository<U, L> sibling(Entity<U, L> other) {
      throw new IllegalArgumentException(other.name());
    }
  }

  static final class SqliteTokens extends SqliteRepository<Token, Long> implements Tokens {
    private static final Table<?> TOKENS = DSL.table(name("tokens"));
    private static final Field<Long> ID = DSL.field(name("tokens", "id"), Long.class);
    private static final Field<String> MINT =
        DSL.field(name("tokens", "mint_address"), String.class);
    private static final Field<String> STATUS = DSL.field(name("tokens", "status"), String.class);

    SqliteTokens(RepositoryContext<Token, Long> context) {
      super(context, TOKENS, columns -> columns.column("mint", MINT));
    }

    @Override
    public Optional<Token> byMint(String mint) {
      return fetchOptional(selectFrom(TOKENS).where(MINT.eq(mint)));
    }

    @Override
    public List<Token> createdSince(Instant moment) {
      Field<Instant> createdAt = column("createdAt", Instant.class);
      return fetch(dsl().select(columns()).from(TOKENS).where(createdAt.ge(moment)).orderBy(ID));
    }

    @Override
    public boolean activate(long id) {
      return !write(update(TOKENS).set(STATUS, "active").where(ID.eq(id), STATUS.eq("monitoring")))
          .isEmpty();
    }

    @Override
    public int archiveAll() {
      return write(deleteFrom(TOKENS).where(STATUS.eq("archived"))).size();
    }

    @Override
    public List<Token> copyOf(long id, String mint) {
      Token from = find(id).orElseThrow();
      return write(
          insertInto(TOKENS)
              .set(MINT, mint)
              .set(STATUS, from.status())
              .set(column("createdAt", Instant.class), from.createdAt()));
    }

    @Override
    public void moveKey(long id, long to) {
      write(update(TOKENS).set(ID, to).where(ID.eq(id)));
    }

    List<String> mints() {
      return fetch(DSL.select(MINT).from(TOKENS).orderBy(MINT), row -> row.value1());
    }

    long countActive() {
      return fetchCount(DSL.selectOne().from(TOKENS).where(STATUS.eq("active")));
    }

    /** A statement that ends only when it is interrupted. */
    boolean endless() {
      return fetchExists(
          DSL.selectOne()
              .from(
                  "(with recursive n(i) as (select 1 union all select i + 1 from n) select i from"
                      + " n) n")
              .where("n.i < 0"));
    }

    /**
     * A change that ends only when it is interrupted; SQLite gives the whole transaction up then.
     */
    boolean endlessChange() {
      return write(
              insertInto(TOKENS, MINT, STATUS)
                  .select(
                      DSL.select(DSL.inline("endless"), DSL.inline("new"))
                          .from(
                              "(with recursive n(i) as (select 1 union all select i + 1 from n)"
                                  + " select i from n) n")
                          .where("n.i < 0")))
          .isEmpty();
    }

    void writeElsewhere() {
      write(deleteFrom(DSL.table(name("scores"))));
    }
  }

  static final class SqliteScores extends SqliteRepository<Score, Long> {
    SqliteScores(RepositoryContext<Score, Long> context) {
      super(context, DSL.table(name("scores")));
    }
  }
}
