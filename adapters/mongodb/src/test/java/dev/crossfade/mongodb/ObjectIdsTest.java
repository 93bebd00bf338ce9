package dev.crossfade.mongodb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** ObjectIds as UUIDs: one-to-one, in the same order, and every other UUID told apart. */
class ObjectIdsTest {
  private static final Comparator<UUID> BYTES =
      (a, b) -> {
        int most = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return most != 0
            ? most
            : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
      };

  private final Random random = random();

  private static Random random() {
    Long given = Long.getLong("crossfade.test.seed");
    long seed = given == null ? System.nanoTime() : given;
    System.out.println("ObjectIdsTest: -Dcrossfade.test.seed=" + seed);
    return new Random(seed);
  }

  private List<ObjectId> ids() {
    List<ObjectId> ids = new ArrayList<>();
    for (String edge :
        List.of(
            "000000000000000000000000",
            "000000000000000000000001",
            "00000000000000000000000f",
            "000000000000ffff00000000",
            "7fffffffffffffffffffffff",
            "800000000000000000000000",
            "fffffffffffffffffffffffe",
            "ffffffffffffffffffffffff")) {
      ids.add(new ObjectId(edge));
    }
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[12];
      random.nextBytes(bytes);
      ids.add(new ObjectId(bytes));
    }
    return ids;
  }

  @Test
  void thereAndBackAgain() {
    assertThat(ObjectIds.uuid(new ObjectId("0123456789abcdef01234567")))
        .as("the rule, which must never change")
        .isEqualTo(UUID.fromString("01234567-89ab-8cde-bc04-8d159c000000"));
    for (ObjectId id : ids()) {
      UUID uuid = ObjectIds.uuid(id);
      assertThat(uuid.version()).isEqualTo(8);
      assertThat(uuid.variant()).isEqualTo(2);
      assertThat(ObjectIds.id(uuid)).isEqualTo(id);
    }
  }

  @Test
  void theOrderIsTheSame() {
    List<ObjectId> ids = ids();
    ids.sort(Comparator.naturalOrder());
    assertThat(ids.stream().map(ObjectIds::uuid).toList()).isSortedAccordingTo(BYTES);
  }

  @Test
  void otherUuidsAreNone() {
    for (int i = 0; i < 2_000; i++) {
      assertThat(ObjectIds.id(new UUID(random.nextLong(), random.nextLong() | 1))).isNull();
      assertThat(ObjectIds.id(UUID.randomUUID())).isNull();
    }
  }

  @Test
  void theFloorIsTheGreatestThatIsNotBehind() {
    List<ObjectId> ids = ids();
    ids.sort(Comparator.naturalOrder());
    for (int i = 0; i < 5_000; i++) {
      UUID uuid = new UUID(random.nextLong(), random.nextLong());
      assertFloor(uuid, ObjectIds.floor(uuid));
    }
    for (ObjectId id : ids) {
      UUID uuid = ObjectIds.uuid(id);
      assertThat(ObjectIds.floor(uuid)).isEqualTo(id);
      UUID next = new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits() + 1);
      assertThat(ObjectIds.floor(next)).isEqualTo(id);
    }
    assertThat(ObjectIds.floor(new UUID(0, 0))).isNull();
    assertThat(ObjectIds.floor(new UUID(-1, -1))).isEqualTo(ids.get(ids.size() - 1));
  }

  /** It is not behind, and its successor is. */
  private static void assertFloor(UUID uuid, @Nullable ObjectId floor) {
    byte[] next = new byte[12];
    if (floor != null) {
      assertThat(BYTES.compare(ObjectIds.uuid(floor), uuid)).isLessThanOrEqualTo(0);
      next = floor.toByteArray();
      int at = 11;
      while (at >= 0 && ++next[at] == 0) {
        at--;
      }
      if (at < 0) {
        return; // the last of all
      }
    }
    assertThat(BYTES.compare(ObjectIds.uuid(new ObjectId(next)), uuid)).isGreaterThan(0);
  }

  @Test
  void theFloorOfATextIsTheGreatestThatIsNotBehind() {
    String letters = "0123456789abcdefg/:A~\u0001";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(27); length > 0; length--) {
        text.append(letters.charAt(random.nextInt(random.nextInt(4) == 0 ? letters.length() : 16)));
      }
      ObjectId floor = ObjectIds.floor(text.toString());
      String next = "000000000000000000000000";
      if (floor != null) {
        assertThat(floor.toHexString()).isLessThanOrEqualTo(text.toString());
        java.math.BigInteger one =
            new java.math.BigInteger(floor.toHexString(), 16).add(java.math.BigInteger.ONE);
        next = String.format("%024x", one);
      }
      if (next.length() == 24) {
        assertThat(next).isGreaterThan(text.toString());
      }
    }
  }
}
