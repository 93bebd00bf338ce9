package dev.crossfade.it;

import static dev.crossfade.junit.app.Parity.assertParity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Stage;
import dev.crossfade.Stage.Side;
import dev.crossfade.it.Notes.Note;
import dev.crossfade.it.Notes.NoteRepository;
import dev.crossfade.junit.app.CrossfadeKit;
import dev.crossfade.junit.app.CrossfadeTest;
import dev.crossfade.junit.app.Faults;
import dev.crossfade.junit.app.OnlyIn;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a test gets from the kit, in every stage. */
@CrossfadeTest(Notes.Setup.class)
class CrossfadeTestTest {
  private final NoteRepository ofConstructor;
  private Note first;

  CrossfadeTestTest(NoteRepository notes) {
    ofConstructor = notes;
  }

  @BeforeEach
  void begin(NoteRepository notes) {
    first = notes.insert(new Note(null, "first", "body"));
  }

  @Test
  void eachTestHasAnEmptyApplicationInItsStage(
      NoteRepository notes, Crossfade crossfade, Migration migration, Stage stage) {
    assertThat(migration.stage()).isEqualTo(stage);
    assertThat(crossfade.migrations()).containsExactly(migration);
    assertThat(notes.scan(null, 10)).containsExactly(first);
    assertThat(ofConstructor.find(first.id())).contains(first);
    assertThat(notes.whoAnswers())
        .isEqualTo(stage.primary() == Side.LEGACY ? "sqlite" : "postgres");
  }

  @Tag("exhaustive")
  @Test
  void parityHoldsOfRowsAndReads(NoteRepository notes, Crossfade crossfade) {
    notes.insert(new Note(null, "second", null));
    assertThat(notes.rename(first.id(), "renamed")).isTrue();

    assertParity(crossfade);
    assertParity(
        notes,
        repository -> {
          assertThat(repository.sorted()).hasSize(2);
          assertThat(repository.find(first.id())).isPresent();
        });
  }

  @Tag("exhaustive")
  @Test
  void aStageIsLeftByRealMoves(CrossfadeKit kit, NoteRepository notes, Migration migration) {
    kit.moveTo(Stage.SHADOW);
    notes.rename(first.id(), "in shadow");
    kit.moveTo(Stage.LIVE);
    notes.rename(first.id(), "in live");

    assertThat(migration.stage()).isEqualTo(Stage.LIVE);
    assertThat(notes.find(first.id()).orElseThrow().title()).isEqualTo("in live");
  }

  @Tag("exhaustive")
  @Test
  void changesOnPurposeAreNoMistake(CrossfadeKit kit, NoteRepository notes, Stage stage) {
    kit.unrecorded(
        () -> {
          Notes.Connections.legacy("update note set body = 'old' where title = 'first'");
          Notes.Connections.target("update note set body = 'old' where title = 'first'");
        });
    assertThat(notes.find(first.id()).orElseThrow().body()).isEqualTo("old");
    assertThat(stage).isNotNull();
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn({Stage.DUAL_WRITE, Stage.LIVE})
  void theSecondStoreIsDown(NoteRepository notes, Faults faults, Migration migration) {
    faults.secondaryDown();
    notes.rename(first.id(), "meanwhile");

    assertThat(migration.awaitSettled(Duration.ofMillis(100))).isFalse();
    assertThat(migration.journal().entries()).isPositive();

    faults.none();
    assertThat(migration.awaitSettled(Duration.ofSeconds(20))).isTrue();
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn({Stage.DUAL_WRITE, Stage.LIVE})
  void theSecondStoreLosesItsReplies(NoteRepository notes, Faults faults, Migration migration) {
    faults.secondaryLosesReplies();
    notes.rename(first.id(), "meanwhile");

    assertThat(migration.awaitSettled(Duration.ofMillis(100))).isFalse();
    // Nobody heals it: the kit does when the test is over, and finds the stores equal.
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn({Stage.DUAL_WRITE, Stage.LIVE})
  void theSecondStoreIsSlow(NoteRepository notes, Faults faults) {
    faults.secondarySlow(Duration.ofMillis(150));
    long begun = System.nanoTime();
    notes.rename(first.id(), "meanwhile");

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(150));
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.OFF)
  void rowsOfBeforeItsTimeCross(CrossfadeKit kit, NoteRepository notes) {
    kit.unrecorded(
        () -> Notes.Connections.legacy("insert into note (title) values ('old'), ('older')"));
    kit.moveTo(Stage.COMPLETE);

    assertThat(notes.sorted()).extracting(Note::title).containsExactly("first", "old", "older");
  }

  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.DUAL_WRITE)
  void aCallThatWritesIsNotCompared(NoteRepository notes) {
    assertThatThrownBy(() -> assertParity(notes, repository -> repository.rename(1, "x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "note.rename writes; only reads are made on both stores and compared. Write before");
  }

  /** Rows are under way, and nothing is waited for any more. */
  @Tag("exhaustive")
  @Test
  @OnlyIn(Stage.DUAL_WRITE)
  void anInterruptEndsTheWaitForParity(NoteRepository notes, Faults faults) {
    faults.secondaryDown();
    notes.rename(first.id(), "meanwhile");

    assertThatThrownBy(() -> assertParity(notes, CrossfadeTestTest::interruptedRead))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("1 of 1 reads could not be compared, because the thread was inter");
    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
  }

  private static void interruptedRead(NoteRepository repository) {
    repository.sorted();
    Thread.currentThread().interrupt();
  }

  @Nested
  class Nesting {
    @Test
    @OnlyIn(Stage.SHADOW)
    void isOfTheSameStage(Stage stage, NoteRepository notes) {
      assertThat(stage).isEqualTo(Stage.SHADOW);
      assertThat(notes.count()).isEqualTo(1);
    }
  }
}
