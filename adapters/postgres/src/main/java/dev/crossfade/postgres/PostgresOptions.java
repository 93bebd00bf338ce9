package dev.crossfade.postgres;

import dev.crossfade.store.Secret;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreSettings;
import java.util.List;
import java.util.Locale;

/**
 * What a configuration can say about a PostgreSQL store, and how the builder is told. The defaults
 * are those of {@link PostgresStore.Builder}.
 */
final class PostgresOptions {
  /**
   * One option.
   *
   * @param setter what the builder's messages call it
   * @param telling tells the builder; does nothing if there is no value
   */
  record Told(StoreOption option, String setter, Telling telling) {}

  /** Hands the value of one option to a builder. */
  @FunctionalInterface
  interface Telling {
    /** Throws an {@link IllegalArgumentException} if the builder does not take it. */
    void tell(PostgresStore.Builder builder, StoreSettings settings, String option);
  }

  private static final Telling LATER = (builder, settings, option) -> {};

  static final List<Told> ALL =
      List.of(
          told(
              StoreOption.of(
                  "user",
                  StoreOption.Type.TEXT,
                  "Who connects at run time; without it, who the URL says."),
              "user",
              LATER),
          told(
              StoreOption.of(
                  "password", StoreOption.Type.SECRET, "The password of `user`, if it has one."),
              "password",
              LATER),
          told(
              StoreOption.of(
                  "owner.user",
                  StoreOption.Type.TEXT,
                  "Who installs the library's tables, creates partitions, refreshes views and moves"
                      + " sequences; without it `user` does, and needs the rights."),
              "owner",
              LATER),
          told(
              StoreOption.of(
                  "owner.password", StoreOption.Type.SECRET, "The password of `owner.user`."),
              "owner",
              LATER),
          told(
              StoreOption.of(
                  "application-name",
                  StoreOption.Type.TEXT,
                  "crossfade",
                  "What `pg_stat_activity` shows."),
              "applicationName",
              (b, s, name) -> s.text(name).ifPresent(b::applicationName)),
          told(
              StoreOption.oneOf(
                  "tls.mode",
                  TlsMode.driversNames(),
                  null,
                  "Without it the URL's `sslmode`, and without that the driver's `prefer`: a server"
                      + " that offers no encryption is spoken to in the clear. `require` encrypts"
                      + " and believes whoever answers; set `verify-full`."),
              "tls",
              (b, s, name) -> s.text(name).ifPresent(mode -> b.tls(mode(mode)))),
          told(
              StoreOption.of(
                  "tls.root-certificate",
                  StoreOption.Type.FILE,
                  "Who may vouch for the server (PEM); without it the driver's"
                      + " `~/.postgresql/root.crt`. With `verify-ca` and `verify-full` only."),
              "tlsRootCertificate",
              (b, s, name) -> s.file(name).ifPresent(b::tlsRootCertificate)),
          told(
              StoreOption.of(
                  "tls.certificate",
                  StoreOption.Type.FILE,
                  "What is shown to a server that asks for a certificate (PEM); together with"
                      + " `tls.key`."),
              "tlsCertificate",
              (b, s, name) ->
                  s.file(name)
                      .ifPresent(
                          certificate ->
                              s.file("tls.key").ifPresent(k -> b.tlsCertificate(certificate, k)))),
          told(
              StoreOption.of(
                  "tls.key",
                  StoreOption.Type.FILE,
                  "Its key: PKCS-8, PEM or DER, without a password."),
              "tlsKey",
              LATER),
          told(
              StoreOption.of(
                  "pool.size",
                  StoreOption.Type.NUMBER,
                  "10",
                  "The most connections for reads and writes. Made when needed: as many more for"
                      + " what is carried over to this store, three that keep the journal short and"
                      + " say that this process lives, and one that hears of moves. Who finds none"
                      + " waits."),
              "poolSize",
              (b, s, name) -> b.poolSize(s.number(name))),
          told(
              StoreOption.of(
                  "pool.connection-wait",
                  StoreOption.Type.DURATION,
                  "10s",
                  "How long a call waits for a free connection before it fails; also how long calls"
                      + " hang while the server is down."),
              "connectionWait",
              (b, s, name) -> b.connectionWait(s.duration(name))),
          told(
              StoreOption.of(
                  "pool.max-lifetime",
                  StoreOption.Type.DURATION,
                  "5m",
                  "When a connection is replaced, as soon as nobody uses it. Shorter follows a"
                      + " failover sooner, longer keeps statements prepared."),
              "maxLifetime",
              (b, s, name) -> b.maxLifetime(s.duration(name))),
          told(
              StoreOption.of(
                  "pool.keep-alive",
                  StoreOption.Type.DURATION,
                  "1m",
                  "How often an idle connection is checked, so that no firewall forgets it; less"
                      + " than `pool.max-lifetime`."),
              "keepAlive",
              (b, s, name) -> b.keepAlive(s.duration(name))),
          told(
              StoreOption.of(
                  "statement-timeout",
                  StoreOption.Type.DURATION,
                  "30s",
                  "When the server gives a statement up; nothing was written."),
              "statementTimeout",
              (b, s, name) -> b.statementTimeout(s.duration(name))),
          told(
              StoreOption.of(
                  "lock-wait",
                  StoreOption.Type.DURATION,
                  "10s",
                  "When the server gives a wait for a lock up; nothing was written."),
              "lockWait",
              (b, s, name) -> b.lockWait(s.duration(name))),
          told(
              StoreOption.of(
                  "idle-in-transaction",
                  StoreOption.Type.DURATION,
                  "30s",
                  "How long a unit of work may do nothing before it is rolled back: while it lives,"
                      + " no change of stage can happen."),
              "idleInTransaction",
              (b, s, name) -> b.idleInTransaction(s.duration(name))),
          told(
              StoreOption.of(
                  "control-wait",
                  StoreOption.Type.DURATION,
                  "10s",
                  "How long a change of stage or a fencing waits for writes under way before it"
                      + " fails, naming them."),
              "controlWait",
              (b, s, name) -> b.controlWait(s.duration(name))),
          told(
              StoreOption.of(
                  "allow-weak-durability",
                  StoreOption.Type.YES_NO,
                  "no",
                  "Accepts a server that may lose acknowledged commits in a crash; the stores can"
                      + " then differ until a verification finds it."),
              "allowWeakDurability",
              (b, s, name) -> {
                if (s.yes(name)) {
                  b.allowWeakDurability();
                }
              }),
          told(
              StoreOption.of(
                  "monthly-partitions.*.column",
                  StoreOption.Type.TEXT,
                  "The table `*` is kept in partitions of one month (UTC) by this column."),
              "column",
              LATER),
          told(
              StoreOption.of(
                  "monthly-partitions.*.months-ahead",
                  StoreOption.Type.NUMBER,
                  "2",
                  "How many months beside the current one have their partition beforehand; others"
                      + " get theirs when a row needs it."),
              "monthsAhead",
              (b, s, name) ->
                  s.text(sibling(name, "column"))
                      .ifPresent(
                          column -> b.monthlyPartitions(section(name), column, s.number(name)))),
          told(
              StoreOption.of(
                  "refresh.*.every",
                  StoreOption.Type.DURATION,
                  "The materialized view `*` is refreshed when it is older, by one instance at a"
                      + " time."),
              "every",
              LATER),
          told(
              StoreOption.of(
                  "refresh.*.concurrently",
                  StoreOption.Type.YES_NO,
                  "yes",
                  "Whether readers go on meanwhile, which takes longer and needs a unique index on"
                      + " the view."),
              "every",
              (b, s, name) -> {
                String every = sibling(name, "every");
                if (s.options().containsKey(every)) {
                  b.refresh(section(name), s.duration(every), s.yes(name));
                }
              }));

  private PostgresOptions() {}

  private static Told told(StoreOption option, String setter, Telling telling) {
    return new Told(option, setter, telling);
  }

  private static TlsMode mode(String driversName) {
    return TlsMode.valueOf(driversName.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** Who connects at run time, if the configuration says so. */
  static void tellCredentials(PostgresStore.Builder builder, StoreSettings settings) {
    settings.text("user").ifPresent(u -> builder.credentials(u, password(settings, "password")));
    settings
        .text("owner.user")
        .ifPresent(u -> builder.owner(u, password(settings, "owner.password")));
  }

  private static String password(StoreSettings settings, String option) {
    return settings.secret(option).map(Secret::reveal).orElse("");
  }

  private static String sibling(String name, String last) {
    return name.substring(0, name.lastIndexOf('.') + 1) + last;
  }

  /** The name in the middle, out of its quotes. */
  private static String section(String name) {
    return name.substring(name.indexOf('.') + 1, name.lastIndexOf('.')).replace("\"", "");
  }
}
