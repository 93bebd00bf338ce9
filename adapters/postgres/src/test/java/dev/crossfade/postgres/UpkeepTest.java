package dev.crossfade.postgres;

import static dev.crossfade.postgres.Fixture.NOVEMBER;
import static dev.crossfade.postgres.Fixture.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.store.RowState;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Partitions and views. */
@ExtendWith(PostgresExtension.class)
class UpkeepTest {
  private static final String PARTITIONS =
      "select inhrelid::regclass::text from pg_inherits"
          + " where inhparent = 'token_scores'::regclass order by 1";
  private static final String VIEW =
      """
      create materialized view latest as
        select distinct on (token_id) token_id, score, created_at
        from token_scores order by token_id, created_at desc;
      create unique index on latest (token_id);
      """;

  @Test
  void hasThisMonthAndThoseAheadReady(TestDatabase database) {
    PostgresStore store =
        Fixture.at(database).monthlyPartitions("token_scores", "created_at", 2).open();
    try (Fixture fixture = Fixture.on(database, store)) {
      YearMonth now = YearMonth.now(ZoneOffset.UTC);

      assertThat(fixture.query(PARTITIONS))
          .contains(name(now), name(now.plusMonths(1)), name(now.plusMonths(2)));
      assertThat(store.upkeepFailures()).isEmpty();
    }
  }

  private static String name(YearMonth month) {
    return "token_scores_" + month.toString().replace('-', '_');
  }

  @Test
  void makesAPartitionThatARowNeeds(TestDatabase database) {
    PostgresStore store =
        Fixture.at(database).monthlyPartitions("token_scores", "created_at", 0).open();
    try (Fixture fixture = Fixture.on(database, store)) {
      Instant last = Instant.parse("2031-01-31T23:59:59.999999Z");
      fixture.save(score(1L, last));
      fixture.save(score(2L, Instant.parse("2029-03-01T00:00:00Z")));
      store.apply(
          fixture.change(
              RowState.present(Fixture.SCORE, score(3L, Instant.parse("2019-05-05T00:00:00Z"))),
              RowState.present(Fixture.SCORE, score(4L, NOVEMBER))));

      assertThat(fixture.query(PARTITIONS))
          .contains("token_scores_2031_01", "token_scores_2029_03", "token_scores_2019_05");
      assertThat(fixture.scores.find(1L)).contains(score(1L, last));
      assertThat(fixture.query("select id from token_scores")).hasSize(4);
      assertThat(
              fixture.query(
                  "select indisprimary from pg_index"
                      + " where indrelid = 'token_scores_2031_01'::regclass"))
          .containsExactly("t");
    }
  }

  @Test
  void aUnitThatNeedsOneCanBeRepeated(TestDatabase database) {
    PostgresStore store =
        Fixture.at(database).monthlyPartitions("token_scores", "created_at", 0).open();
    try (Fixture fixture = Fixture.on(database, store)) {
      Instant far = Instant.parse("2030-07-01T00:00:00Z");

      assertThatExceptionOfType(ConflictException.class)
          .isThrownBy(() -> store.write(fixture.mark(), () -> fixture.scores.save(score(1L, far))))
          .withMessageContaining("the partition is there now");
      assertThat(fixture.query("select id from crossfade.journal")).isEmpty();
      store.write(fixture.mark(), () -> fixture.scores.save(score(1L, far)));
      assertThat(fixture.query("select id from token_scores")).containsExactly("1");
    }
  }

  @Tag("exhaustive")
  @Test
  void aMissingPartitionOfATableThatIsNotKeptIsTheApplications(TestDatabase database) {
    try (Fixture fixture = Fixture.on(database)) {
      assertThatExceptionOfType(CheckException.class)
          .isThrownBy(() -> fixture.save(score(1L, Instant.parse("2030-07-01T00:00:00Z"))))
          .withMessageContaining("no partition");
    }
  }

  @Tag("exhaustive")
  @Test
  void theOwnerMakesWhatTheRunTimeRoleMayNot(TestDatabase database) {
    Fixture.execute(database, Fixture.SCHEMA);
    try (InstallationTest.Role role = new InstallationTest.Role(database);
        PostgresStore alone = role.at().monthlyPartitions("token_scores", "created_at", 1).open();
        PostgresStore store =
            role.at()
                .owner(database.user(), database.password())
                .monthlyPartitions("token_scores", "created_at", 1)
                .open()) {
      PostgresStore.install(
          database.jdbcUrl(), new Credentials(database.user(), database.password()), role.name);
      Fixture.execute(database, "drop table token_scores_2026_11");

      alone.connect();
      assertThat(alone.problems(List.of()))
          .singleElement()
          .asString()
          .contains("partitions of token_scores failed")
          .contains("owner(…)");
      store.connect();
      assertThat(store.problems(List.of())).isEmpty();
      assertThat(Fixture.query(database, PARTITIONS)).hasSize(2);
    }
  }

  @Tag("exhaustive")
  @Test
  void refreshesAViewAgainAndAgain(TestDatabase database) {
    Fixture.execute(database, Fixture.SCHEMA + VIEW);
    try (PostgresStore store =
        Fixture.at(database).refresh("latest", Duration.ofMillis(100), true).open()) {
      store.connect();
      for (int i = 1; i < 4; i++) {
        Fixture.execute(
            database,
            "insert into token_scores (token_id, created_at) values (" + i + ", '2026-11-02')");
        String token = String.valueOf(i);
        await()
            .atMost(TWO_MINUTES)
            .until(() -> Fixture.query(database, "select token_id from latest").contains(token));
      }
      assertThat(store.upkeepFailures()).isEmpty();
    }
  }

  @Tag("exhaustive")
  @Test
  void aViewThatAnotherInstanceHasRefreshedIsLeftAlone(TestDatabase database) {
    Fixture.execute(database, Fixture.SCHEMA + VIEW);
    ViewRefresh hourly = new ViewRefresh("latest", Duration.ofHours(1), false);
    try (PostgresStore store = Fixture.at(database).open()) {
      store.connect();
      run(hourly, store);
      String first = refreshedAt(database);

      run(hourly, store);
      assertThat(refreshedAt(database)).isEqualTo(first);

      Fixture.execute(
          database, "update crossfade.refreshes set refreshed_at = now() - interval '1 hour'");
      run(hourly, store);
      assertThat(refreshedAt(database)).isGreaterThan(first);
    }
  }

  private static void run(ViewRefresh refresh, PostgresStore store) {
    store
        .pool()
        .transaction(
            session -> {
              refresh.run(session);
              return "done";
            });
  }

  private static String refreshedAt(TestDatabase database) {
    return Fixture.query(database, "select refreshed_at from crossfade.refreshes").get(0);
  }

  @Tag("exhaustive")
  @Test
  void aViewThatCannotBeRefreshedIsReported(TestDatabase database) {
    try (PostgresStore store =
        Fixture.at(database).refresh("missing", Duration.ofMillis(100), false).open()) {
      store.connect();

      await().atMost(TWO_MINUTES).until(() -> !store.upkeepFailures().isEmpty());
      assertThat(store.upkeepFailures())
          .hasEntrySatisfying(
              "refresh of missing", message -> assertThat(message).contains("does not exist"));
    }
  }
}
