package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each test sees databases of its own, and none of the tests' before is left. */
@ExtendWith(PostgresExtension.class)
class PostgresExtensionTest {
  private static final Set<String> EARLIER = new HashSet<>();

  private final TestDatabase ofTheInstance;

  PostgresExtensionTest(TestDatabase ofTheInstance) {
    this.ofTheInstance = ofTheInstance;
  }

  @RepeatedTest(2)
  void eachTestHasItsOwn(TestDatabase one, TestDatabase two) throws SQLException {
    for (String earlier : EARLIER) {
      assertThat(Sql.exists(earlier)).as(earlier).isFalse();
    }
    for (TestDatabase each : new TestDatabase[] {ofTheInstance, one, two}) {
      assertThat(EARLIER.add(each.name())).isTrue();
      assertThat(Sql.query(each, "select current_database()")).isEqualTo(each.name());
    }
  }

  @AfterAll
  static void noneIsLeft() throws SQLException {
    assertThat(EARLIER).hasSize(6);
    for (String each : EARLIER) {
      assertThat(Sql.exists(each)).as(each).isFalse();
    }
  }
}
