package dev.crossfade.examples.torture.app;

import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Which rows there may be, and what there is in the beginning. */
public final class Keys {
  /** Table of single values. */
  public static final String REGISTER = "register";

  /** Table of sets' elements. */
  public static final String ELEMENT = "element";

  /** Table of rows with unique codes. */
  public static final String PARENT = "parent";

  /** Table of rows that go with their parents. */
  public static final String CHILD = "child";

  /** The value of rows that nobody of the run wrote. */
  public static final String INITIAL = "initial";

  /** What each account begins with. */
  public static final long BALANCE = 1_000;

  private static final int HOT = 6;
  private static final int COLD_FROM = 1_000;
  private static final int COLD = 400;
  private static final int WARM = 40;
  private static final int PLAIN_FROM = 2_001;
  private static final int PLAIN = 6;
  private static final int SETS = 4;
  private static final int PER_SET = 12;
  private static final int ACCOUNTS = 8;
  private static final int SWAPPED = 5;
  private static final int MORTAL_FROM = 11;
  private static final int MORTAL = 4;
  private static final int PER_PARENT = 4;

  private Keys() {}

  /** Registers that are there in the beginning. */
  public static LongStream initialRegisters() {
    return LongStream.range(COLD_FROM, COLD_FROM + COLD);
  }

  /** Accounts; all are there in the beginning, and no other ever. */
  public static LongStream accounts() {
    return LongStream.rangeClosed(1, ACCOUNTS);
  }

  /** What all accounts hold together. */
  public static long total() {
    return BALANCE * ACCOUNTS;
  }

  /** Parents that are there in the beginning and never go; their codes change places. */
  public static LongStream swapped() {
    return LongStream.rangeClosed(1, SWAPPED);
  }

  /** The code that a parent begins with. */
  public static String code(long parent) {
    return "code " + parent;
  }

  /**
   * Hot, warm or cold: what goes wrong with a hot one is soon overwritten, with a cold one rare.
   */
  static long register(SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> 1L + random.nextInt(HOT);
      case 1 -> (long) COLD_FROM + random.nextInt(WARM);
      default -> (long) COLD_FROM + random.nextInt(COLD);
    };
  }

  static long plainRegister(SplittableRandom random) {
    return (long) PLAIN_FROM + random.nextInt(PLAIN);
  }

  static long set(SplittableRandom random) {
    return 1L + random.nextInt(SETS);
  }

  static long element(SplittableRandom random, long set) {
    return set * 100 + random.nextInt(PER_SET);
  }

  static LongStream elements(long set) {
    return LongStream.range(set * 100, set * 100 + PER_SET);
  }

  static long account(SplittableRandom random) {
    return 1L + random.nextInt(ACCOUNTS);
  }

  static long otherAccount(SplittableRandom random, long account) {
    return other(random, account, ACCOUNTS);
  }

  static long swapped(SplittableRandom random) {
    return 1L + random.nextInt(SWAPPED);
  }

  static long otherSwapped(SplittableRandom random, long parent) {
    return other(random, parent, SWAPPED);
  }

  private static long other(SplittableRandom random, long one, int count) {
    return 1 + (one + random.nextInt(count - 1)) % count;
  }

  static long mortal(SplittableRandom random) {
    return (long) MORTAL_FROM + random.nextInt(MORTAL);
  }

  static long child(SplittableRandom random, long parent) {
    return parent * 100 + random.nextInt(PER_PARENT);
  }

  static LongStream children(long parent) {
    return LongStream.range(parent * 100, parent * 100 + PER_PARENT);
  }
}
