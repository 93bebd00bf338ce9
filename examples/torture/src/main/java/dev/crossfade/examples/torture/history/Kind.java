package dev.crossfade.examples.torture.history;

/** What an operation was; its arguments and results stand in this order in the histories. */
public enum Kind {
  /** Table, key → what was there before, store; nothing if there was no row. */
  PUT,
  /** Table, key → store. Refused if there is a row. */
  CREATE,
  /** Table, key → what was there; nothing if there was no row. */
  TAKE,
  /** Table, key. Puts a row there, without looking. */
  SAVE,
  /** Table, key → whether there was one. */
  DELETE,
  /** Table, key → value, the one before; nothing if there is no row. */
  FIND,
  /** Table, keys that may be in it, separated by commas → {@code key=value} for each that is. */
  FIND_SET,
  /** Two keys of parents whose codes change places → what was there before, each; store. */
  SWAP,
  /** Parent's key, children's keys separated by commas → what the parent was; nothing if none. */
  DROP,
  /** From, to, amount → store. */
  TRANSFER,
  /** → the sum of all balances. */
  TOTAL,
  /** The same, read in a unit of work. */
  UNIT_TOTAL,
  /** From stage, to stage → epoch. */
  MOVE,
  /** → rows, refused. */
  BACKFILL,
  /** → differences, the epoch at its end, the rows: {@code table key}, separated by commas. */
  VERIFY;

  /** How the result of a failure begins that no application should ever see. */
  public static final String UNEXPECTED = "unexpected ";

  /** Whether it changes rows of the application. */
  public boolean writes() {
    return switch (this) {
      case PUT, CREATE, TAKE, SAVE, DELETE, SWAP, DROP, TRANSFER -> true;
      default -> false;
    };
  }
}
