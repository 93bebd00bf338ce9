package dev.crossfade.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's result codes are called, and which failed commits are known to be undone. */
class SqliteErrorsTest {
  @ParameterizedTest
  @CsvSource({
    "SQLITE_CONSTRAINT_UNIQUE,dev.crossfade.DuplicateKeyException",
    "SQLITE_CONSTRAINT_PRIMARYKEY,dev.crossfade.DuplicateKeyException",
    "SQLITE_CONSTRAINT_ROWID,dev.crossfade.DuplicateKeyException",
    "SQLITE_CONSTRAINT_FOREIGNKEY,dev.crossfade.ForeignKeyException",
    "SQLITE_CONSTRAINT_CHECK,dev.crossfade.CheckException",
    "SQLITE_CONSTRAINT_NOTNULL,dev.crossfade.CheckException",
    "SQLITE_CONSTRAINT_TRIGGER,dev.crossfade.CheckException",
    "SQLITE_MISMATCH,dev.crossfade.CheckException",
    "SQLITE_TOOBIG,dev.crossfade.CheckException",
    "SQLITE_BUSY_SNAPSHOT,dev.crossfade.ConflictException",
    "SQLITE_BUSY,dev.crossfade.StoreTimeoutException",
    "SQLITE_LOCKED,dev.crossfade.StoreTimeoutException",
    "SQLITE_INTERRUPT,dev.crossfade.StoreTimeoutException",
    "SQLITE_FULL,dev.crossfade.StoreUnavailableException",
    "SQLITE_NOMEM,dev.crossfade.StoreUnavailableException",
    "SQLITE_READONLY,dev.crossfade.StoreUnavailableException",
    "SQLITE_CANTOPEN,dev.crossfade.StoreUnavailableException",
    "SQLITE_IOERR_WRITE,dev.crossfade.StoreUnavailableException",
    "SQLITE_PROTOCOL,dev.crossfade.StoreUnavailableException",
    "SQLITE_CORRUPT,dev.crossfade.StoreUnavailableException",
    "SQLITE_ERROR,dev.crossfade.StoreException"
  })
  void everyResultCodeHasItsException(
      SQLiteErrorCode code, Class<? extends CrossfadeException> type) {
    SQLiteException cause = new SQLiteException("why", code);

    CrossfadeException failure = new SqliteErrors("the file").translate(cause, "writing");

    assertThat(failure)
        .isExactlyInstanceOf(type)
        .hasCause(cause)
        .hasMessageContaining("writing on the file: why");
    assertThat(failure.outcome()).isEqualTo(Outcome.NOT_WRITTEN);
  }

  /** Of any other it may be in the log all the same. */
  @Test
  void aCommitIsKnownToBeUndoneForFewReasons() {
    Set<SQLiteErrorCode> undone = EnumSet.noneOf(SQLiteErrorCode.class);
    for (SQLiteErrorCode code : SQLiteErrorCode.values()) {
      if (code.code == (code.code & 0xff)
          && SqliteErrors.isRolledBack(new SQLiteException("why", code))) {
        undone.add(code);
      }
    }
    assertThat(undone)
        .containsExactlyInAnyOrder(
            SQLiteErrorCode.SQLITE_CONSTRAINT,
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_READONLY);
  }
}
