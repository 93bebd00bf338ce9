package dev.crossfade.postgres;

import static dev.crossfade.postgres.Fixture.score;
import static dev.crossfade.postgres.Fixture.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import dev.crossfade.postgres.Fixture.Note;
import dev.crossfade.postgres.Fixture.Token;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.RepositoryContext;
import dev.crossfade.store.RowState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a rehearsal may do to its transaction, and what it may not. */
@ExtendWith(PostgresExtension.class)
class RehearsalTest {
  private Fixture fixture;
  private final List<Throwable> thrown = new ArrayList<>();

  @BeforeEach
  void open(TestDatabase database) {
    fixture =
        Fixture.on(
            database,
            Fixture.at(database).monthlyPartitions("token_scores", "created_at", 0).open());
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** A repository with what an application's may do. */
  private static final class Probe extends PostgresRepository<Token, Long> {
    Probe(RepositoryContext<Token, Long> context) {
      super(context, DSL.table(DSL.name("tokens")));
    }

    void run(String function) {
      fetch(DSL.select(DSL.val(1)).from(function), row -> row.value1());
    }
  }

  private Probe probe() {
    return new Probe(new Fixture.Context<>(Fixture.TOKEN, fixture.store, List.of()));
  }

  private final class Scripted implements Rehearsal {
    private final Duration limit;
    private final Consumer<Trial> work;
    private int runs;

    Scripted(Duration limit, Consumer<Trial> work) {
      this.limit = limit;
      this.work = work;
    }

    @Override
    public Duration limit() {
      return limit;
    }

    @Override
    public void run(Trial trial) {
      runs++;
      try {
        work.accept(trial);
      } catch (RuntimeException e) {
        thrown.add(e);
      }
    }
  }

  private Scripted rehearse(Duration limit, Consumer<Rehearsal.Trial> work, RowState<?, ?> state) {
    Scripted rehearsal = new Scripted(limit, work);
    fixture.store.apply(fixture.change(state), rehearsal);
    return rehearsal;
  }

  private Scripted rehearse(Consumer<Rehearsal.Trial> work, RowState<?, ?> state) {
    return rehearse(Duration.ofSeconds(10), work, state);
  }

  private static RowState<Token, Long> present(long id, String mintAddress) {
    return RowState.present(
        Fixture.TOKEN, new Token(id, mintAddress, "active", null, null, Fixture.NOVEMBER));
  }

  @Test
  void aStatementEndsAtTheLimitAndTheChangeHasItsOwn() {
    Fixture.execute(
        fixture.database,
        """
        create table limits (statement text, lock text);
        create function noted() returns trigger language plpgsql as $$ begin
          insert into limits values
            (current_setting('statement_timeout'), current_setting('lock_timeout'));
          return null; end $$;
        create trigger noted after insert on tokens for each row execute function noted();
        """);
    Probe probe = probe();
    long begun = System.nanoTime();

    rehearse(
        Duration.ofMillis(200),
        trial -> {
          assertThatThrownBy(() -> trial.attempt(() -> probe.run("pg_sleep(600)"), true))
              .isInstanceOf(StoreTimeoutException.class);
          assertThat(trial.left()).isZero();
          assertThatThrownBy(() -> trial.attempt(() -> {}, true))
              .isInstanceOf(StoreTimeoutException.class);
        },
        present(1, "a"));

    assertThat(thrown).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(5));
    assertThat(fixture.query("select statement || ' ' || lock from limits"))
        .containsExactly("25s 10s");
  }

