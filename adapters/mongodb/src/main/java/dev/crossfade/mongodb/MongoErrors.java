package dev.crossfade.mongodb;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoServerException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import dev.crossfade.CheckException;
import dev.crossfade.ConflictException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.DuplicateKeyException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the driver throws, in the library's own exceptions. */
final class MongoErrors {
  private static final int DOCUMENT_VALIDATION = 121;
  private static final int WRITE_CONFLICT = 112;
  private static final int TOO_LARGE = 10334;
  private static final Pattern INDEX = Pattern.compile("index: (\\S+)");

  private final String store;

  MongoErrors(String store) {
    this.store = store;
  }

  /** For a read, or a write that is known to have changed nothing. */
  CrossfadeException notWritten(MongoException cause, String doing) {
    String message = doing + " on " + store + ": " + shown(cause);
    if (isDuplicate(cause)) {
      return new DuplicateKeyException(message, cause);
    } else if (code(cause) == DOCUMENT_VALIDATION || code(cause) == TOO_LARGE) {
      return new CheckException(message, cause);
    } else if (code(cause) == WRITE_CONFLICT) {
      return new ConflictException(message, cause);
    } else if (cause instanceof MongoInterruptedException
        || cause instanceof MongoExecutionTimeoutException) {
      return new StoreTimeoutException(message, cause);
    } else if (cause instanceof MongoTimeoutException && Sent.any()) {
      return new StoreTimeoutException(message, cause);
    }
    return isUnavailable(cause)
        ? new StoreUnavailableException(message, cause)
        : new StoreException(message, cause);
  }

  /** For a write: unknown, unless the driver or the server says that nothing has changed. */
  CrossfadeException ofWrite(MongoException cause, String doing) {
    if (!Sent.any() || isRefused(cause)) {
      return notWritten(cause, doing);
    }
    return new OutcomeUnknownException(doing + " on " + store + ": " + shown(cause), cause);
  }

  /** Whether the server has answered that it has not done it. */
  static boolean isRefused(MongoException cause) {
    if (cause instanceof MongoBulkWriteException bulk) {
      return bulk.getWriteConcernError() == null;
    }
    return cause instanceof MongoNotPrimaryException
        || cause instanceof MongoNodeIsRecoveringException
        || cause instanceof MongoWriteException
        || (cause instanceof MongoServerException
            && !(cause instanceof MongoWriteConcernException)
            && !(cause instanceof MongoExecutionTimeoutException)
            && cause instanceof MongoCommandException);
  }

  static boolean isDuplicate(MongoException cause) {
    if (cause instanceof MongoBulkWriteException bulk) {
      return bulk.getWriteErrors().stream()
          .anyMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
    }
    return ErrorCategory.fromErrorCode(code(cause)) == ErrorCategory.DUPLICATE_KEY;
  }

  private static int code(MongoException cause) {
    if (cause instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
      return bulk.getWriteErrors().get(0).getCode();
    }
    return cause.getCode();
  }

  private static boolean isUnavailable(MongoException cause) {
    return cause instanceof MongoSocketException
        || cause instanceof MongoTimeoutException
        || cause instanceof MongoNotPrimaryException
        || cause instanceof MongoNodeIsRecoveringException;
  }

  /** The server's own words hold values of rows. */
  private static String shown(MongoException cause) {
    if (isDuplicate(cause)) {
      Matcher index = INDEX.matcher(String.valueOf(cause.getMessage()));
      return "a unique value is taken" + (index.find() ? " (index " + index.group(1) + ")" : "");
    } else if (code(cause) == DOCUMENT_VALIDATION) {
      return "the collection's validator refuses the document";
    } else if (cause instanceof MongoServerException) {
      return "the server answers with error " + code(cause) + named(cause);
    }
    return String.valueOf(cause.getMessage());
  }

  private static String named(MongoException cause) {
    return cause instanceof MongoCommandException command && !command.getErrorCodeName().isEmpty()
        ? " (" + command.getErrorCodeName() + ")"
        : "";
  }
}
