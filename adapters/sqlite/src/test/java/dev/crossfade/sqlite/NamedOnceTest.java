package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.jooq.Session;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.core.CoreResultSet;

/** A statement that is run again, without asking for the names of its columns. */
class NamedOnceTest {
  private static final String SELECT = "select id, name from t where id >= ? order by id";

  @TempDir Path directory;
  private Session session;

  @BeforeEach
  void create() throws SQLException {
    session =
        new Session(
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("t.db")),
            2,
            NamedOnce::new);
    session.execute("create table t (id integer primary key, name text)");
    session.execute("insert into t values (1, 'one'), (2, 'two')");
  }

  @AfterEach
  void close() throws SQLException {
    session.connection().close();
  }

  private List<String> from(long id) throws SQLException {
    return session.query(SELECT, statement -> statement.setLong(1, id), NamedOnceTest::read);
  }

  private static List<String> read(ResultSet rows) throws SQLException {
    List<String> all = new ArrayList<>();
    while (rows.next()) {
      all.add(rows.getLong(1) + " " + rows.getString("name"));
    }
    return all;
  }

  /** Else it would be the driver's own way, and nobody would notice. */
  @Test
  void theDriverOpensTheSameResultAgainAndIsGivenItsNames() throws SQLException {
    List<@Nullable Object> results = new ArrayList<>();
    List<@Nullable Object> names = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      session.query(
          SELECT,
          statement -> statement.setLong(1, 1),
          rows -> {
            results.add(rows);
            names.add(((CoreResultSet) rows).colsMeta);
            return true;
          });
    }
    assertThat(results.get(1)).isSameAs(results.get(0));
    assertThat(names.get(0)).isEqualTo(new String[] {"id", "name"});
    assertThat(names.get(1)).as("the names of the first time").isSameAs(names.get(0));
    assertThat(names.get(2)).isSameAs(names.get(0));
  }

  @Test
  void eachRunReadsWhatIsThereNow() throws SQLException {
    assertThat(from(1)).containsExactly("1 one", "2 two");
    assertThat(from(2)).containsExactly("2 two");
    assertThat(from(3)).isEmpty();
    session.execute("update t set name = 'zwei' where id = 2");
    assertThat(from(2)).containsExactly("2 zwei");
  }

  @Test
  void aTableThatWasChangedOrMadeAnewIsReadByItsNames() throws SQLException {
    assertThat(from(1)).hasSize(2);
    session.execute("alter table t add column more text default 'more'");
    assertThat(from(2)).containsExactly("2 two");
    session.execute("drop table t");
    session.execute("create table t (name text, id integer primary key)");
    session.execute("insert into t values ('three', 3)");
    assertThat(from(1)).containsExactly("3 three");
  }

  @Test
  void withinItsOwnRowsItIsRunByAnotherStatement() throws SQLException {
    from(1);
    List<String> both = new ArrayList<>();
    session.query(
        SELECT,
        statement -> statement.setLong(1, 1),
        rows -> {
          while (rows.next()) {
            both.add(rows.getString(2));
            both.addAll(from(2));
          }
          return true;
        });
    assertThat(both).containsExactly("one", "2 two", "two", "2 two");
  }

  @Test
  void oneThatHasFailedIsPreparedAnew() throws SQLException {
    assertThat(from(1)).hasSize(2);
    session.execute("alter table t rename to u");
    assertThatThrownBy(() -> from(1)).isInstanceOf(SQLException.class).hasMessageContaining("t");
    session.execute("alter table u rename to t");
    assertThat(from(1)).containsExactly("1 one", "2 two");
    assertThat(from(2)).containsExactly("2 two");
  }

  @Test
  void whatAWriteReturnsIsReadEachTime() throws SQLException {
    String insert = "insert into t (name) values (?) returning id, name";
    for (int i = 3; i < 6; i++) {
      String name = "row " + i;
      assertThat(
              session.query(insert, statement -> statement.setString(1, name), NamedOnceTest::read))
          .containsExactly(i + " " + name);
    }
    assertThat(from(1)).hasSize(5);
  }

  @Test
  void moreStatementsThanAreKeptAreClosedAndPreparedAgain() throws SQLException {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 4; i++) {
        String sql = "select name, " + i + " from t where id = 1";
        String read =
            session.query(
                sql,
                Session.Binder.NONE,
                rows -> rows.next() ? rows.getString(1) + rows.getInt(2) : "");
        assertThat(read).isEqualTo("one" + i);
      }
    }
  }
}
