package dev.crossfade.cli.inspect;

/** As what SQLite keeps a value. */
public enum StorageClass {
  /** No value. */
  NULL,
  /** A whole number of 64 bits. */
  INTEGER,
  /** A floating-point number of 64 bits. */
  REAL,
  /** A text. */
  TEXT,
  /** Bytes. */
  BLOB
}
