package dev.crossfade.mongodb;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Filters.nin;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.WriteModel;
import dev.crossfade.AuditEntry;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.mongodb.StoreSession.Visit;
import dev.crossfade.store.ControlRow;
import dev.crossfade.store.Entry;
import dev.crossfade.store.Finish;
import dev.crossfade.store.Journal;
import dev.crossfade.store.JournalStatus;
import dev.crossfade.store.Mark;
import dev.crossfade.store.ParkedEntry;
import dev.crossfade.store.RowState;
import dev.crossfade.store.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/** The journal: commands of one document, in an order that leaves too many where one is missing. */
final class MongoJournal implements Journal {
  private static final String READING = "reading the journal";
  private static final int AT_ONCE = 1_000;

  /** How long a repair may take from choosing to marking before another takes its place. */
  private static final long CLAIM_MILLIS = 5_000;

  private final Supplier<Connected> connected;

  MongoJournal(Supplier<Connected> connected) {
    this.connected = connected;
  }

  // Marks.

  @Override
  public List<Entry> mark(Mark mark, List<Span> spans) {
    try (Visit visit = connected.get().admission().toWrite(mark)) {
      return marked(visit, mark, spans);
    }
  }

  @Override
  public List<Entry> markForRepair(Mark mark, List<Span> spans) {
    try (Visit visit = connected.get().admission().toRepair(mark)) {
      return marked(visit, mark, spans);
    }
  }

  private List<Entry> marked(Visit visit, Mark mark, Collection<Span> spans) {
    List<Entry> entries = new ArrayList<>(spans.size());
    for (Span span : spans) {
      entries.add(new Entry(mark.owner(), mark.nextId(), span));
    }
    insert(visit, mark.migration(), entries, EntryDocuments.OPEN);
    return entries;
  }

