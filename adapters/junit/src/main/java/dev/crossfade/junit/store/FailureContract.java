package dev.crossfade.junit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crossfade.CheckException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.ForeignKeyException;
import dev.crossfade.NotFoundException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.junit.store.ContractEntities.Child;
import dev.crossfade.junit.store.ContractEntities.Item;
import dev.crossfade.junit.store.ContractEntities.Parent;
import dev.crossfade.junit.store.ContractEntities.Pinned;
import dev.crossfade.junit.store.ContractEntities.Setting;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.StoreRepository;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a refused write is called, and what its message says: where and why, never the values. */
abstract class FailureContract extends ContractTheme {
  private static final String SECRET = "secret-4711";

  FailureContract(Supplier<? extends ContractEnvironment> environments) {
    super(environments);
  }

  @Test
  void aTakenKeyNamesItsEntity() {
    given(tables.settings, new Setting("a", "1"));
    refused(
        DuplicateKeyException.class,
        tables.settings,
        new RowWrite.Insert<>(new Setting("a", SECRET)));
  }

  @Test
  void aTakenUniqueValueNamesItsEntity() {
    given(tables.items, item(SECRET));
    refused(DuplicateKeyException.class, tables.items, new RowWrite.Insert<>(item(SECRET)));
    refused(DuplicateKeyException.class, tables.items, new RowWrite.Save<>(item(SECRET)));
  }

  @Test
  void aMissingParentNamesTheEntityOfTheChild() {
    refused(
        ForeignKeyException.class,
        tables.children,
        new RowWrite.Insert<>(new Child(1, 99, SECRET)));
    refused(
        ForeignKeyException.class, tables.children, new RowWrite.Save<>(new Child(1, 99, SECRET)));
  }

  @Test
  void aDeleteThatOthersForbidNamesTheEntityOfTheParent() {
    given(tables.parents, new Parent(1, SECRET));
    given(tables.pinned, new Pinned(1, 1, SECRET));
    refused(ForeignKeyException.class, tables.parents, new RowWrite.Delete<>(1L));
  }

  @Test
  void aFailedCheckNamesItsEntity() {
    verifiedOnlyIf(environment.checksRows(), "a failed check names its entity");
    refused(
        CheckException.class,
        tables.items,
        new RowWrite.Save<>(item("a").withLabel(SECRET).withQuantity(-1)));
  }

  @Test
  @SuppressWarnings("NullAway") // the missing value is the point
  void aMissingValueNamesItsColumn() {
    Item missing = item("a").withLabel(SECRET).withCode(null);
    CrossfadeException failure =
        refused(CheckException.class, tables.items, new RowWrite.Insert<>(missing));
    assertThat(failure).hasMessageContaining("code");
  }

  /** Alone in one round trip, and as part of a unit. */
  private <T, K> CrossfadeException refused(
      Class<? extends CrossfadeException> type,
      StoreRepository<T, K> repository,
      RowWrite<T, K> write) {
    CrossfadeException alone =
        catchThrowableOfType(
            CrossfadeException.class, () -> store.writeRow(writer.entry(1), repository, write));
    assertSays(alone, type, repository);
    CrossfadeException inUnit =
        catchThrowableOfType(
            CrossfadeException.class,
            () ->
                unit(
                    () -> {
                      tables.tallies.save(new ContractEntities.Tally(1, 1));
                      return write(repository, write);
                    }));
    assertSays(inUnit, type, repository);
    assertThat(tables.tallies.count()).as("other rows of the unit").isZero();
    assertEmptyJournal();
    return alone;
  }

  private static <T, K> Object write(StoreRepository<T, K> repository, RowWrite<T, K> write) {
    if (write instanceof RowWrite.Save<T, K> save) {
      return repository.save(save.row());
    } else if (write instanceof RowWrite.Insert<T, K> insert) {
      return repository.insert(insert.row());
    }
    return repository.delete(((RowWrite.Delete<T, K>) write).key());
  }

  private static void assertSays(
      CrossfadeException failure,
      Class<? extends CrossfadeException> type,
      StoreRepository<?, ?> repository) {
    assertThat(failure).isExactlyInstanceOf(type);
    assertThat(failure.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN);
    assertThat(failure.getMessage())
        .contains(repository.entity().name())
        .contains("nothing was written")
        .doesNotContain(SECRET);
  }

  /** Nothing was refused by the store: the unit may go on, and commits. */
  @Test
  void aUnitThatCatchesNotFoundGoesOn() {
    unit(
        () -> {
          NotFoundException failure =
              catchThrowableOfType(NotFoundException.class, () -> tables.settings.get("none"));
          assertThat(failure.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN);
          assertThat(failure).hasMessageContaining("setting none");
          return tables.settings.save(new Setting("a", "1"));
        });
    assertStored(tables.settings, new Setting("a", "1"));
  }

  @Test
  void aClosedStoreIsUnavailableToReadsAndWrites() {
    store.close();
    for (Runnable use :
        new Runnable[] {
          () -> tables.settings.get("a"),
          () -> unit(() -> tables.settings.save(new Setting("a", "1"))),
          () ->
              store.writeRow(
                  writer.entry(1), tables.settings, new RowWrite.Save<>(new Setting("a", "1")))
        }) {
      CrossfadeException failure = catchThrowableOfType(CrossfadeException.class, use::run);
      assertThat(failure).isExactlyInstanceOf(StoreUnavailableException.class);
      assertThat(failure.outcome()).isEqualTo(CrossfadeException.Outcome.NOT_WRITTEN);
      assertThat(failure).hasMessageContaining("trying again later is safe");
    }
  }
}