  /** Each is within the limit, all are not. */
  @Test
  void manyShortStatementsEndAtTheLimitToo() {
    Probe probe = probe();
    List<Integer> ran = new ArrayList<>();

    rehearse(
        Duration.ofMillis(300),
        trial ->
            trial.attempt(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    probe.run("pg_sleep(0.04)");
                    ran.add(i);
                  }
                },
                true),
        present(1, "a"));

    assertThat(thrown).hasSize(1).first().isInstanceOf(StoreTimeoutException.class);
    assertThat(ran).hasSizeLessThan(9);
    assertThat(fixture.query("select id from tokens")).containsExactly("1");
  }

  @Test
  void whatIsPutOffToTheCommitIsCheckedAtOnce() {
    Fixture.execute(
        fixture.database,
        "alter table note alter constraint note_token_id_fkey deferrable initially deferred");

    rehearse(
        trial ->
            trial.attempt(
                () -> fixture.notes.insert(new Note(UUID.randomUUID(), 4_711L, "orphan")), true),
        present(1, "a"));

    assertThat(thrown).hasSize(1).first().isInstanceOf(ForeignKeyException.class);
    assertThat(fixture.query("select id from tokens")).containsExactly("1");
    assertThat(fixture.query("select id from note")).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void aSequenceThatIsBehindIsRaisedForGood() {
    Fixture.execute(
        fixture.database,
        "insert into tokens (id, mint_address) select n, 'm' || n from generate_series(1, 50) n");
    List<Token> inserted = new ArrayList<>();

    rehearse(
        trial -> {
          assertThatThrownBy(
                  () -> trial.attempt(() -> fixture.tokens.insert(token(null, "rehearsed")), true))
              .isInstanceOf(DuplicateKeyException.class);
          trial.raiseGenerator(fixture.tokens);
          trial.attempt(() -> inserted.add(fixture.tokens.insert(token(null, "rehearsed"))), true);
        },
        present(60, "a"));

    assertThat(thrown).isEmpty();
    assertThat(inserted.get(0).id()).isGreaterThan(50);
    assertThat(fixture.query("select count(*) from tokens")).containsExactly("51");
    assertThat(((Token) fixture.save(token(null, "next")).result()).id())
        .isGreaterThan(inserted.get(0).id());
  }

  @Tag("exhaustive")
  @Test
  void aChangeThatIsDoneAgainIsNotRehearsedAgain() {
    Fixture.execute(
        fixture.database,
        """
        create sequence tries;
        create function refuses_once() returns trigger language plpgsql as $$ begin
          if nextval('tries') = 1 then
            raise exception 'once' using errcode = 'serialization_failure';
          end if;
          return null; end $$;
        create trigger refuses_once after insert on tokens
          for each row when (new.status = 'active') execute function refuses_once();
        """);

    Scripted rehearsal =
        rehearse(
            trial -> trial.attempt(() -> fixture.tokens.insert(token(7L, "b")), true),
            present(1, "a"));

    assertThat(rehearsal.runs).isEqualTo(1);
    assertThat(fixture.query("select last_value from tries")).containsExactly("2");
    assertThat(fixture.query("select id from tokens")).containsExactly("1");
  }

  @Tag("exhaustive")
  @Test
  void aConflictOfTheRehearsalIsNotTheChanges() {
    Fixture.execute(
        fixture.database,
        """
        create function conflict() returns void language plpgsql as $$ begin
          raise exception 'always' using errcode = 'deadlock_detected'; end $$;
        """);
    Probe probe = probe();

    Scripted rehearsal =
        rehearse(trial -> trial.attempt(() -> probe.run("conflict()"), true), present(1, "a"));

    assertThat(rehearsal.runs).isEqualTo(1);
    assertThat(thrown).hasSize(1).first().isInstanceOf(ConflictException.class);
    assertThat(fixture.query("select id from tokens")).containsExactly("1");
  }

  /** The partition is made by the change itself, whose locks are gone by then. */
  @Tag("exhaustive")
  @Test
  void aMissingPartitionIsNoFailure() {
    Instant later = Instant.parse("2027-03-01T12:00:00Z");
    RowState<?, ?> state = RowState.present(Fixture.SCORE, score(5L, later));

    Scripted rehearsal =
        rehearse(trial -> trial.attempt(() -> fixture.scores.save(score(5L, later)), true), state);

    assertThat(rehearsal.runs).isEqualTo(1);
    assertThat(thrown).hasSize(1).first().isInstanceOf(ConflictException.class);
    assertThat(fixture.query("select id from token_scores")).containsExactly("5");
  }

  @Tag("exhaustive")
  @Test
  void onlyABrokenConnectionFailsTheChangeAndThenNothingIsThere() {
    Probe probe = probe();

    assertThatThrownBy(
            () ->
                rehearse(
                    trial ->
                        trial.attempt(
                            () -> probe.run("pg_terminate_backend(pg_backend_pid())"), true),
                    present(1, "a")))
        .isInstanceOfSatisfying(
            CrossfadeException.class,
            e -> assertThat(e.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN));
    assertThat(fixture.query("select id from tokens")).isEmpty();
  }
}
