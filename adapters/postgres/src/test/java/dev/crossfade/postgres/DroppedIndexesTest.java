package dev.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.CrossfadeException;
import dev.crossfade.junit.PostgresExtension;
import dev.crossfade.junit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is dropped comes back as it was, whoever brings it back; the rest stays. */
@ExtendWith(PostgresExtension.class)
class DroppedIndexesTest {
  /** What comes back, and after the line what is not dropped. */
  private static final String MORE =
      """
      create index tokens_status on tokens (status collate "C" desc nulls last, created_at)
        include (liquidity_usd) with (fillfactor = 70) where status <> 'monitoring';
      comment on index tokens_status is 'the active one''s';
      create index tokens_metrics on tokens using gin (metrics jsonb_path_ops);
      create index "odd ""name" on tokens (lower(mint_address));
      create index scores_token on token_scores (token_id, created_at desc);
      alter table token_scores add constraint "of token" foreign key (token_id) references tokens;
      comment on constraint "of token" on token_scores is 'whose';
      create table kind (name text primary key);
      insert into kind values ('a');
      alter table note add column kind text references kind deferrable initially deferred;
      alter table note add column other bigint references tokens on update cascade;
      -- these stay
      create unique index tokens_amount on tokens (liquidity_usd);
      create index tokens_created on tokens (created_at, (id + 1));
      alter index tokens_created alter column 2 set statistics 500;
      create index note_text on note (text);
      alter table note cluster on note_text;
      create table odd (id bigint primary key);
      alter table note add column odd bigint references odd;
      alter table odd disable trigger all;
      create index scores_november on token_scores_2026_11 (score);
      """;

  private static final List<String> NAMES =
      List.of(
          "public.\"odd \"\"name\"",
          "public.tokens_metrics",
          "public.tokens_status",
          "public.scores_token",
          "public.token_scores \"of token\"",
          "public.note note_kind_fkey",
          "public.note note_other_fkey",
          "public.note note_token_id_fkey");

  private static final String DEFINED =
      """
      select 'index ' || pg_get_indexdef(indexrelid) || coalesce(obj_description(indexrelid), '')
      from pg_index where indrelid::regclass::text !~ '^(pg_|crossfade)'
      union all
      select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        || coalesce(obj_description(oid), '')
      from pg_constraint where contype = 'f'
      order by 1
      """;

  private static final int THREADS = 4;

  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
  private Fixture fixture;
  private List<String> before;

  @BeforeEach
  void open(TestDatabase database) {
    fixture = Fixture.withNotes(database);
    Fixture.execute(database, MORE);
    before = defined();
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
    fixture.close();
  }

  private List<String> defined() {
    return rows(DEFINED);
  }

  private List<String> rows(String query) {
    try (Connection connection = fixture.database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> all = new ArrayList<>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> drop() {
    return fixture.store.dropIndexes(List.of(fixture.tokens, fixture.scores, fixture.notes));
  }

  @Test
  void whatIsDroppedComesBackAsItWas() {
    assertThat(drop()).containsExactlyElementsOf(NAMES);

    assertThat(fixture.store.droppedIndexes()).containsExactlyElementsOf(NAMES);
    assertThat(defined()).hasSize(before.size() - NAMES.size() - 2); // and two of a partition
    assertThat(drop()).as("again").isEmpty();
    Fixture.execute(fixture.database, "insert into tokens (mint_address) values ('a')");

    assertThat(fixture.store.rebuildIndexes()).containsExactlyElementsOf(NAMES);
    assertThat(fixture.store.droppedIndexes()).isEmpty();
    assertThat(defined()).isEqualTo(before);
    assertThat(fixture.store.rebuildIndexes()).isEmpty();
  }

  @Test
  void tablesWithRowsKeepTheirs() {
    Fixture.execute(fixture.database, "insert into tokens (mint_address) values ('a')");

    assertThat(drop())
        .containsExactly(
            "public.scores_token",
            "public.token_scores \"of token\"",
            "public.note note_kind_fkey",
            "public.note note_other_fkey",
            "public.note note_token_id_fkey");
    fixture.store.rebuildIndexes();
    assertThat(defined()).isEqualTo(before);
  }

  @Test
  void anotherProcessBringsThemBack() {
    drop();
    try (PostgresStore next = Fixture.at(fixture.database, 2).open()) {
      next.connect();
      assertThat(next.droppedIndexes()).containsExactlyElementsOf(NAMES);
      CompletableFuture<List<String>> mine =
          CompletableFuture.supplyAsync(fixture.store::rebuildIndexes);
      List<String> built = new ArrayList<>(next.rebuildIndexes());
      built.addAll(mine.join());

      assertThat(built).containsExactlyInAnyOrderElementsOf(NAMES);
      assertThat(defined()).isEqualTo(before);
    }
  }

  /** Partition by partition, and what belongs together is together afterwards. */
  @Test
  void manyThreadsShareTheWork() {
    Fixture.execute(
        fixture.database,
        "create index scores_score on token_scores (score) include (id) where score > 0;"
            + " create index scores_tree on token_scores using gin ((array[token_id]))");
    before = defined();
    List<String> partsBefore = parts();
    for (int round = 0; round < 5; round++) {
      int dropped = drop().size();
      assertThat(dropped).isEqualTo(NAMES.size() + 2);

      List<CompletableFuture<List<String>>> all =
          Stream.generate(() -> CompletableFuture.supplyAsync(fixture.store::rebuildIndexes, pool))
              .limit(THREADS)
              .toList();

      assertThat(all.stream().flatMap(one -> one.join().stream())).hasSize(dropped);
      assertThat(fixture.store.droppedIndexes()).isEmpty();
      assertThat(defined()).isEqualTo(before);
      assertThat(parts()).isEqualTo(partsBefore);
    }
  }

  private List<String> parts() {
    return rows(
        "select inhrelid::regclass || ' of ' || inhparent::regclass from pg_inherits order by 1");
  }

  /** Those before it are back; it and those behind it are not forgotten. */
  @Test
  void aForeignKeyThatIsViolatedIsSaidSo() {
    drop();
    Fixture.execute(
        fixture.database, "insert into token_scores values (1, 4711, 1, '2026-11-02T00:00:00Z')");

    assertThatThrownBy(fixture.store::rebuildIndexes)
        .isInstanceOf(CrossfadeException.class)
        .hasMessageContaining("of token");
    assertThat(fixture.store.droppedIndexes()).containsExactlyElementsOf(NAMES.subList(4, 8));

    Fixture.execute(fixture.database, "delete from token_scores");
    assertThat(fixture.store.rebuildIndexes()).containsExactlyElementsOf(NAMES.subList(4, 8));
    assertThat(defined()).isEqualTo(before);
  }

  @Test
  void whatSomebodyHasMadeAgainOrDroppedForGoodIsLeftAsItIs() {
    drop();
    Fixture.execute(
        fixture.database,
        "create index tokens_metrics on tokens (metrics); drop table token_scores cascade");

    fixture.store.rebuildIndexes();

    assertThat(fixture.store.droppedIndexes()).isEmpty();
    assertThat(defined())
        .anyMatch(definition -> definition.contains("tokens_metrics ON public.tokens USING btree"));
  }
}
