package dev.crossfade.config;

import dev.crossfade.GateSettings;
import dev.crossfade.Settings;
import dev.crossfade.Settings.Secondary;
import dev.crossfade.Stage;
import dev.crossfade.store.StoreOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The keys of {@link Settings}: one for each, and what {@code Settings} itself says of values. */
final class SettingKeys {
  /**
   * One setting.
   *
   * @param name in {@link Settings}, whose messages use it
   */
  record Setting(String name, Key key, Telling telling) {}

  /** Hands a value to the builder. */
  @FunctionalInterface
  interface Telling {
    void tell(Settings.Builder builder, Object value);
  }

  private static final Settings DEFAULTS = Settings.defaults();

  static final List<Setting> ALL =
      List.of(
          new Setting(
              "instance",
              Key.of(
                  Name.ROOT,
                  StoreOption.of(
                      "instance",
                      StoreOption.Type.TEXT,
                      "The name of this process in the stores and in messages; without it `pid-`"
                          + " and its number.")),
              (b, v) -> b.instance((String) v)),
          duration(
              "secondaryWait",
              Settings::secondaryWait,
              (b, v) -> b.secondaryWait((Duration) v),
              "A write waits so long for the other store. `0`: it does not wait, both stores agree"
                  + " a little later. The other store fails no write unless `secondary` is"
                  + " `required`."),
          new Setting(
              "secondary",
              Key.of(
                  Name.ROOT,
                  StoreOption.oneOf(
                      "secondary",
                      choices(Secondary.values()),
                      lower(DEFAULTS.secondary()),
                      "`required`: a write is acknowledged only when both stores have it. While the"
                          + " other store is unavailable writes are refused, nothing written; where"
                          + " its answer fails to come, the caller is told that the primary alone"
                          + " is known to have the write. Not with `secondary-wait: 0`.")),
              (b, v) -> b.secondary(Secondary.valueOf(((String) v).toUpperCase(Locale.ROOT)))),
          duration(
              "secondaryLimit",
              Settings::secondaryLimit,
              (b, v) -> b.secondaryLimit((Duration) v),
              "A change of the other store is given up after so long and left to repair, whoever"
                  + " waits for it. At least `secondary-wait`."),
          number(
              "secondaryThreads",
              Settings::secondaryThreads,
              (b, v) -> b.secondaryThreads((Integer) v),
              "Writes carried over at once, per migration; two at most where `secondary-wait` is"
                  + " `0`. On PostgreSQL more than `pool.size` wait for a connection."),
          number(
              "secondaryQueue",
              Settings::secondaryQueue,
              (b, v) -> b.secondaryQueue((Integer) v),
              "How many more wait for that. Beyond it the key is left to repair: nothing is lost,"
                  + " the journal grows."),
          decimal(
              "shadowSampling",
              Settings::shadowSampling,
              (b, v) -> b.shadowSampling((Double) v),
              "Share of reads compared in `shadow` and `live`, 0 to 1. The caller pays nothing but"
                  + " the draw."),
          number(
              "shadowThreads",
              Settings::shadowThreads,
              (b, v) -> b.shadowThreads((Integer) v),
              "Compared reads that run at once, per migration."),
          number(
              "shadowQueue",
              Settings::shadowQueue,
              (b, v) -> b.shadowQueue((Integer) v),
              "How many more wait; beyond it samples are dropped and counted."),
          setting(
              "repairMismatches",
              StoreOption.Type.YES_NO,
              Settings::repairMismatches,
              (b, v) -> b.repairMismatches((Boolean) v),
              "Whether rows of a confirmed mismatch are copied again, or only reported."),
          decimal(
              "rehearsalSampling",
              Settings::rehearsalSampling,
              (b, v) -> b.rehearsalSampling((Double) v),
              "Share of writes that PostgreSQL's own implementation runs as well in `shadow`, 0 to"
                  + " 1, to be compared and rolled back."),
          duration(
              "rehearsalLimit",
              Settings::rehearsalLimit,
              (b, v) -> b.rehearsalLimit((Duration) v),
              "How long one such rehearsal may take; more than 0."),
          duration(
              "writeWait",
              Settings::writeWait,
              (b, v) -> b.writeWait((Duration) v),
              "How long writes wait for a change of primary before they fail, with nothing written"
                  + " and safe to retry."),
          duration(
              "switchLimit",
              Settings::switchLimit,
              (b, v) -> b.switchLimit((Duration) v),
              "How long the journal may take to drain in a change of primary before it is undone;"
                  + " at most `write-wait`."),
          duration(
              "heartbeat",
              Settings::heartbeat,
              (b, v) -> b.heartbeat((Duration) v),
              "How often this process says that it lives. To be lowered in all processes before"
                  + " `lease` is, and raised after it."),
          duration(
              "lease",
              Settings::lease,
              (b, v) -> b.lease((Duration) v),
              "After so much silence of another process this one fences it and repairs what it"
                  + " left; at least two heartbeats. Each judges the others by its own, so change"
                  + " it in all: raised before `heartbeat`, lowered after it."),
          number(
              "backfillChunk",
              Settings::backfillChunk,
              (b, v) -> b.backfillChunk((Integer) v),
              "Rows per operation of a backfill at most; fewer where they are large or take long."),
          number(
              "backfillLanes",
              Settings::backfillLanes,
              (b, v) -> b.backfillLanes((Integer) v),
              "Ranges of keys that a backfill copies at once, per migration. More is faster while"
                  + " both stores have processors to spare."),
          number(
              "backfillRate",
              Settings::backfillRate,
              (b, v) -> b.backfillRate((Integer) v),
              "Rows a second that a backfill copies at most; `0` for as many as it can. Heeded"
                  + " while one runs."),
          decimal(
              "backfillSpace",
              Settings::backfillSpace,
              (b, v) -> b.backfillSpace((Double) v),
              "How many times the size of the rows must be free on the other store's disk before a"
                  + " backfill begins, as far as both stores can tell; `0` to begin whatever is"
                  + " free."),
          setting(
              "backfillIndexesLast",
              StoreOption.Type.YES_NO,
              Settings::backfillIndexesLast,
              (b, v) -> b.backfillIndexesLast((Boolean) v),
              "Whether a backfill drops the foreign keys and plain indexes of tables that are empty"
                  + " in PostgreSQL, and builds them at its end. Faster for large tables; until then"
                  + " nothing checks those foreign keys, and no move leaves them behind."),
          number(
              "verificationThreads",
              Settings::verificationThreads,
              (b, v) -> b.verificationThreads((Integer) v),
              "Ranges of keys that a verification compares at once. Each has a connection to either"
                  + " store while it reads: of SQLite's `readers` leave some to the application."),
          number(
              "verificationRate",
              Settings::verificationRate,
              (b, v) -> b.verificationRate((Integer) v),
              "Rows a second that this process verifies round and round while both stores are"
                  + " written; `0`: none. Each process that has it goes round by itself."),
          number(
              "parkAfter",
              Settings::parkAfter,
              (b, v) -> b.parkAfter((Integer) v),
              "Refusals after which a key is parked with its reason. Parked keys block a change of"
                  + " primary."),
          new Setting(
              "actor",
              Key.of(
                  Name.ROOT,
                  StoreOption.of(
                      "actor",
                      StoreOption.Type.TEXT,
                      "Who moves migrations by hand here, for the audit; without it the system's"
                          + " name of the user.")),
              (b, v) -> b.actor((String) v)),
          duration(
              "auditRetention",
              Settings::auditRetention,
              (b, v) -> b.auditRetention((Duration) v),
              "How long the audit is kept; `0` for ever."),
          duration(
              "rollbackWindow",
              Settings::rollbackWindow,
              (b, v) -> b.rollbackWindow((Duration) v),
              "How long keys that change in `complete` are remembered for the way back; `0` for"
                  + " ever. After it that takes a backfill and a verification in the other"
                  + " direction. The shortest of all processes counts."),
          gate(
              "verificationAge",
              StoreOption.Type.DURATION,
              GateSettings::verificationAge,
              (gates, v) -> gates.withVerificationAge((Duration) v),
              "How old the verification may be that `live` asks for. `0`: any age."),
          gate(
              "comparedReads",
              StoreOption.Type.NUMBER,
              GateSettings::comparedReads,
              (gates, v) -> gates.withComparedReads((Integer) v),
              "How many reads all processes together must have compared in `shadow` before"
                  + " `live`. `0`: none."),
          gate(
              "mismatchShare",
              StoreOption.Type.DECIMAL,
              GateSettings::mismatchShare,
              (gates, v) -> gates.withMismatchShare((Double) v),
              "The share of them that may have differed, 0 to 1. `1`: all."),
          gate(
              "shadowTime",
              StoreOption.Type.DURATION,
              GateSettings::shadowTime,
              (gates, v) -> gates.withShadowTime((Duration) v),
              "How long the migration must have been in `shadow` before `live`."),
          gate(
              "rehearsedWrites",
              StoreOption.Type.NUMBER,
              GateSettings::rehearsedWrites,
              (gates, v) -> gates.withRehearsedWrites((Integer) v),
              "How many writes must have been rehearsed in `shadow` before `live`. One that came"
                  + " out differently refuses in any case."),
          gate(
              "backupAge",
              StoreOption.Type.DURATION,
              GateSettings::backupAge,
              (gates, v) -> gates.withBackupAge((Duration) v),
              "How old the last backup may be, made or noted, before `live`. `0`: none is asked"
                  + " for."));

