package dev.crossfade.it;

import dev.crossfade.Entity;
import dev.crossfade.OnDelete;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Writes;
import dev.crossfade.postgres.PostgresRepository;
import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.UpdateReturningStep;
import org.jooq.impl.DSL;

/**
 * The application of these tests: small, and with everything that has ever made a crossing hard.
 *
 * <p>{@code Account} has a generated key, a unique value, a default and a check; {@code Entry} goes
 * with its account; {@code Preference} has a text key; {@code Reading} is partitioned by month in
 * PostgreSQL.
 */
final class Domain {
  private Domain() {}

  enum Status {
    NEW,
    ACTIVE,
    CLOSED
  }

  record Account(
      Long id, String code, BigDecimal balance, Status status, String note, Instant updatedAt) {
    Account withId(Long other) {
      return new Account(other, code, balance, status, note, updatedAt);
    }

    Account withCode(String other) {
      return new Account(id, other, balance, status, note, updatedAt);
    }

    Account withBalance(long other) {
      return new Account(id, code, BigDecimal.valueOf(other), status, note, updatedAt);
    }

    Account withNote(String other) {
      return new Account(id, code, balance, status, other, updatedAt);
    }

    Account withStatus(Status other) {
      return new Account(id, code, balance, other, note, updatedAt);
    }
  }

  record Entry(Long id, long accountId, BigDecimal amount) {}

  record Preference(String name, String text) {}

  record Reading(long id, Instant takenAt, BigDecimal level) {}

  /** What a projection returns; natural comparison applies. */
  record Holding(String code, BigDecimal balance) {}

  static final Instant JANUARY = Instant.parse("2026-01-10T12:00:00.123456Z");
  static final Instant FEBRUARY = Instant.parse("2026-02-10T12:00:00Z");

  static final Entity<Account, Long> ACCOUNT =
      Entity.of(Account.class)
          .key("id", Long.class)
          .generatedKey()
          .defaulted("updatedAt")
          .decimal("balance", 2)
          .redacted("note")
          .build();
  static final Entity<Entry, Long> ENTRY =
      Entity.of(Entry.class)
          .key("id", Long.class)
          .generatedKey()
          .decimal("amount", 2)
          .references("accountId", ACCOUNT, OnDelete.CASCADE)
          .build();
  static final Entity<Preference, String> PREFERENCE =
      Entity.of(Preference.class).key("name", String.class).build();
  static final Entity<Reading, Long> READING =
      Entity.of(Reading.class).key("id", Long.class).locator("takenAt").decimal("level", 3).build();

  /** An account that is not in the database; its key is generated. */
  static Account account(String code, long balance) {
    return new Account(null, code, BigDecimal.valueOf(balance), Status.NEW, null, null);
  }

  /** An account with a key of the test's choice. */
  static Account account(long id, String code, long balance) {
    return account(code, balance).withId(id);
  }

  static Reading reading(long id, Instant takenAt, String level) {
    return new Reading(id, takenAt, new BigDecimal(level));
  }

  interface Accounts extends Repository<Account, Long> {
    @Reads
    Optional<Account> findByCode(String code);

    @Reads
    List<Account> byStatus(Status status);

    @Reads(unordered = true)
    List<Account> anyByStatus(Status status);

    @Reads
    Map<String, Account> byCodes(String first, String last);

    @Reads
    BigDecimal total();

    @Reads
    Optional<Holding> holding(String code);

    /** Which implementation it is: differs by design. */
    @Reads(compared = false)
    String whoAnswers();

    /** Only a new account becomes active: decided once. */
    @Writes
    boolean activate(long id);

    /** Returns how many. */
    @Writes
    int raise(Status status, BigDecimal by);

    /** Adds to a balance where it stands; whether there is such an account. */
    @Writes
    boolean add(long id, BigDecimal by);

    /** Writes, then throws. */
    @Writes
    void renameAndThrow(long id, String code);

    /** An account and its first entry, both with generated keys; returns the account's. */
    @Writes
    long open(String code, BigDecimal first);

