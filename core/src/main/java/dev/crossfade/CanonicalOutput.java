package dev.crossfade;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The bytes of an encoding in which nothing can be taken for anything else: whatever varies in
 * length is preceded by its length. Keeps its buffer. Not safe for use by several threads.
 */
final class CanonicalOutput {
  private static final int LONGEST_CHAR = 3;
  private static final int LONGEST_NUMBER = 10;

  private byte[] bytes = new byte[1024];
  private int length;

  void clear() {
    length = 0;
  }

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  void tag(int tag) {
    room(1);
    bytes[length++] = (byte) tag;
  }

  void bool(boolean value) {
    tag(value ? 1 : 0);
  }

  /** Seven bits a byte, those near zero in few; the last byte has its eighth bit unset. */
  void number(long value) {
    room(LONGEST_NUMBER);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  void text(String text) {
    int count = text.length();
    number(count);
    room(LONGEST_CHAR * count);
    for (int i = 0; i < count; i++) {
      put(text.charAt(i));
    }
  }

  void text(char[] chars, int from, int to) {
    number(to - from);
    room(LONGEST_CHAR * (to - from));
    for (int i = from; i < to; i++) {
      put(chars[i]);
    }
  }

  /** Each char on its own, so that half a surrogate pair is not taken for a question mark. */
  private void put(char c) {
    if (c < 0x80) {
      bytes[length++] = (byte) c;
    } else if (c < 0x800) {
      bytes[length++] = (byte) (0xC0 | (c >> 6));
      bytes[length++] = (byte) (0x80 | (c & 0x3F));
    } else {
      bytes[length++] = (byte) (0xE0 | (c >> 12));
      bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      bytes[length++] = (byte) (0x80 | (c & 0x3F));
    }
  }

  void bytes(byte[] value) {
    number(value.length);
    room(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  /** By value: {@code 1.0} as {@code 1.00}. */
  void decimal(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    BigInteger unscaled = stripped.unscaledValue();
    if (unscaled.bitLength() < Long.SIZE) {
      decimal(unscaled.longValue(), stripped.scale());
    } else {
      bool(false);
      bytes(unscaled.toByteArray());
      number(stripped.scale());
    }
  }

  /** By value, as {@link #decimal(BigDecimal)} would write it. */
  void decimal(long unscaled, int scale) {
    long digits = unscaled;
    int places = digits == 0 ? 0 : scale;
    while (digits != 0 && digits % 10 == 0) {
      digits /= 10;
      places--;
    }
    bool(true);
    number(digits);
    number(places);
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.addExact(Math.max(length, more), more) + length / 2);
    }
  }
}
