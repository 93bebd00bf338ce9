package dev.crossfade;

import java.math.BigDecimal;
import java.util.Arrays;

/**
 * A JSON text (RFC 8259) taken apart, to be compared and encoded by structure without an object per
 * value: a tape of ints says of each value what it is and where it ends, strings are kept unescaped
 * beside the text, and the members of each object are sorted by the hash of their names.
 *
 * <p>Members may come in any order; of a name given twice the last counts, as jsonb has it. Numbers
 * are equal by value. Made once and used for one text after another: what it has allocated it
 * keeps, up to a limit. Not safe for use by several threads.
 */
final class JsonDocument {
  private static final int DEEPEST = 512;

  /** Longer texts get arrays of their own, which go with them. */
  private static final int KEPT = 1 << 18;

  private static final int OBJECT = 0;
  private static final int ARRAY = 1;
  private static final int STRING = 2;
  private static final int NUMBER = 3;
  private static final int TRUE = 4;
  private static final int FALSE = 5;
  private static final int NULL = 6;

  /** Ints of a value on the tape: kind, from, to, and where the next value begins. */
  private static final int STEP = 4;

  /**
   * The exponent beyond which {@code BigDecimal} decides itself whether it takes it; all others it
   * does.
   */
  private static final int SURE_DIGITS = 8;

  private char[] text = new char[1024];

  /** Where the text ends; unescaped strings stand behind it. */
  private int end;

  private int unescaped;
  private int at;
  private int depth;
  private int[] tape = new int[256];
  private int used;

  /** Hash of the name and place of the name on the tape, sorted within each object. */
  private long[] members = new long[64];

  private int sorted;

  /** Members of objects that have not come to their end yet. */
  private long[] open = new long[64];

  private int opened;
  private int lastHash;

  /** Takes a text apart. Returns false if it is no JSON; then there is nothing to compare. */
  boolean read(String json) {
    begin(json);
    try {
      value();
      skipSpace();
      return at == end;
    } catch (NoJsonException e) {
      return false;
    }
  }

  private void begin(String json) {
    end = json.length();
    if (text.length > KEPT || text.length < end) {
      text = new char[Math.max(1024, end + end / 4)];
    }
    if (tape.length > KEPT) {
      tape = new int[256];
      members = new long[64];
      open = new long[64];
    }
    json.getChars(0, end, text, 0);
    unescaped = end;
    at = 0;
    depth = 0;
    used = 0;
    sorted = 0;
    opened = 0;
  }

  /** Whether both are the same by structure. */
  boolean same(JsonDocument other) {
    return same(0, other, 0);
  }

  private boolean same(int mine, JsonDocument other, int its) {
    int kind = tape[mine];
    if (kind != other.tape[its]) {
      return false;
    }
    return switch (kind) {
      case OBJECT -> sameMembers(mine, other, its);
      case ARRAY -> sameElements(mine, other, its);
      case STRING -> sameText(mine, other, its);
      case NUMBER -> sameText(mine, other, its) || number(mine).compareTo(other.number(its)) == 0;
      default -> true;
    };
  }

