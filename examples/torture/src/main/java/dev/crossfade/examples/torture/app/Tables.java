package dev.crossfade.examples.torture.app;

import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.crossfade.Entity;
import dev.crossfade.MigrationBuilder;
import dev.crossfade.OnDelete;
import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Writes;
import java.util.List;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** The application's rows and repositories. */
final class Tables {
  static final String MIGRATION = "torture";

  static final Table<?> REGISTERS = table(name("register"));
  static final Table<?> ELEMENTS = table(name("element"));
  static final Table<?> PARENTS = table(name("parent"));
  static final Table<?> CHILDREN = table(name("child"));
  static final Table<?> ACCOUNTS = table(name("account"));
  static final Table<?> TRANSFERS = table(name("transfer"));

  private Tables() {}

  /** A single value. */
  record Register(Long id, String value, String previous, String decidedOn)
      implements Cell<Register> {
    @Override
    public Register decidedOn(String store) {
      return new Register(id, value, previous, store);
    }
  }

  /** Of a set: it is in there or not. */
  record Element(Long id, long setNo, String value, String previous, String decidedOn)
      implements Cell<Element> {
    @Override
    public Element decidedOn(String store) {
      return new Element(id, setNo, value, previous, store);
    }
  }

  /** Its code is unique, and wanders. */
  record Parent(Long id, String code, String value, String previous, String decidedOn)
      implements Cell<Parent> {
    @Override
    public Parent decidedOn(String store) {
      return new Parent(id, code, value, previous, store);
    }
  }

  /** Goes with its parent. */
  record Child(Long id, long parentId, String value, String previous, String decidedOn)
      implements Cell<Child> {
    @Override
    public Child decidedOn(String store) {
      return new Child(id, parentId, value, previous, store);
    }
  }

  record Account(Long id, long balance) {}

  /** The bank's ledger: every account is the sum of it. */
  record Transfer(
      @Nullable Long id,
      String reference,
      long fromAccount,
      long toAccount,
      long amount,
      String decidedOn) {
    Transfer decidedOn(String store) {
      return new Transfer(id, reference, fromAccount, toAccount, amount, store);
    }
  }

  static final Entity<Register, Long> REGISTER =
      Entity.of(Register.class).key("id", Long.class).build();
  static final Entity<Element, Long> ELEMENT =
      Entity.of(Element.class).key("id", Long.class).build();
  static final Entity<Parent, Long> PARENT = Entity.of(Parent.class).key("id", Long.class).build();
  static final Entity<Child, Long> CHILD =
      Entity.of(Child.class)
          .key("id", Long.class)
          .references("parentId", PARENT, OnDelete.CASCADE)
          .build();
  static final Entity<Account, Long> ACCOUNT =
      Entity.of(Account.class).key("id", Long.class).build();
  static final Entity<Transfer, Long> TRANSFER =
      Entity.of(Transfer.class)
          .key("id", Long.class)
          .generatedKey()
          .references("fromAccount", ACCOUNT)
          .references("toAccount", ACCOUNT)
          .build();

  interface Registers extends Cells<Register> {}

  interface Elements extends Cells<Element> {
    @Reads
    List<Element> inSet(long setNo);
  }

  interface Parents extends Cells<Parent> {
    /** A new code as well. */
    @Writes(differs = "decidedOn")
    List<Parent> recode(long id, String value, String code);

    /** A new code and nothing else. */
    @Writes
    boolean rename(long id, String code);
  }

  interface Children extends Cells<Child> {}

  interface Accounts extends Repository<Account, Long> {
    @Reads
    long total();

    @Writes
    boolean add(long id, long amount);
  }

  interface Transfers extends Repository<Transfer, Long> {
    @Writes(differs = "decidedOn")
    Transfer book(Transfer transfer);
  }

  static void declareSqlite(MigrationBuilder migration) {
    migration
        .entity(REGISTER, SqliteTables.Registers::new, PostgresTables.Registers::new)
        .entity(ELEMENT, SqliteTables.Elements::new, PostgresTables.Elements::new)
        .entity(PARENT, SqliteTables.Parents::new, PostgresTables.Parents::new)
        .entity(CHILD, SqliteTables.Children::new, PostgresTables.Children::new)
        .entity(ACCOUNT, SqliteTables.Accounts::new, PostgresTables.Accounts::new)
        .entity(TRANSFER, SqliteTables.Transfers::new, PostgresTables.Transfers::new);
  }

  static void declareMongo(MigrationBuilder migration) {
    migration
        .entity(REGISTER, MongoTables.Registers::new, PostgresTables.Registers::new)
        .entity(ELEMENT, MongoTables.Elements::new, PostgresTables.Elements::new)
        .entity(PARENT, MongoTables.Parents::new, PostgresTables.Parents::new)
        .entity(CHILD, MongoTables.Children::new, PostgresTables.Children::new)
        .entity(ACCOUNT, MongoTables.Accounts::new, PostgresTables.Accounts::new)
        .entity(TRANSFER, MongoTables.Transfers::new, PostgresTables.Transfers::new);
  }
}
