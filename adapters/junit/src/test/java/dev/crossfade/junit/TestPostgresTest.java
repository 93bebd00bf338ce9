package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class TestPostgresTest {
  @Test
  void databasesAreSeparate() throws SQLException {
    try (TestDatabase one = TestPostgres.shared().newDatabase();
        TestDatabase two = TestPostgres.shared().newDatabase()) {
      assertThat(one.name()).isNotEqualTo(two.name());
      Sql.execute(one, "create table t (id int)");
      Sql.execute(two, "create table t (id int)");
      Sql.execute(one, "insert into t values (1)");
      assertThat(Sql.query(one, "select count(*) from t")).isEqualTo("1");
      assertThat(Sql.query(two, "select count(*) from t")).isEqualTo("0");
    }
  }

  @Test
  void aDatabaseIsReachedWithUrlUserAndPassword() throws SQLException {
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      assertThat(database.jdbcUrl()).endsWith("/" + database.name()).doesNotContain("password");
      try (Connection connection =
          DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
        assertThat(connection.getCatalog()).isEqualTo(database.name());
      }
      assertThat(database.credentials())
          .containsEntry("user", database.user())
          .containsEntry("password", database.password());
    }
  }

  @Test
  void aCopyBeginsWithWhatTheOtherHoldsAndGoesItsOwnWay() throws SQLException {
    try (TestDatabase schema = TestPostgres.shared().newDatabase()) {
      Sql.execute(schema, "create table t (id int)");
      try (TestDatabase copy = schema.copy()) {
        Sql.execute(copy, "insert into t values (1)");
        assertThat(Sql.query(copy, "select count(*) from t")).isEqualTo("1");
      }
      assertThat(Sql.query(schema, "select count(*) from t")).isEqualTo("0");
    }
  }

  @Test
  void closingDropsTheDatabaseUnderItsConnections() throws SQLException {
    TestDatabase database = TestPostgres.shared().newDatabase();
    try (Connection left = database.open()) {
      database.close();
      assertThatThrownBy(() -> left.createStatement().execute("select 1"))
          .isInstanceOf(SQLException.class);
    }
    assertThat(Sql.exists(database.name())).isFalse();
    database.close();
  }

  @Test
  void thereIsOneServer() {
    assertThat(TestPostgres.shared()).isSameAs(TestPostgres.shared());
  }

  @Test
  void commitsAreDurable() throws SQLException {
    assumeTrue(
        System.getProperty(TestPostgres.URL_PROPERTY) == null
            && System.getProperty(TestPostgres.DURABLE_PROPERTY) == null);
    try (TestDatabase database = TestPostgres.shared().newDatabase()) {
      assertThat(Sql.query(database, "show fsync")).isEqualTo("on");
      assertThat(Sql.query(database, "show synchronous_commit")).isEqualTo("on");
      assertThat(Sql.query(database, "show full_page_writes")).isEqualTo("on");
      assertThat(Sql.query(database, "show max_connections")).isEqualTo("400");
    }
  }
}
