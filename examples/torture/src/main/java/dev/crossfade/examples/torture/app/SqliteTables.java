package dev.crossfade.examples.torture.app;

import static dev.crossfade.examples.torture.app.Tables.ACCOUNTS;
import static dev.crossfade.examples.torture.app.Tables.CHILDREN;
import static dev.crossfade.examples.torture.app.Tables.ELEMENTS;
import static dev.crossfade.examples.torture.app.Tables.PARENTS;
import static dev.crossfade.examples.torture.app.Tables.REGISTERS;
import static dev.crossfade.examples.torture.app.Tables.TRANSFERS;

import dev.crossfade.sqlite.SqliteRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** The implementations on the SQLite file. */
final class SqliteTables {
  private SqliteTables() {}

  static final class Registers extends SqliteCells<Tables.Register> implements Tables.Registers {
    Registers(RepositoryContext<Tables.Register, Long> context) {
      super(context, REGISTERS);
    }
  }

  static final class Elements extends SqliteCells<Tables.Element> implements Tables.Elements {
    Elements(RepositoryContext<Tables.Element, Long> context) {
      super(context, ELEMENTS);
    }

    @Override
    public List<Tables.Element> inSet(long setNo) {
      return fetch(
          DSL.select(columns())
              .from(ELEMENTS)
              .where(column("setNo", long.class).eq(setNo))
              .orderBy(sql.id()));
    }
  }

  static final class Parents extends SqliteCells<Tables.Parent> implements Tables.Parents {
    private final Field<String> code = column("code", String.class);

    Parents(RepositoryContext<Tables.Parent, Long> context) {
      super(context, PARENTS);
    }

    @Override
    public List<Tables.Parent> recode(long id, String value, String next) {
      return write(sql.put(id, value, code, next));
    }

    @Override
    public boolean rename(long id, String next) {
      return !write(DSL.update(PARENTS).set(code, next).where(sql.id().eq(id))).isEmpty();
    }
  }

  static final class Children extends SqliteCells<Tables.Child> implements Tables.Children {
    Children(RepositoryContext<Tables.Child, Long> context) {
      super(context, CHILDREN);
    }
  }

  static final class Accounts extends SqliteRepository<Tables.Account, Long>
      implements Tables.Accounts {
    private final Field<Long> id = column("id", Long.class);
    private final Field<Long> balance = column("balance", long.class);

    Accounts(RepositoryContext<Tables.Account, Long> context) {
      super(context, ACCOUNTS);
    }

    @Override
    public long total() {
      return fetch(DSL.select(columns()).from(ACCOUNTS)).stream()
          .mapToLong(Tables.Account::balance)
          .sum();
    }

    @Override
    public boolean add(long account, long amount) {
      return !write(DSL.update(ACCOUNTS).set(balance, balance.plus(amount)).where(id.eq(account)))
          .isEmpty();
    }
  }

  static final class Transfers extends SqliteRepository<Tables.Transfer, Long>
      implements Tables.Transfers {
    Transfers(RepositoryContext<Tables.Transfer, Long> context) {
      super(context, TRANSFERS);
    }

    @Override
    public Tables.Transfer book(Tables.Transfer transfer) {
      return insert(transfer.decidedOn(CellSql.LEGACY));
    }
  }
}
