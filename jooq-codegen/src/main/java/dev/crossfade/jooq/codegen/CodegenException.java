package dev.crossfade.jooq.codegen;

import org.jspecify.annotations.Nullable;

/**
 * Nothing was generated. The message says what is wrong and where; the sources of an earlier run
 * are as they were, unless the message names a file that could not be written.
 */
public final class CodegenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CodegenException(String message) {
    super(message);
  }

  CodegenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