  /** Durable when it returns. One whose answer is lost may leave entries too many. */
  void insert(Visit visit, String migration, List<Entry> entries, String state) {
    long now = connected.get().session().serverMillis();
    List<BsonDocument> documents = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      documents.add(EntryDocuments.of(migration, entry, state, now));
    }
    for (List<BsonDocument> some : Finishing.chunks(documents)) {
      visit.beforeSending();
      marking(() -> entries().insertMany(some));
    }
  }

  /** No row is written before its mark is there, so none was if that cannot be told. */
  private <R> R marking(Supplier<R> command) {
    try {
      return database().write("marking", command);
    } catch (OutcomeUnknownException e) {
      throw new StoreUnavailableException(
          String.valueOf(e.getMessage()) + ". At most there are entries too many", e);
    }
  }

  /** The entries of a write, before it. */
  long[] leave(Visit visit, Mark mark, Collection<? extends RowState<?, ?>> states) {
    if (states.isEmpty() || mark.kind() == Mark.Kind.NOTHING) {
      return new long[0];
    }
    Set<Span> spans = new LinkedHashSet<>();
    for (RowState<?, ?> state : states) {
      spans.add(Span.point(state.entity().name(), state.canonicalKey()));
    }
    if (mark.kind() == Mark.Kind.REMEMBERED) {
      remember(visit, mark.migration(), spans);
      return new long[0];
    }
    return marked(visit, mark, spans).stream().mapToLong(Entry::id).toArray();
  }

  private void remember(Visit visit, String migration, Set<Span> spans) {
    List<WriteModel<BsonDocument>> models = new ArrayList<>();
    for (Span span : spans) {
      String key = EntryDocuments.hex(span.from());
      models.add(
          new UpdateOneModel<>(
              eq("_id", migration + "/" + span.entity() + "/" + key),
              new BsonDocument(
                  "$setOnInsert",
                  new BsonDocument("migration", new BsonString(migration))
                      .append("entity", new BsonString(span.entity()))
                      .append("key", new BsonString(key))),
              new UpdateOptions().upsert(true)));
    }
    for (List<WriteModel<BsonDocument>> some : Finishing.chunks(models)) {
      visit.beforeSending();
      marking(() -> remembered().bulkWrite(some));
    }
  }

  // Repair.

  @Override
  public Taken take(Mark mark, int limit) {
    try (Visit visit = connected.get().admission().toRepair(mark)) {
      ControlRow row = visit.view().row(mark.migration());
      boolean closing = row != null && row.state() == ControlRow.State.CLOSING;
      Map<String, BsonDocument> candidates = new LinkedHashMap<>();
      candidates(mark.migration(), limit, closing)
          .forEach(each -> candidates.put(each.getString("_id").getValue(), each));
      List<Entry> wanted = chosen(candidates.values().stream().map(EntryDocuments::entry).toList());
      Map<Span, Entry> own = new LinkedHashMap<>();
      for (Entry entry : wanted) {
        own.computeIfAbsent(entry.span(), span -> new Entry(mark.owner(), mark.nextId(), span));
      }
      List<Entry> taken = claimed(wanted, own, candidates);
      Set<Span> spans = new HashSet<>();
      taken.forEach(entry -> spans.add(entry.span()));
      List<Entry> marked = own.values().stream().filter(e -> spans.contains(e.span())).toList();
      insert(visit, mark.migration(), marked, EntryDocuments.OPEN);
      return new Taken(taken, marked);
    }
  }

  /**
   * Each entry goes to one repair: two that took the same would contest each other, and may both
   * stay. A claim holds until the repair's own entry is there, and as long as that is open.
   */
  private List<Entry> claimed(
      List<Entry> wanted, Map<Span, Entry> own, Map<String, BsonDocument> candidates) {
    long until = connected.get().session().serverMillis() + CLAIM_MILLIS;
    List<WriteModel<BsonDocument>> models = new ArrayList<>();
    Set<String> repairs = new HashSet<>();
    for (Entry entry : wanted) {
      String id = EntryDocuments.id(entry);
      String repair = EntryDocuments.id(Objects.requireNonNull(own.get(entry.span())));
      BsonDocument read = Objects.requireNonNull(candidates.get(id));
      repairs.add(repair);
      models.add(
          new UpdateOneModel<>(
              and(
                  eq("_id", id),
                  eq("chosenBy", read.get("chosenBy")),
                  eq("chosenUntil", read.get("chosenUntil"))),
              combine(set("chosenBy", repair), set("chosenUntil", until))));
    }
    for (List<WriteModel<BsonDocument>> some : Finishing.chunks(models)) {
      database().write("choosing entries", () -> lazily().bulkWrite(some));
    }
    Set<String> claimed = new HashSet<>();
    for (List<String> some : Finishing.chunks(List.copyOf(repairs))) {
      found(in("chosenBy", some)).forEach(each -> claimed.add(each.getString("_id").getValue()));
    }
    return wanted.stream().filter(e -> claimed.contains(EntryDocuments.id(e))).toList();
  }

  private List<BsonDocument> candidates(String migration, int limit, boolean closing) {
    return database()
        .read(
            READING,
            () -> {
              Set<String> fenced = fenced(owners(eq("migration", migration)));
              List<Bson> conditions = new ArrayList<>();
              conditions.add(eq("migration", migration));
              conditions.add(eq("parked", false));
              if (!closing) {
                conditions.add(lte("restsUntil", connected.get().session().serverMillis()));
              }
              conditions.add(lte("chosenUntil", connected.get().session().serverMillis()));
              conditions.add(or(eq("state", EntryDocuments.LEFT), in("owner", fenced)));
              List<BsonDocument> found =
                  entries()
                      .find(and(conditions))
                      .sort(ascending("at", "_id"))
                      .limit(Math.max(limit, limit * 4))
                      .into(new ArrayList<>());
              Set<String> chosen = chosenByOthers(found);
              return found.stream()
                  .filter(each -> !chosen.contains(each.getString("_id").getValue()))
                  .filter(each -> !isDoubtful(EntryDocuments.entry(each)))
                  .limit(limit)
                  .toList();
            });
  }

  private boolean isDoubtful(Entry entry) {
    return connected.get().session().isDoubtful(EntryDocuments.id(entry));
  }

  /** While the repair's own entry is open, others pass the chosen one over: they would contest. */
  private Set<String> chosenByOthers(List<BsonDocument> candidates) {
    Map<String, List<String>> byRepair = new HashMap<>();
    for (BsonDocument each : candidates) {
      if (each.isString("chosenBy")) {
        byRepair
            .computeIfAbsent(each.getString("chosenBy").getValue(), repair -> new ArrayList<>())
            .add(each.getString("_id").getValue());
      }
    }
    Set<String> chosen = new HashSet<>();
    if (byRepair.isEmpty()) {
      return chosen;
    }
    List<BsonDocument> repairs =
        entries()
            .find(and(in("_id", byRepair.keySet()), eq("state", EntryDocuments.OPEN)))
            .into(new ArrayList<>());
    Set<String> owners = new HashSet<>();
    repairs.forEach(repair -> owners.add(repair.getString("owner").getValue()));
    Set<String> fenced = fenced(owners);
    for (BsonDocument repair : repairs) {
      if (!fenced.contains(repair.getString("owner").getValue())) {
        chosen.addAll(byRepair.getOrDefault(repair.getString("_id").getValue(), List.of()));
      }
    }
    return chosen;
  }

  private Set<String> owners(Bson filter) {
    Set<String> owners = new HashSet<>();
    for (BsonValue owner : entries().distinct("owner", filter, BsonValue.class)) {
      owners.add(owner.asString().getValue());
    }
    return owners;
  }

  private Set<String> fenced(Set<String> owners) {
    Set<String> fenced = new HashSet<>();
    if (!owners.isEmpty()) {
      for (BsonDocument each :
          database().collection(Names.INSTANCE).find(and(in("_id", owners), eq("fenced", true)))) {
        fenced.add(each.getString("_id").getValue());
      }
    }
    return fenced;
  }

  /** The oldest alone if it is a range, else the points before the first range. */
  private static List<Entry> chosen(List<Entry> candidates) {
    int points = 0;
    while (points < candidates.size() && !candidates.get(points).span().isRange()) {
      points++;
    }
    return List.copyOf(candidates.subList(0, Math.min(candidates.size(), Math.max(1, points))));
  }

  @Override
  public int finish(List<Finish> operations) {
    if (operations.isEmpty()) {
      return 0;
    }
    return database()
        .write("finishing", () -> new Finishing(lazily(), operations).run(this::restore));
  }

  /** Not where another store has become the truth since: nobody reads this journal any more. */
  private int restore(String migration, Entry entry, String state) {
    try (Visit visit = connected.get().admission().toFinish(migration)) {
      ControlRow row = visit.view().row(migration);
      if (row != null && row.state() == ControlRow.State.MOVED) {
        return 0;
      }
      insert(visit, migration, List.of(entry), state);
      return 1;
    }
  }

  @Override
  public void withdraw(Collection<Entry> own) {
    for (List<String> some : Finishing.chunks(ids(own))) {
      database()
          .write(
              "withdrawing",
              () -> {
                lazily().updateMany(in("chosenBy", some), Finishing.UNCLAIMED);
                return lazily().deleteMany(in("_id", some));
              });
    }
  }

  @Override
  public int leaveForgotten(UUID owner, LongPredicate known) {
    List<String> forgotten = new ArrayList<>();
    for (BsonDocument open :
        database()
            .read(
                READING,
                () ->
                    entries()
                        .find(and(eq("owner", owner.toString()), eq("state", EntryDocuments.OPEN)))
                        .into(new ArrayList<>()))) {
      String id = open.getString("_id").getValue();
      if (!known.test(open.getNumber("number").longValue())
          && !connected.get().session().isDoubtful(id)) {
        forgotten.add(id);
      }
    }
    int left = 0;
    for (List<String> some : Finishing.chunks(forgotten)) {
      left +=
          (int)
              (long)
                  database()
                      .write(
                          "leaving forgotten entries",
                          () ->
                              entries()
                                  .updateMany(
                                      and(in("_id", some), eq("state", EntryDocuments.OPEN)),
                                      set("state", EntryDocuments.LEFT))
                                  .getModifiedCount());
    }
    return left;
  }

  // Parked.

  @Override
  public int failed(Collection<Entry> entries, String reason, int parkAfter, Duration rest) {
    int parked = 0;
    long now = connected.get().session().serverMillis();
    for (List<String> some : Finishing.chunks(ids(entries))) {
      List<WriteModel<BsonDocument>> models = new ArrayList<>();
      for (BsonDocument each : found(in("_id", some))) {
        int attempts = each.getInt32("attempts").getValue() + 1;
        boolean park = attempts >= parkAfter;
        parked += park ? 1 : 0;
        models.add(
            new UpdateOneModel<>(
                eq("_id", each.getString("_id").getValue()),
                combine(
                    set("attempts", attempts),
                    set("reason", reason),
                    set("parked", park),
                    set("restsUntil", new BsonInt64(restsUntil(now, rest, attempts - 1))))));
      }
      if (!models.isEmpty()) {
        database().write("counting failures", () -> entries().bulkWrite(models));
      }
    }
    return parked;
  }

  /**
   * Rests end at common instants, multiples of their length: keys that are in each other's way must
   * be taken together, however far apart they failed.
   */
  private static long restsUntil(long now, Duration rest, int attempts) {
    long length = rest.toMillis() << Math.min(attempts, 4);
    return length == 0 ? 0 : (now / length + 2) * length;
  }

  @Override
  public List<ParkedEntry> parked(String migration, int limit) {
    return database()
        .read(
            "reading parked entries",
            () -> {
              List<ParkedEntry> parked = new ArrayList<>();
              for (BsonDocument each :
                  entries()
                      .find(and(eq("migration", migration), eq("parked", true)))
                      .sort(ascending("at", "_id"))
                      .limit(limit)) {
                parked.add(
                    new ParkedEntry(
                        EntryDocuments.entry(each),
                        each.getInt32("attempts").getValue(),
                        each.isString("reason") ? each.getString("reason").getValue() : "",
                        Instant.ofEpochMilli(each.getNumber("at").longValue())));
              }
              return parked;
            });
  }

  @Override
  public int retryParked(String migration) {
    return database()
        .write(
            "retrying parked entries",
            () ->
                (int)
                    entries()
                        .updateMany(
                            and(eq("migration", migration), eq("parked", true)),
                            combine(
                                set("parked", false),
                                set("attempts", 0),
                                set("restsUntil", 0L),
                                set("givenUp", BsonNull.VALUE)))
                        .getModifiedCount());
  }

  @Override
  public int giveUp(Collection<Entry> parked, Function<List<Entry>, AuditEntry> entry) {
    String token = UUID.randomUUID().toString();
    List<String> ids = ids(parked);
    database()
        .write(
            "giving entries up",
            () ->
                entries()
                    .updateMany(and(in("_id", ids), eq("parked", true)), set("givenUp", token)));
    List<Entry> gone = new ArrayList<>();
    found(eq("givenUp", token)).forEach(each -> gone.add(EntryDocuments.entry(each)));
    if (gone.isEmpty()) {
      return 0;
    }
    connected.get().control().note(entry.apply(List.copyOf(gone)));
    return database()
        .write(
            "giving entries up",
            () ->
                (int)
                    entries()
                        .deleteMany(and(eq("givenUp", token), eq("parked", true)))
                        .getDeletedCount());
  }

  // Questions.

  @Override
  public Set<Integer> covered(String entity, List<byte[]> canonicalKeys) {
    Set<Integer> covered = new HashSet<>();
    if (canonicalKeys.isEmpty()) {
      return covered;
    }
    List<Span> ranges = ranges(Set.of(entity));
    Map<String, List<Integer>> byKey = new HashMap<>();
    for (int i = 0; i < canonicalKeys.size(); i++) {
      byte[] key = canonicalKeys.get(i);
      if (ranges.stream().anyMatch(range -> range.contains(key))) {
        covered.add(i);
      } else {
        byKey.computeIfAbsent(EntryDocuments.hex(key), hex -> new ArrayList<>()).add(i);
      }
    }
    for (List<String> some : Finishing.chunks(new ArrayList<>(byKey.keySet()))) {
      for (BsonDocument each :
          found(and(eq("entity", entity), in("from", some), eq("range", false)))) {
        covered.addAll(byKey.getOrDefault(each.getString("from").getValue(), List.of()));
      }
    }
    return covered;
  }

  private List<Span> ranges(Set<String> entities) {
    return found(and(in("entity", entities), eq("range", true))).stream()
        .map(each -> EntryDocuments.entry(each).span())
        .toList();
  }

  @Override
  public Set<Integer> disputed(List<Entry> own) {
    Set<Integer> disputed = new HashSet<>();
    if (own.isEmpty()) {
      return disputed;
    }
    List<String> ids = ids(own);
    Set<String> entities = new HashSet<>();
    Set<String> keys = new HashSet<>();
    own.forEach(
        entry -> {
          entities.add(entry.span().entity());
          keys.add(EntryDocuments.hex(entry.span().from()));
        });
    Set<Span> others = new HashSet<>();
    found(and(in("entity", entities), in("from", keys), eq("range", false), nin("_id", ids)))
        .forEach(each -> others.add(EntryDocuments.entry(each).span()));
    List<Span> ranges = ranges(entities);
    Map<String, BsonDocument> there = byId(ids);
    for (int i = 0; i < own.size(); i++) {
      BsonDocument document = there.get(ids.get(i));
      Span span = own.get(i).span();
      if (document == null
          || document.getBoolean("contested").getValue()
          || others.contains(span)
          || ranges.stream()
              .anyMatch(
                  range -> range.entity().equals(span.entity()) && range.contains(span.from()))) {
        disputed.add(i);
      }
    }
    return disputed;
  }

  @Override
  public Set<Integer> present(List<Entry> own) {
    List<String> ids = ids(own);
    Map<String, BsonDocument> there = byId(ids);
    Set<Integer> present = new HashSet<>();
    for (int i = 0; i < ids.size(); i++) {
      if (there.containsKey(ids.get(i))) {
        present.add(i);
      }
    }
    return present;
  }

  private Map<String, BsonDocument> byId(List<String> ids) {
    Map<String, BsonDocument> byId = new HashMap<>();
    for (List<String> some : Finishing.chunks(ids)) {
      found(in("_id", some)).forEach(each -> byId.put(each.getString("_id").getValue(), each));
    }
    return byId;
  }

  @Override
  public JournalStatus status(String migration) {
    return database()
        .read(
            READING,
            () -> {
              Bson of = eq("migration", migration);
              BsonDocument oldest = entries().find(of).sort(ascending("at")).first();
              if (oldest == null) {
                return new JournalStatus(0, 0, 0, Duration.ZERO);
              }
              long age =
                  connected.get().session().serverMillis() - oldest.getNumber("at").longValue();
              return new JournalStatus(
                  entries().countDocuments(of),
                  entries()
                      .countDocuments(
                          and(of, ne("state", EntryDocuments.OPEN), eq("parked", false))),
                  entries().countDocuments(and(of, eq("parked", true))),
                  Duration.ofMillis(Math.max(0, age)));
            });
  }

  // Remembered keys.

  @Override
  public long recall(Mark mark) {
    try (Visit visit = connected.get().admission().toRepair(mark)) {
      long recalled = 0;
      while (true) {
        List<BsonDocument> some = remembered(mark.migration(), AT_ONCE);
        if (some.isEmpty()) {
          return recalled;
        }
        List<Entry> entries = new ArrayList<>();
        for (BsonDocument each : some) {
          Span span =
              Span.point(
                  each.getString("entity").getValue(),
                  java.util.HexFormat.of().parseHex(each.getString("key").getValue()));
          entries.add(new Entry(mark.owner(), mark.nextId(), span));
        }
        insert(visit, mark.migration(), entries, EntryDocuments.LEFT);
        forget(visit, some);
        recalled += some.size();
      }
    }
  }

  @Override
  public int forgetRemembered(Mark mark, int limit) {
    try (Visit visit = connected.get().admission().toRepair(mark)) {
      List<BsonDocument> some = remembered(mark.migration(), limit);
      forget(visit, some);
      return some.size();
    }
  }

  private List<BsonDocument> remembered(String migration, int limit) {
    return database()
        .read(
            "reading remembered keys",
            () ->
                remembered().find(eq("migration", migration)).limit(limit).into(new ArrayList<>()));
  }

  private void forget(Visit visit, List<BsonDocument> some) {
    List<BsonValue> ids = some.stream().map(each -> each.get("_id")).toList();
    visit.beforeSending();
    database().write("forgetting remembered keys", () -> remembered().deleteMany(in("_id", ids)));
  }

  private List<BsonDocument> found(Bson filter) {
    return database().read(READING, () -> entries().find(filter).into(new ArrayList<>()));
  }

  private static List<String> ids(Collection<Entry> entries) {
    return entries.stream().map(EntryDocuments::id).toList();
  }

  private MongoCollection<BsonDocument> entries() {
    return database().collection(Names.JOURNAL);
  }

  private MongoCollection<BsonDocument> lazily() {
    return database().lazily(Names.JOURNAL);
  }

  private MongoCollection<BsonDocument> remembered() {
    return database().collection(Names.REMEMBERED);
  }

  private Database database() {
    return connected.get().database();
  }
}