  static final Key STAGE =
      Key.of(
          Name.ROOT,
          StoreOption.oneOf(
              "migrations.*.stage",
              choices(Stage.values()),
              null,
              "The stage that the migration `*` is wanted in; without it the migration is moved by"
                  + " hand alone. Obeyed once; a move by hand supersedes it."));

  /** Beside the stage: the mapping that code is generated from, which is read from YAML alone. */
  private static final List<String> MAPPING = List.of(Name.ROOT, "migrations", Key.ANY, "tables");

  static final Duration LEAST_REREAD = Duration.ofMillis(10);

  static final Key REREAD_EVERY =
      Key.of(
          Name.ROOT,
          StoreOption.of(
              "reread-every",
              StoreOption.Type.DURATION,
              "5s",
              "How often the files are looked at where the file system does not tell of changes."
                  + " `0`: they are read at start alone."));

  /** Settings that are checked against each other; the rest are checked alone. */
  private static final List<List<String>> TOGETHER =
      List.of(
          List.of("secondaryWait", "secondaryLimit", "secondary"),
          List.of("writeWait", "switchLimit"),
          List.of("heartbeat", "lease"));

  private SettingKeys() {}

  /** Whether a path is the section of a mapping, which no setting lies in. */
  static boolean isMapping(List<String> path) {
    return path.size() == MAPPING.size()
        && path.subList(0, 2).equals(MAPPING.subList(0, 2))
        && path.get(MAPPING.size() - 1).equals(MAPPING.get(MAPPING.size() - 1));
  }

