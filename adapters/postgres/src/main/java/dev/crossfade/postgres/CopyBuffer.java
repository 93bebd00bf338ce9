package dev.crossfade.postgres;

import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the text format of {@code COPY}, on their way to the server. For one thread.
 *
 * <p>The format: columns end with a tab, rows with a line feed, {@code \N} is null, and backslash,
 * tab, line feed and carriage return in a value are written with a backslash.
 */
final class CopyBuffer {
  private static final int SENT_AT = 1 << 16;
  private static final int SPARE = 1 << 10;
  private static final byte[] HEX =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  private static final int ASCII = 0x80;
  private static final int TWO_BYTES = 0x800;

  private final CopyIn copy;
  private byte[] bytes = new byte[SENT_AT + SPARE];
  private int size;

  CopyBuffer(CopyIn copy) {
    this.copy = copy;
  }

  void nothing() {
    room(2);
    bytes[size++] = '\\';
    bytes[size++] = 'N';
  }

  void endOfColumn() {
    room(1);
    bytes[size++] = '\t';
  }

  /** Sends what there is once it is worth it. */
  void endOfRow() throws SQLException {
    room(1);
    bytes[size++] = '\n';
    if (size >= SENT_AT) {
      flush();
    }
  }

  void flush() throws SQLException {
    copy.writeToCopy(bytes, 0, size);
    size = 0;
    if (bytes.length > 4 * SENT_AT) {
      bytes = new byte[SENT_AT + SPARE]; // one large value is no reason to hold so much
    }
  }

  /** A character that needs no escape. */
  void plain(char c) {
    room(1);
    bytes[size++] = (byte) c;
  }

  /** Characters of ASCII that need no escape. */
  @SuppressWarnings("deprecation") // takes the low bytes, which is what they are
  void plain(String ascii) {
    int length = ascii.length();
    room(length);
    ascii.getBytes(0, length, bytes, size);
    size += length;
  }

  /** A number. */
  void number(long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      plain(Long.toString(value));
      return;
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    padded((int) value, digits);
  }

  /** A number that is not negative, with so many digits. */
  void padded(int value, int digits) {
    room(digits);
    int rest = value;
    for (int i = size + digits - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += digits;
  }

  /** A text without U+0000, its surrogates in pairs. */
  void text(String value) {
    int length = value.length();
    room(3 * length); // of UTF-8, or two of an escape
    byte[] to = bytes;
    int at = size;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= ASCII) {
        at = beyondAscii(to, at, Character.isSurrogate(c) ? value.codePointAt(i++) : c);
      } else if (c > '\r' && c != '\\') {
        to[at++] = (byte) c;
      } else {
        at = perhapsEscaped(to, at, c);
      }
    }
    size = at;
  }

  private static int perhapsEscaped(byte[] to, int from, char c) {
    int at = from;
    char escaped =
        switch (c) {
          case '\\' -> '\\';
          case '\t' -> 't';
          case '\n' -> 'n';
          case '\r' -> 'r';
          default -> 0;
        };
    if (escaped != 0) {
      to[at++] = '\\';
    }
    to[at++] = (byte) (escaped == 0 ? c : escaped);
    return at;
  }

  private static int beyondAscii(byte[] to, int from, int point) {
    int at = from;
    if (point < TWO_BYTES) {
      to[at++] = (byte) (0xC0 | point >> 6);
    } else if (point < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      to[at++] = (byte) (0xE0 | point >> 12);
      to[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
    } else {
      to[at++] = (byte) (0xF0 | point >> 18);
      to[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
      to[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
    }
    to[at++] = (byte) (0x80 | (point & 0x3F));
    return at;
  }

  /** Bytes as {@code bytea} takes them: {@code \x} and digits, the backslash escaped. */
  void binary(byte[] value) {
    room(2 * value.length + 3);
    bytes[size++] = '\\';
    bytes[size++] = '\\';
    bytes[size++] = 'x';
    for (byte b : value) {
      bytes[size++] = HEX[b >> 4 & 0xF];
      bytes[size++] = HEX[b & 0xF];
    }
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
    }
  }
}
