package dev.crossfade.mongodb;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which an ObjectId is a UUID and back. The 96 bits of the ObjectId stand, in their
 * order, in the bits that a UUID of version 8 (RFC 9562) leaves free: 48 before the version, 12
 * behind it, 36 behind the variant; the 26 bits that remain are zero. So the order of ObjectIds is
 * that of their UUIDs, and every other UUID is told apart.
 */
final class ObjectIds {
  private static final long VERSION = 8L << 12;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final int SPARE = 26;

  private ObjectIds() {}

  /** The UUID of an ObjectId. */
  static UUID uuid(ObjectId id) {
    ByteBuffer bytes = ByteBuffer.wrap(id.toByteArray());
    long high = bytes.getLong(); // 48 bits, then 12, then the first 4 of 36
    long low = bytes.getInt() & 0xFFFF_FFFFL; // the other 32
    long most = (high & 0xFFFF_FFFF_FFFF_0000L) | VERSION | ((high >>> 4) & 0xFFFL);
    long rest = ((high & 0xFL) << 32) | low;
    return new UUID(most, VARIANT | (rest << SPARE));
  }

  /** The ObjectId of a UUID; null if it is of none. */
  static @Nullable ObjectId id(UUID uuid) {
    ObjectId bits = bits(uuid);
    return uuid(bits).equals(uuid) ? bits : null;
  }

  /**
   * The greatest ObjectId whose UUID is not behind this one, in the order of unsigned bytes; null
   * if all are behind it.
   */
  static @Nullable ObjectId floor(UUID uuid) {
    ObjectId bits = upTo(uuid);
    return compare(uuid(bits), uuid) <= 0 ? bits : before(bits);
  }

  /** The greatest ObjectId whose text is not behind this one in the order of bytes; or null. */
  static @Nullable ObjectId floor(String text) {
    StringBuilder digits = new StringBuilder(24);
    for (int i = 0; i < 24; i++) {
      char c = i < text.length() ? text.charAt(i) : 0;
      int digit = "0123456789abcdef".indexOf(c);
      if (digit >= 0) {
        digits.append(c);
        continue;
      }
      // The rest is less than c, or there is nothing: go one down, then fill up.
      char below = c > 'f' ? 'f' : c > '9' && c < 'a' ? '9' : 0;
      if (below == 0) {
        ObjectId least = new ObjectId(padded(digits, '0'));
        return before(least);
      }
      return new ObjectId(padded(digits.append(below), 'f'));
    }
    return new ObjectId(digits.toString());
  }

  private static String padded(StringBuilder digits, char with) {
    StringBuilder all = new StringBuilder(digits);
    while (all.length() < 24) {
      all.append(with);
    }
    return all.toString();
  }

  /** Not before the floor, and at most the next one. */
  private static ObjectId upTo(UUID uuid) {
    long most = uuid.getMostSignificantBits();
    int version = (int) (most >>> 12) & 0xF;
    long prefix = most & 0xFFFF_FFFF_FFFF_0000L;
    if (version != 8) {
      return version < 8 ? of(prefix, 0) : of(prefix | 0xFFFFL, 0xFFFF_FFFFL);
    }
    long high = prefix | ((most & 0xFFFL) << 4);
    int variant = (int) (uuid.getLeastSignificantBits() >>> 62);
    if (variant != 2) {
      return variant < 2 ? of(high, 0) : of(high | 0xFL, 0xFFFF_FFFFL);
    }
    return bits(uuid);
  }

  private static ObjectId bits(UUID uuid) {
    long most = uuid.getMostSignificantBits();
    long rest = (uuid.getLeastSignificantBits() & ~(3L << 62)) >>> SPARE;
    long high = (most & 0xFFFF_FFFF_FFFF_0000L) | ((most & 0xFFFL) << 4) | (rest >>> 32);
    return of(high, rest & 0xFFFF_FFFFL);
  }

  private static ObjectId of(long high, long low) {
    return new ObjectId(ByteBuffer.allocate(12).putLong(high).putInt((int) low).array());
  }

  private static @Nullable ObjectId before(ObjectId id) {
    byte[] bytes = id.toByteArray();
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i]-- != 0) {
        return new ObjectId(bytes);
      }
    }
    return null;
  }

  private static int compare(UUID a, UUID b) {
    int most = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
    return most != 0
        ? most
        : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
  }
}
