package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresAddressTest {
  @Test
  void userAndPasswordAreTakenOutOfTheUrl() {
    PostgresAddress address =
        PostgresAddress.parse(
            "jdbc:postgresql://my_db:5433/main?user=ci&ssl=true&password=a%26b&options=-c%20x=1");
    assertThat(address.user()).isEqualTo("ci");
    assertThat(address.password()).isEqualTo("a&b");
    assertThat(address.database()).isEqualTo("main");
    assertThat(address.jdbcUrl("other"))
        .isEqualTo("jdbc:postgresql://my_db:5433/other?ssl=true&options=-c%20x=1");
    assertThat(address.jdbcUrl("127.0.0.1", 99, "other"))
        .startsWith("jdbc:postgresql://127.0.0.1:99/other?");
  }

  @Test
  void whatIsMissingHasTheDriversDefault() {
    PostgresAddress address = PostgresAddress.parse("jdbc:postgresql://[::1]?user=ci");
    assertThat(address).isEqualTo(new PostgresAddress("[::1]", 5432, "ci", "", "ci", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "postgresql://host/db",
        "jdbc:mysql://host/db",
        "jdbc:postgresql:db",
        "jdbc:postgresql://one,two/db",
        "jdbc:postgresql://host:port/db?password=secret"
      })
  void anythingElseIsRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PostgresAddress.parse(url))
        .withMessageContaining("crossfade.test.postgres=")
        .withMessageContaining("jdbc:postgresql://host:5432/postgres?user=")
        .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("secret"));
  }

  @Test
  void thePasswordIsNotShown() {
    assertThat(PostgresAddress.parse("jdbc:postgresql://h/d?user=ci&password=secret"))
        .hasToString("ci at jdbc:postgresql://h:5432/d");
  }

  @Test
  void whatIsPublishedIsFound() {
    PostgresAddress address = new PostgresAddress("h", 1, "d", "ssl=true", "ci", "p&=:ä");
    assertThat(PostgresAddress.from(address.toProperties())).isEqualTo(address);
  }
}
