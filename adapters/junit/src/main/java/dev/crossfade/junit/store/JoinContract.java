package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.crossfade.ConflictException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.junit.store.ContractEntities.Tally;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.JoinedTransaction.Marked;
import dev.crossfade.store.Mark;
import dev.crossfade.store.StaleEpochException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Steps 1 and 2 in a transaction that the application manages; for stores with JDBC. */
abstract class JoinContract extends ContractTheme {
  private Connection connection;
  private JoinedTransaction joined;

  JoinContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @BeforeEach
  void join() throws SQLException {
    Assumptions.assumeTrue(environment.hasConnections());
    connection = environment.connectionTo(store);
    connection.setAutoCommit(false);
    joined = store.join(connection);
  }

  @AfterEach
  void leave() throws SQLException {
    if (connection != null) {
      connection.close();
    }
  }

  private void tally(int id, int total) {
    joined.run(writer.entry(1), () -> tables.tallies.save(new Tally(id, total)));
  }

  private List<Entry> entries() {
    return joined.marked().stream().map(Marked::entry).toList();
  }

  @Test
  void rowsAndEntriesAreCommittedByTheApplicationAlone() throws SQLException {
    tally(1, 10);
    joined.run(
        writer.entry(1),
        () -> {
          assertThat(tables.tallies.get(1)).as("read within").isEqualTo(new Tally(1, 10));
          return tables.settings.save(new Setting("a", "1"));
        });
    assertAbsent(tables.tallies, 1);
    assertEmptyJournal();
    assertThat(journal.present(entries())).isEmpty();

    connection.commit();

    assertStored(tables.tallies, new Tally(1, 10));
    assertStored(tables.settings, new Setting("a", "1"));
    assertThat(journal.present(entries())).containsExactlyInAnyOrder(0, 1);
    assertThat(finish(writer, entries(), Finish.Outcome.DONE)).isZero();
    assertEmptyJournal();
  }

  @Test
  void whatIsRolledBackLeavesNoEntries() throws SQLException {
    tally(1, 10);
    connection.rollback();

    assertAbsent(tables.tallies, 1);
    assertThat(journal.present(entries())).isEmpty();
    assertEmptyJournal();
  }

  @Test
  void aLaterEntryOfAKeyTakesThePlaceOfTheEarlier() throws SQLException {
    tally(1, 10);
    tally(1, 20);
    connection.commit();

    assertThat(journal.present(entries())).containsExactly(1);
    assertThat(joined.marked().get(1).state().row()).isEqualTo(new Tally(1, 20));
    assertThat(journalSize()).isEqualTo(1);
  }

  @Test
  void whatASavepointUndoesItUndoesWithItsEntries() throws SQLException {
    tally(1, 10);
    Savepoint between = connection.setSavepoint();
    tally(1, 20);
    tally(2, 20);
    connection.rollback(between);
    joined.run(
        writer.entry(1),
        () -> {
          tables.tallies.save(new Tally(3, 30));
          Savepoint within = connection.setSavepoint();
          tables.tallies.save(new Tally(4, 40));
          connection.rollback(within);
          return true;
        });
    connection.commit();

    assertThat(journal.present(entries())).containsExactlyInAnyOrder(0, 3);
    assertStored(tables.tallies, new Tally(1, 10));
    assertStored(tables.tallies, new Tally(3, 30));
    assertThat(tables.tallies.count()).isEqualTo(2);
  }

  @Test
  void aRunThatFailsIsUndoneAlone() throws SQLException {
    given(tables.settings, new Setting("taken", "1"));
    tally(1, 10);
    assertThatThrownBy(
            () ->
                joined.run(
                    writer.entry(1),
                    () -> {
                      tables.tallies.save(new Tally(2, 20));
                      return tables.settings.insert(new Setting("taken", "2"));
                    }))
        .isInstanceOf(DuplicateKeyException.class);
    assertThatThrownBy(
            () ->
                joined.run(
                    writer.entry(1),
                    () -> {
                      tables.tallies.save(new Tally(2, 20));
                      return catchThrowable(
                          () -> tables.settings.insert(new Setting("taken", "2")));
                    }))
        .as("caught by the body")
        .isInstanceOf(DuplicateKeyException.class);
    tally(3, 30);
    connection.commit();

    assertThat(tables.tallies.count()).isEqualTo(2);
    assertAbsent(tables.tallies, 2);
    assertThat(entries()).hasSize(2);
    assertThat(journal.present(entries())).hasSize(2);
  }

  @Test
  void whatADeleteTakesWithItIsMarkedToo() throws SQLException {
    given(tables.parents, new Parent(1, "p"));
    given(tables.children, new Child(1, 1, "c"), new Child(2, 1, "d"));
    joined.run(writer.entry(1), () -> tables.parents.delete(1L));
    connection.commit();

    assertThat(covered(ContractEntities.PARENT, 1L)).containsExactly(0);
    assertThat(covered(ContractEntities.CHILD, 1L, 2L)).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void aStaleEpochIsRefusedBeforeTheBody() throws SQLException {
    assertThatThrownBy(
            () ->
                joined.run(
                    writer.entry(2),
                    () -> {
                      throw new AssertionError("the body runs");
                    }))
        .isInstanceOf(StaleEpochException.class);
    tally(1, 10);
    connection.commit();
    assertStored(tables.tallies, new Tally(1, 10));
  }

  /** The writer has not heard of the change, and its transaction may see the time before it. */
  @Test
  void aChangeOfEpochIsSeenThroughEverySnapshot() throws SQLException {
    int tried = 0;
    for (int level :
        List.of(
            Connection.TRANSACTION_READ_COMMITTED,
            Connection.TRANSACTION_REPEATABLE_READ,
            Connection.TRANSACTION_SERIALIZABLE)) {
      if (connection.getMetaData().supportsTransactionIsolationLevel(level)) {
        connection.setTransactionIsolation(level);
        look();
        ControlRow row = OPEN;
        while (!store.control().replace(row, row.advanced(row.stage()))) {
          row = row.advanced(row.stage());
        }
        long old = row.epoch();

        assertThat(
                catchThrowable(
                    () ->
                        joined.run(writer.entry(old), () -> tables.tallies.save(new Tally(1, 1)))))
            .isInstanceOfAny(StaleEpochException.class, ConflictException.class);
        connection.rollback();
        tried++;
      }
    }
    assertThat(tried).isPositive();
    assertAbsent(tables.tallies, 1);
  }

  /** Its snapshot, where it has one, is of this moment. */
  private void look() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from tally")) {
      assertThat(rows.next()).isTrue();
    }
  }

  @Test
  void whatIsRememberedIsNoEntry() throws SQLException {
    joined.run(writer.mark(Mark.Kind.REMEMBERED, 1), () -> tables.tallies.save(new Tally(1, 10)));
    joined.run(writer.mark(Mark.Kind.REMEMBERED, 1), () -> tables.tallies.save(new Tally(1, 20)));
    connection.commit();

    assertThat(joined.marked()).isEmpty();
    assertEmptyJournal();
    assertThat(journal.recall(writer.entry(1))).isEqualTo(1);
  }

  @Test
  void anUnknownIncarnationIsAnotherDatabase() {
    Actor stranger = new Actor(MIGRATION);
    assertThatThrownBy(
            () -> joined.run(stranger.entry(1), () -> tables.tallies.save(new Tally(1, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not lead to");
  }

  @Test
  void outsideOfARunNothingIsWritten() {
    tally(1, 10);
    assertThatThrownBy(() -> tables.tallies.save(new Tally(2, 10)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.recorded()).isEmpty();
  }
}