  private static List<String> choices(Enum<?>... values) {
    return Stream.of(values).map(SettingKeys::lower).toList();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static Setting gate(
      String name,
      StoreOption.Type type,
      Function<GateSettings, Object> value,
      BiFunction<GateSettings, Object, GateSettings> change,
      String consequence) {
    String byDefault = Values.show(value.apply(DEFAULTS.gates()));
    return new Setting(
        name,
        Key.of(Name.ROOT, StoreOption.of("gates." + hyphens(name), type, byDefault, consequence)),
        (builder, v) -> builder.gates(gates -> change.apply(gates, v)));
  }

  private static Setting number(
      String name, Function<Settings, Object> value, Telling telling, String consequence) {
    return setting(name, StoreOption.Type.NUMBER, value, telling, consequence);
  }

  private static Setting decimal(
      String name, Function<Settings, Object> value, Telling telling, String consequence) {
    return setting(name, StoreOption.Type.DECIMAL, value, telling, consequence);
  }

  private static Setting duration(
      String name, Function<Settings, Object> value, Telling telling, String consequence) {
    return setting(name, StoreOption.Type.DURATION, value, telling, consequence);
  }

  private static Setting setting(
      String name,
      StoreOption.Type type,
      Function<Settings, Object> value,
      Telling telling,
      String consequence) {
    String byDefault = Values.show(value.apply(DEFAULTS));
    return new Setting(
        name,
        Key.of(Name.ROOT, StoreOption.of(hyphens(name), type, byDefault, consequence)),
        telling);
  }

  private static String hyphens(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** All keys that are not a store's. */
  static List<Key> keys() {
    List<Key> keys = new ArrayList<>(ALL.stream().map(Setting::key).toList());
    keys.add(STAGE);
    keys.add(REREAD_EVERY);
    return keys;
  }

  /**
   * The settings, as far as they were given; the defaults where they cannot be.
   *
   * @param given by path
   * @param problems gets what {@link Settings} says against them, alone and together
   */
  static Settings settings(
      Map<String, Object> given, Map<String, Stage> stages, Problems problems) {
    for (List<Setting> group : groups()) {
      build(group, given, problems);
    }
    Settings.Builder builder = Settings.builder();
    stages.forEach(builder::stage);
    tell(builder, ALL, given);
    return problems.isEmpty() ? builder.build() : DEFAULTS;
  }

  private static List<List<Setting>> groups() {
    List<List<Setting>> groups = new ArrayList<>();
    for (Setting setting : ALL) {
      if (TOGETHER.stream().noneMatch(group -> group.contains(setting.name()))) {
        groups.add(List.of(setting));
      }
    }
    for (List<String> names : TOGETHER) {
      groups.add(ALL.stream().filter(setting -> names.contains(setting.name())).toList());
    }
    return groups;
  }

  private static void build(List<Setting> group, Map<String, Object> given, Problems problems) {
    try {
      Settings.Builder builder = Settings.builder();
      tell(builder, group, given);
      builder.build();
    } catch (IllegalArgumentException e) {
      problems.add(
          group.stream().map(setting -> setting.key().path()).filter(given::containsKey).toList(),
          withPaths(e.getMessage()));
    }
  }

  private static void tell(
      Settings.Builder builder, List<Setting> settings, Map<String, Object> given) {
    for (Setting setting : settings) {
      Object value = given.get(setting.key().path());
      if (value != null) {
        setting.telling().tell(builder, value);
      }
    }
  }

  private static String withPaths(@Nullable String message) {
    String shown = String.valueOf(message);
    for (Setting setting : ALL) {
      shown =
          Pattern.compile("(?<![\\w.-])" + setting.name() + "(?![\\w-])")
              .matcher(shown)
              .replaceAll(Matcher.quoteReplacement(setting.key().path()));
    }
    return shown;
  }
}