    /** Says that it was looked at, by the clock of whoever does it. */
    @Writes(differs = "updatedAt")
    boolean touch(long id);

    /** Does something that nothing undoes. */
    @Writes(rehearsed = false)
    boolean announce(long id);
  }

  interface Entries extends Repository<Entry, Long> {
    @Reads
    List<Entry> of(long accountId);
  }

  interface Preferences extends Repository<Preference, String> {}

  interface Readings extends Repository<Reading, Long> {
    @Reads
    List<Reading> since(Instant from);
  }

  /** What the application throws at itself. */
  static final class Changed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Changed() {
      super("the application changed its mind");
    }
  }

  static final Table<?> ACCOUNTS = DSL.table(DSL.name("account"));
  static final Table<?> ENTRIES = DSL.table(DSL.name("entry"));
  static final Table<?> PREFERENCES = DSL.table(DSL.name("preference"));
  static final Table<?> READINGS = DSL.table(DSL.name("reading"));

  /** The statements of both implementations; the fields carry how each store holds a value. */
  private record AccountSql(
      Field<Long> id,
      Field<String> code,
      Field<BigDecimal> balance,
      Field<Status> status,
      Field<Instant> updatedAt,
      List<Field<?>> columns) {
    Select<?> byCode(String value) {
      return DSL.select(columns).from(ACCOUNTS).where(code.eq(value));
    }

    Select<?> byStatus(Status value) {
      return DSL.select(columns).from(ACCOUNTS).where(status.eq(value)).orderBy(id);
    }

    Select<?> byStatusDescending(Status value) {
      return DSL.select(columns).from(ACCOUNTS).where(status.eq(value)).orderBy(id.desc());
    }

    Select<?> between(String first, String last) {
      return DSL.select(columns).from(ACCOUNTS).where(code.in(first, last)).orderBy(id);
    }

    Select<Record2<String, BigDecimal>> holding(String value) {
      return DSL.select(code, balance).from(ACCOUNTS).where(code.eq(value));
    }

    Select<Record2<String, BigDecimal>> holdings() {
      return DSL.select(code, balance).from(ACCOUNTS);
    }

    UpdateReturningStep<?> activate(long value) {
      return DSL.update(ACCOUNTS)
          .set(status, Status.ACTIVE)
          .where(id.eq(value))
          .and(status.eq(Status.NEW));
    }

    UpdateReturningStep<?> raise(Status value, BigDecimal by) {
      return DSL.update(ACCOUNTS).set(balance, balance.plus(by)).where(status.eq(value));
    }

    UpdateReturningStep<?> add(long value, BigDecimal by) {
      return DSL.update(ACCOUNTS).set(balance, balance.plus(by)).where(id.eq(value));
    }

    UpdateReturningStep<?> touch(long value, Instant now) {
      return DSL.update(ACCOUNTS).set(updatedAt, now).where(id.eq(value));
    }

    UpdateReturningStep<?> rename(long value, String to) {
      return DSL.update(ACCOUNTS).set(code, to).where(id.eq(value));
    }
  }

  private static BigDecimal sum(List<Holding> holdings) {
    return holdings.stream().map(Holding::balance).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static Map<String, Account> byCode(List<Account> accounts) {
    Map<String, Account> map = new LinkedHashMap<>();
    accounts.forEach(account -> map.put(account.code(), account));
    return map;
  }

  static class SqliteAccounts extends SqliteRepository<Account, Long> implements Accounts {
    private final AccountSql sql;
    private final RepositoryContext<Account, Long> context;

    SqliteAccounts(RepositoryContext<Account, Long> context) {
      super(context, ACCOUNTS);
      this.context = context;
      sql =
          new AccountSql(
              column("id", Long.class),
              column("code", String.class),
              column("balance", BigDecimal.class),
              column("status", Status.class),
              column("updatedAt", Instant.class),
              columns());
    }

    @Override
    public Optional<Account> findByCode(String code) {
      return fetchOptional(sql.byCode(code));
    }

    @Override
    public List<Account> byStatus(Status status) {
      return fetch(sql.byStatus(status));
    }

    @Override
    public List<Account> anyByStatus(Status status) {
      return fetch(sql.byStatus(status));
    }

    @Override
    public Map<String, Account> byCodes(String first, String last) {
      return byCode(fetch(sql.between(first, last)));
    }

    @Override
    public BigDecimal total() {
      return sum(fetch(sql.holdings(), row -> new Holding(row.value1(), row.value2())));
    }

    @Override
    public Optional<Holding> holding(String code) {
      return fetchOptional(sql.holding(code), row -> new Holding(row.value1(), row.value2()));
    }

    @Override
    public String whoAnswers() {
      return "sqlite";
    }

    @Override
    public boolean activate(long id) {
      return !write(sql.activate(id)).isEmpty();
    }

    @Override
    public int raise(Status status, BigDecimal by) {
      return write(sql.raise(status, by)).size();
    }

    @Override
    public boolean add(long id, BigDecimal by) {
      return !write(sql.add(id, by)).isEmpty();
    }

    @Override
    public void renameAndThrow(long id, String code) {
      write(sql.rename(id, code));
      throw new Changed();
    }

    @Override
    public long open(String code, BigDecimal first) {
      Account account = insert(account(code, 0));
      context.sibling(ENTRY).insert(new Entry(null, account.id(), first));
      return account.id();
    }

    @Override
    public boolean touch(long id) {
      return !write(sql.touch(id, Instant.now().truncatedTo(ChronoUnit.MILLIS))).isEmpty();
    }

    @Override
    public boolean announce(long id) {
      return activate(id);
    }
  }

  static class PostgresAccounts extends PostgresRepository<Account, Long> implements Accounts {
    private final AccountSql sql;
    private final RepositoryContext<Account, Long> context;

    PostgresAccounts(RepositoryContext<Account, Long> context) {
      super(context, ACCOUNTS);
      this.context = context;
      sql =
          new AccountSql(
              column("id", Long.class),
              column("code", String.class),
              column("balance", BigDecimal.class),
              column("status", Status.class),
              column("updatedAt", Instant.class),
              columns());
    }

    @Override
    public Optional<Account> findByCode(String code) {
      return fetchOptional(sql.byCode(code));
    }

    @Override
    public List<Account> byStatus(Status status) {
      return fetch(sql.byStatus(status));
    }

    /** The other way round than SQLite, which an unordered read must not mind. */
    @Override
    public List<Account> anyByStatus(Status status) {
      return fetch(sql.byStatusDescending(status));
    }

    @Override
    public Map<String, Account> byCodes(String first, String last) {
      return byCode(fetch(sql.between(first, last)));
    }

    @Override
    public BigDecimal total() {
      return sum(fetch(sql.holdings(), row -> new Holding(row.value1(), row.value2())));
    }

    @Override
    public Optional<Holding> holding(String code) {
      return fetchOptional(sql.holding(code), row -> new Holding(row.value1(), row.value2()));
    }

    @Override
    public String whoAnswers() {
      return "postgres";
    }

    @Override
    public boolean activate(long id) {
      return !write(sql.activate(id)).isEmpty();
    }

    @Override
    public int raise(Status status, BigDecimal by) {
      return write(sql.raise(status, by)).size();
    }

    @Override
    public boolean add(long id, BigDecimal by) {
      return !write(sql.add(id, by)).isEmpty();
    }

    @Override
    public void renameAndThrow(long id, String code) {
      write(sql.rename(id, code));
      throw new Changed();
    }

    @Override
    public long open(String code, BigDecimal first) {
      Account account = insert(account(code, 0));
      context.sibling(ENTRY).insert(new Entry(null, account.id(), first));
      return account.id();
    }

    @Override
    public boolean touch(long id) {
      return !write(sql.touch(id, Instant.now().truncatedTo(ChronoUnit.MILLIS))).isEmpty();
    }

    @Override
    public boolean announce(long id) {
      return activate(id);
    }
  }

  static class SqliteEntries extends SqliteRepository<Entry, Long> implements Entries {
    SqliteEntries(RepositoryContext<Entry, Long> context) {
      super(context, ENTRIES);
    }

    @Override
    public List<Entry> of(long accountId) {
      return fetch(
          DSL.select(columns())
              .from(ENTRIES)
              .where(column("accountId", long.class).eq(accountId))
              .orderBy(column("id", Long.class)));
    }
  }

  static class PostgresEntries extends PostgresRepository<Entry, Long> implements Entries {
    PostgresEntries(RepositoryContext<Entry, Long> context) {
      super(context, ENTRIES);
    }

    @Override
    public List<Entry> of(long accountId) {
      return fetch(
          DSL.select(columns())
              .from(ENTRIES)
              .where(column("accountId", long.class).eq(accountId))
              .orderBy(column("id", Long.class)));
    }
  }

  static class SqlitePreferences extends SqliteRepository<Preference, String>
      implements Preferences {
    SqlitePreferences(RepositoryContext<Preference, String> context) {
      super(context, PREFERENCES);
    }
  }

  static class PostgresPreferences extends PostgresRepository<Preference, String>
      implements Preferences {
    PostgresPreferences(RepositoryContext<Preference, String> context) {
      super(context, PREFERENCES);
    }
  }

  static class SqliteReadings extends SqliteRepository<Reading, Long> implements Readings {
    SqliteReadings(RepositoryContext<Reading, Long> context) {
      super(context, READINGS);
    }

    @Override
    public List<Reading> since(Instant from) {
      Field<Instant> takenAt = column("takenAt", Instant.class);
      return fetch(DSL.select(columns()).from(READINGS).where(takenAt.ge(from)).orderBy(takenAt));
    }
  }

  static class PostgresReadings extends PostgresRepository<Reading, Long> implements Readings {
    PostgresReadings(RepositoryContext<Reading, Long> context) {
      super(context, READINGS);
    }

    @Override
    public List<Reading> since(Instant from) {
      Field<Instant> takenAt = column("takenAt", Instant.class);
      return fetch(DSL.select(columns()).from(READINGS).where(takenAt.ge(from)).orderBy(takenAt));
    }
  }

  /** The legacy file: what an application of some years has. */
  static final List<String> SQLITE_TABLES =
      List.of(
          """
          create table account (
            id integer primary key autoincrement, code text not null unique, balance real not null,
            status text not null, note text,
            updated_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            check (balance >= 0), check (length(note) <= 1000))
          """,
          """
          create table entry (
            id integer primary key autoincrement,
            account_id integer not null references account on delete cascade, amount real not null)
          """,
          "create table preference (name text primary key, text text not null)",
          "create table reading (id integer primary key, taken_at text not null, level real not null)");

  /** What it becomes. */
  static final List<String> POSTGRES_TABLES =
      List.of(
          """
          create table account (
            id bigint generated by default as identity primary key, code text not null unique,
            balance numeric(18, 2) not null, status text not null, note varchar(1000),
            updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
            check (balance >= 0))
          """,
          """
          create table entry (
            id bigint generated by default as identity primary key,
            account_id bigint not null references account on delete cascade,
            amount numeric(18, 2) not null)
          """,
          "create index entry_account on entry (account_id)",
          "create table preference (name text primary key, text text not null)",
          """
          create table reading (
            id bigint not null, taken_at timestamptz not null, level numeric(10, 3) not null,
            primary key (id, taken_at)) partition by range (taken_at)
          """,
          """
          create table reading_2026_01 partition of reading
            for values from ('2026-01-01 00:00:00+00') to ('2026-02-01 00:00:00+00')
          """,
          """
          create table reading_2026_02 partition of reading
            for values from ('2026-02-01 00:00:00+00') to ('2026-03-01 00:00:00+00')
          """);
}
