package dev.crossfade.junit.store;

import dev.crossfade.Conversion;
import dev.crossfade.Entity;
import dev.crossfade.OnDelete;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The entities of the contract suite. A store under test needs a table (collection) for each, named
 * as the entity, with a column for each component, in the store's own spelling of its name ({@code
 * createdAt}: {@code created_at}).
 *
 * <p>Columns are {@code not null} unless their component is {@code @Nullable}; keys are primary
 * keys; references are foreign keys that do what the entity declares. Beyond that:
 *
 * <table>
 * <caption>What the tables need beside their columns</caption>
 * <tr><th>entity</th><th>also</th></tr>
 * <tr><td>{@code item}</td><td>id generated where null and never given twice, also after a delete;
 *     {@code code} unique; {@code label} by default {@code 'none'}; {@code created_at} by default
 *     the present moment; {@code check (quantity >= 0)}</td></tr>
 * <tr><td>{@code seat}</td><td>{@code label} unique, {@code badge} unique, {@code (hall, place)}
 *     unique; no deferrable constraints</td></tr>
 * <tr><td>{@code reading}</td><td>where the store partitions: primary key {@code (id, created_at)},
 *     partitioned by {@code created_at}, with room for 2026; elsewhere primary key {@code id}</td></tr>
 * <tr><td>{@code candle}</td><td>where the store partitions: by {@code at}, with room for all
 *     times</td></tr>
 * <tr><td>{@code sample}</td><td>{@code amount} holds at least 15 digits, 4 of them behind the
 *     point</td></tr>
 * </table>
 *
 * <p>Immutable.
 */
public final class ContractEntities {
  private ContractEntities() {}

  /** A row with everything: generated key, unique, checked and defaulted components. */
  @SuppressWarnings("ArrayRecordComponent") // binary columns are arrays in applications too
  public record Item(
      @Nullable Long id,
      String code,
      @Nullable String label,
      BigDecimal price,
      @Nullable String payload,
      Color color,
      boolean active,
      byte @Nullable [] data,
      int quantity,
      @Nullable Instant createdAt) {
    Item withId(@Nullable Long other) {
      return new Item(other, code, label, price, payload, color, active, data, quantity, createdAt);
    }

    Item withCode(String other) {
      return new Item(id, other, label, price, payload, color, active, data, quantity, createdAt);
    }

    Item withLabel(@Nullable String other) {
      return new Item(id, code, other, price, payload, color, active, data, quantity, createdAt);
    }

    Item withQuantity(int other) {
      return new Item(id, code, label, price, payload, color, active, data, other, createdAt);
    }
  }

  /** Held as lower-case text. */
  public enum Color {
    /** {@code red}. */
    RED,
    /** {@code light_blue}. */
    LIGHT_BLUE,
    /** {@code indigo}: a capital I that some locales would write without a dot. */
    INDIGO
  }

  /** A text key. */
  public record Setting(String name, @Nullable String text) {}

  /** A UUID key. */
  public record Device(UUID id, String name) {}

  /** An int key. */
  public record Tally(int id, long total) {}

  /** A binary key. */
  @SuppressWarnings("ArrayRecordComponent") // binary keys are arrays in applications too
  public record Fragment(byte[] id, String name) {}

  /** The key of a score. */
  public record ScoreKey(String symbol, int period) {}

  /** A key of two components, one of them of variable length. */
  public record Score(String symbol, int period, BigDecimal points) {}

  /** What others refer to. */
  public record Parent(long id, String name) {}

  /** Deleted with its parent. */
  public record Child(long id, long parentId, String name) {}

  /** Deleted with its child, and so with the parent of that. */
  public record Grandchild(long id, long childId, String name) {}

  /** Loses its reference when its parent is deleted. */
  public record Loose(long id, @Nullable Long parentId, String name) {}

  /** Keeps its parent from being deleted. */
  public record Pinned(long id, long parentId, String name) {}

  /** Refers to itself; deleted with its parent. */
  public record Node(long id, @Nullable Long parentId, String name) {}

  /** Unique values that wander: one not null, one that may be null, one of two components. */
  public record Seat(long id, String label, @Nullable Integer badge, String hall, int place) {}

  /** Deleted with its seat. */
  public record Ticket(long id, long seatId) {}

  /** Located by its time where the store partitions. */
  public record Reading(long id, Instant createdAt, String text) {}

  /** The key of a candle. */
  public record CandleKey(String pool, Instant at, int period) {}

  /** A moment within a key of several components. */
  public record Candle(String pool, Instant at, int period, long volume) {}

  /** The key is a time that knows no zone. */
  public record Appointment(LocalDateTime at, String name) {}

  /** The key is a date. */
  public record Holiday(LocalDate day, String name) {}

