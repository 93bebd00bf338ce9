package dev.crossfade.examples.torture.app;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;

import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;

/** The implementations on MongoDB. */
final class MongoTables {
  private MongoTables() {}

  static final class Registers extends MongoCells<Tables.Register> implements Tables.Registers {
    Registers(RepositoryContext<Tables.Register, Long> context) {
      super(context, Keys.REGISTER);
    }
  }

  static final class Elements extends MongoCells<Tables.Element> implements Tables.Elements {
    Elements(RepositoryContext<Tables.Element, Long> context) {
      super(context, Keys.ELEMENT, fields -> fields.field("setNo", "set_no"));
    }

    @Override
    public List<Tables.Element> inSet(long setNo) {
      return fetchAll(eq("set_no", setNo));
    }
  }

  static final class Parents extends MongoCells<Tables.Parent> implements Tables.Parents {
    Parents(RepositoryContext<Tables.Parent, Long> context) {
      super(context, Keys.PARENT);
    }

    @Override
    public List<Tables.Parent> recode(long id, String value, String next) {
      boolean renamed = rename(id, next);
      return renamed ? put(id, value) : List.of();
    }

    @Override
    public boolean rename(long id, String next) {
      return updateOne(keyIs(id), set("code", next)).isPresent();
    }
  }

  static final class Children extends MongoCells<Tables.Child> implements Tables.Children {
    Children(RepositoryContext<Tables.Child, Long> context) {
      super(context, Keys.CHILD, fields -> fields.field("parentId", "parent_id"));
    }
  }

  static final class Accounts extends MongoRepository<Tables.Account, Long>
      implements Tables.Accounts {
    Accounts(RepositoryContext<Tables.Account, Long> context) {
      super(context, "account");
    }

    @Override
    public long total() {
      return scan(null, Integer.MAX_VALUE).stream().mapToLong(Tables.Account::balance).sum();
    }

    @Override
    public boolean add(long account, long amount) {
      return updateOne(keyIs(account), inc("balance", amount)).isPresent();
    }
  }

  static final class Transfers extends MongoRepository<Tables.Transfer, Long>
      implements Tables.Transfers {
    Transfers(RepositoryContext<Tables.Transfer, Long> context) {
      super(
          context,
          "transfer",
          fields ->
              fields
                  .field("fromAccount", "from_account")
                  .field("toAccount", "to_account")
                  .field("decidedOn", "decided_on"));
    }

    @Override
    public Tables.Transfer book(Tables.Transfer transfer) {
      return insert(transfer.decidedOn(CellSql.LEGACY));
    }
  }
}