  private boolean sameMembers(int mine, JsonDocument other, int its) {
    int from = tape[mine + 1];
    int count = tape[mine + 2] - from;
    int itsFrom = other.tape[its + 1];
    if (count != other.tape[its + 2] - itsFrom) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      int name = (int) members[from + i];
      int itsName = (int) other.members[itsFrom + i];
      if (!sameText(name, other, itsName) || !same(name + STEP, other, itsName + STEP)) {
        return false;
      }
    }
    return true;
  }

  private boolean sameElements(int mine, JsonDocument other, int its) {
    int element = mine + STEP;
    int itsElement = its + STEP;
    while (element < tape[mine + 3] && itsElement < other.tape[its + 3]) {
      if (!same(element, other, itsElement)) {
        return false;
      }
      element = tape[element + 3];
      itsElement = other.tape[itsElement + 3];
    }
    return element == tape[mine + 3] && itsElement == other.tape[its + 3];
  }

  private boolean sameText(int mine, JsonDocument other, int its) {
    return Arrays.equals(
        text, tape[mine + 1], tape[mine + 2], other.text, other.tape[its + 1], other.tape[its + 2]);
  }

  /** Stripped of trailing zeros, so that equal values are equal objects. */
  private BigDecimal number(int place) {
    int from = tape[place + 1];
    return new BigDecimal(text, from, tape[place + 2] - from).stripTrailingZeros();
  }

  /** Writes it in a form that is the same for all texts of the same structure. */
  void encode(CanonicalOutput out) {
    encode(0, out);
  }

  private void encode(int place, CanonicalOutput out) {
    int kind = tape[place];
    out.tag(kind);
    switch (kind) {
      case OBJECT -> encodeMembers(place, out);
      case ARRAY -> encodeElements(place, out);
      case STRING -> encodeText(place, out);
      case NUMBER -> encodeNumber(place, out);
      default -> {}
    }
  }

  private void encodeMembers(int place, CanonicalOutput out) {
    out.number(tape[place + 2] - tape[place + 1]);
    for (int i = tape[place + 1]; i < tape[place + 2]; i++) {
      int name = (int) members[i];
      encodeText(name, out);
      encode(name + STEP, out);
    }
  }

  private void encodeElements(int place, CanonicalOutput out) {
    for (int element = place + STEP; element < tape[place + 3]; element = tape[element + 3]) {
      encode(element, out);
    }
    out.tag(NULL + 1);
  }

  private void encodeText(int place, CanonicalOutput out) {
    out.text(text, tape[place + 1], tape[place + 2]);
  }

  /** A short whole number or fraction without an exponent needs no object. */
  private void encodeNumber(int place, CanonicalOutput out) {
    int from = tape[place + 1];
    int to = tape[place + 2];
    long unscaled = 0;
    int scale = 0;
    boolean fraction = false;
    int i = text[from] == '-' || text[from] == '+' ? from + 1 : from;
    if (to - i > 18) {
      out.decimal(number(place));
      return;
    }
    for (; i < to; i++) {
      char c = text[i];
      if (c == '.') {
        fraction = true;
      } else if (c < '0' || c > '9') {
        out.decimal(number(place));
        return;
      } else {
        unscaled = 10 * unscaled + c - '0';
        scale += fraction ? 1 : 0;
      }
    }
    out.decimal(text[from] == '-' ? -unscaled : unscaled, scale);
  }

  private void value() throws NoJsonException {
    skipSpace();
    char c = peek();
    switch (c) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true", TRUE);
      case 'f' -> literal("false", FALSE);
      case 'n' -> literal("null", NULL);
      default -> number();
    }
  }

  private void object() throws NoJsonException {
    int place = enter(OBJECT);
    int first = opened;
    for (boolean more = !closes('}'); more; more = separated('}')) {
      skipSpace();
      int name = string();
      addOpen(((long) lastHash << 32) | name);
      skipSpace();
      if (peek() != ':') {
        throw NoJsonException.INSTANCE;
      }
      at++;
      value();
    }
    close(place, first);
    leave(place);
  }

  /** Sorts the members, leaves the last of each name. */
  private void close(int place, int first) {
    Arrays.sort(open, first, opened);
    int count = opened - first;
    if (members.length < sorted + count) {
      members = Arrays.copyOf(members, Math.max(2 * members.length, sorted + count));
    }
    int from = sorted;
    for (int i = first; i < opened; i++) {
      add(from, open[i]);
    }
    opened = first;
    tape[place + 1] = from;
    tape[place + 2] = sorted;
  }

  /** Hardly ever is there another one of the same hash: then it comes last. */
  private void add(int from, long member) {
    int i = sorted;
    while (i > from && members[i - 1] >> 32 == member >> 32) {
      int order = compareNames((int) members[i - 1], (int) member);
      if (order == 0) {
        members[i - 1] = member; // the name was given before: the later one counts
        return;
      } else if (order < 0) {
        break;
      }
      i--;
    }
    System.arraycopy(members, i, members, i + 1, sorted - i);
    members[i] = member;
    sorted++;
  }

  private int compareNames(int one, int other) {
    return Arrays.compare(
        text, tape[one + 1], tape[one + 2], text, tape[other + 1], tape[other + 2]);
  }

  private void addOpen(long member) {
    if (open.length == opened) {
      open = Arrays.copyOf(open, 2 * opened);
    }
    open[opened++] = member;
  }

  private void array() throws NoJsonException {
    int place = enter(ARRAY);
    for (boolean more = !closes(']'); more; more = separated(']')) {
      value();
    }
    leave(place);
  }

  private int enter(int kind) throws NoJsonException {
    if (++depth > DEEPEST) {
      throw NoJsonException.INSTANCE;
    }
    at++;
    return add(kind, 0, 0);
  }

  private void leave(int place) {
    depth--;
    tape[place + 3] = used;
  }

  private int add(int kind, int from, int to) {
    if (tape.length < used + STEP) {
      tape = Arrays.copyOf(tape, 2 * tape.length);
    }
    int place = used;
    used += STEP;
    tape[place] = kind;
    tape[place + 1] = from;
    tape[place + 2] = to;
    tape[place + 3] = used;
    return place;
  }

  private boolean closes(char bracket) throws NoJsonException {
    skipSpace();
    if (peek() == bracket) {
      at++;
      return true;
    }
    return false;
  }

  private boolean separated(char bracket) throws NoJsonException {
    if (closes(bracket)) {
      return false;
    }
    if (peek() != ',') {
      throw NoJsonException.INSTANCE;
    }
    at++;
    return true;
  }

  /** Its place on the tape; its hash is {@link #lastHash}. */
  private int string() throws NoJsonException {
    if (peek() != '"') {
      throw NoJsonException.INSTANCE;
    }
    int from = ++at;
    int hash = 0;
    char[] chars = text;
    for (int i = from; i < end; i++) {
      char c = chars[i];
      if (c == '"') {
        at = i + 1;
        lastHash = hash;
        return add(STRING, from, i);
      } else if (c == '\\') {
        return escapedString(from, i, hash);
      } else if (c < ' ') {
        throw NoJsonException.INSTANCE;
      }
      hash = 31 * hash + c;
    }
    throw NoJsonException.INSTANCE;
  }

  private int escapedString(int from, int firstEscape, int begun) throws NoJsonException {
    int start = unescaped;
    int hash = begun;
    for (int i = from; i < firstEscape; i++) {
      addUnescaped(text[i]);
    }
    at = firstEscape;
    for (char c = next(); c != '"'; c = next()) {
      if (c < ' ') {
        throw NoJsonException.INSTANCE;
      }
      char meant = c == '\\' ? escaped() : c;
      hash = 31 * hash + meant;
      addUnescaped(meant);
    }
    lastHash = hash;
    return add(STRING, start, unescaped);
  }

  private void addUnescaped(char c) {
    if (text.length == unescaped) {
      text = Arrays.copyOf(text, unescaped + unescaped / 2 + 16);
    }
    text[unescaped++] = c;
  }

  private char escaped() throws NoJsonException {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw NoJsonException.INSTANCE;
    };
  }

  private char unicode() throws NoJsonException {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      char c = next();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw NoJsonException.INSTANCE;
      }
      code = 16 * code + digit;
    }
    return (char) code;
  }

  private void number() throws NoJsonException {
    int from = at;
    if (at < end && (text[at] == '-' || text[at] == '+')) {
      at++;
    }
    int digits = digits();
    if (at < end && text[at] == '.') {
      at++;
      digits += digits();
    }
    if (digits == 0) {
      throw NoJsonException.INSTANCE;
    }
    if (at < end && (text[at] == 'e' || text[at] == 'E')) {
      exponent(from);
    }
    add(NUMBER, from, at);
  }

  private void exponent(int from) throws NoJsonException {
    at++;
    if (at < end && (text[at] == '-' || text[at] == '+')) {
      at++;
    }
    int digits = digits();
    if (digits == 0) {
      throw NoJsonException.INSTANCE;
    }
    if (digits > SURE_DIGITS) {
      checkRange(from);
    }
  }

  private void checkRange(int from) throws NoJsonException {
    try {
      BigDecimal unused = new BigDecimal(text, from, at - from).stripTrailingZeros();
    } catch (ArithmeticException | NumberFormatException e) {
      throw NoJsonException.INSTANCE;
    }
  }

  private int digits() {
    int from = at;
    while (at < end && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    return at - from;
  }

  private void literal(String word, int kind) throws NoJsonException {
    if (at + word.length() > end) {
      throw NoJsonException.INSTANCE;
    }
    for (int i = 0; i < word.length(); i++) {
      if (text[at + i] != word.charAt(i)) {
        throw NoJsonException.INSTANCE;
      }
    }
    at += word.length();
    add(kind, 0, 0);
  }

  private char next() throws NoJsonException {
    char c = peek();
    at++;
    return c;
  }

  private char peek() throws NoJsonException {
    if (at >= end) {
      throw NoJsonException.INSTANCE;
    }
    return text[at];
  }

  private void skipSpace() {
    while (at < end && isSpace(text[at])) {
      at++;
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }

  /** Ends the reading of a text that is no JSON; nobody asks where it went wrong. */
  private static final class NoJsonException extends Exception {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
    private static final NoJsonException INSTANCE = new NoJsonException();

    private NoJsonException() {
      super("no JSON", null, false, false);
    }
  }
}