  /** A nullable component of every type. */
  @SuppressWarnings("ArrayRecordComponent") // binary columns are arrays in applications too
  public record Sample(
      long id,
      @Nullable String text,
      @Nullable Boolean flag,
      @Nullable Integer small,
      @Nullable Long big,
      @Nullable Double ratio,
      @Nullable BigDecimal amount,
      @Nullable String document,
      @Nullable Color color,
      byte @Nullable [] data,
      @Nullable Instant happenedAt,
      @Nullable LocalDate happenedOn,
      @Nullable UUID token) {}

  private static final Conversion<Color, String> COLOR =
      Conversion.enumText(Color.class, color -> color.name().toLowerCase(Locale.ROOT));

  /** {@link Item}. */
  public static final Entity<Item, Long> ITEM =
      Entity.of(Item.class)
          .key("id", Long.class)
          .generatedKey()
          .defaulted("label", "createdAt")
          .decimal("price", 2)
          .json("payload")
          .convert("color", COLOR)
          .build();

  /** {@link Setting}. */
  public static final Entity<Setting, String> SETTING =
      Entity.of(Setting.class).key("name", String.class).build();

  /** {@link Device}. */
  public static final Entity<Device, UUID> DEVICE =
      Entity.of(Device.class).key("id", UUID.class).build();

  /** {@link Tally}. */
  public static final Entity<Tally, Integer> TALLY =
      Entity.of(Tally.class).key("id", Integer.class).build();

  /** {@link Fragment}. */
  public static final Entity<Fragment, byte[]> FRAGMENT =
      Entity.of(Fragment.class).key("id", byte[].class).build();

  /** {@link Score}. */
  public static final Entity<Score, ScoreKey> SCORE =
      Entity.of(Score.class).key(ScoreKey.class).decimal("points", 4).build();

  /** {@link Parent}. */
  public static final Entity<Parent, Long> PARENT =
      Entity.of(Parent.class).key("id", Long.class).build();

  /** {@link Child}. */
  public static final Entity<Child, Long> CHILD =
      Entity.of(Child.class)
          .key("id", Long.class)
          .references("parentId", PARENT, OnDelete.CASCADE)
          .build();

  /** {@link Grandchild}. */
  public static final Entity<Grandchild, Long> GRANDCHILD =
      Entity.of(Grandchild.class)
          .key("id", Long.class)
          .references("childId", CHILD, OnDelete.CASCADE)
          .build();

  /** {@link Loose}. */
  public static final Entity<Loose, Long> LOOSE =
      Entity.of(Loose.class)
          .key("id", Long.class)
          .references("parentId", PARENT, OnDelete.SET_NULL)
          .build();

  /** {@link Pinned}. */
  public static final Entity<Pinned, Long> PINNED =
      Entity.of(Pinned.class).key("id", Long.class).references("parentId", PARENT).build();

  /** {@link Node}. */
  public static final Entity<Node, Long> NODE =
      Entity.of(Node.class)
          .key("id", Long.class)
          .referencesItself("parentId", OnDelete.CASCADE)
          .build();

  /** {@link Seat}. */
  public static final Entity<Seat, Long> SEAT = Entity.of(Seat.class).key("id", Long.class).build();

  /** {@link Ticket}. */
  public static final Entity<Ticket, Long> TICKET =
      Entity.of(Ticket.class)
          .key("id", Long.class)
          .references("seatId", SEAT, OnDelete.CASCADE)
          .build();

  /** {@link Reading}. */
  public static final Entity<Reading, Long> READING =
      Entity.of(Reading.class).key("id", Long.class).locator("createdAt").build();

  /** {@link Candle}. */
  public static final Entity<Candle, CandleKey> CANDLE =
      Entity.of(Candle.class).key(CandleKey.class).build();

  /** {@link Appointment}. */
  public static final Entity<Appointment, LocalDateTime> APPOINTMENT =
      Entity.of(Appointment.class).key("at", LocalDateTime.class).build();

  /** {@link Holiday}. */
  public static final Entity<Holiday, LocalDate> HOLIDAY =
      Entity.of(Holiday.class).key("day", LocalDate.class).build();

  /** {@link Sample}. */
  public static final Entity<Sample, Long> SAMPLE =
      Entity.of(Sample.class)
          .key("id", Long.class)
          .decimal("amount", 4)
          .json("document")
          .convert("color", COLOR)
          .build();

  /** Those whose keys are times, or have one: see {@link ContractEnvironment#hasTimeKeys}. */
  public static List<Entity<?, ?>> withTimeKeys() {
    return List.of(CANDLE, APPOINTMENT, HOLIDAY);
  }

  /** All others, each after those it refers to. */
  public static List<Entity<?, ?>> all() {
    return List.of(
        ITEM,
        SETTING,
        DEVICE,
        TALLY,
        FRAGMENT,
        SCORE,
        PARENT,
        CHILD,
        GRANDCHILD,
        LOOSE,
        PINNED,
        NODE,
        SEAT,
        TICKET,
        READING,
        SAMPLE);
  }
}
