package dev.crossfade.mongodb;

import com.mongodb.ConnectionString;
import dev.crossfade.ConfigurationException;
import dev.crossfade.store.Secret;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreOption;
import dev.crossfade.store.StoreProvider;
import dev.crossfade.store.StoreSettings;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Opens a {@link MongoStore} that a configuration describes. Stateless. */
public final class MongoProvider implements StoreProvider {
  private static final String PREFIX = "mongodb://";
  private static final String SRV = "mongodb+srv://";

  /** What the builder's messages call the options that are not spelt alike. */
  private static final Pattern SETTER = Pattern.compile("^MongoStore: (\\w+) ");

  /** The defaults are those of {@link MongoStore.Builder}. */
  private static final List<StoreOption> OPTIONS =
      List.of(
          StoreOption.of(
              "name",
              StoreOption.Type.TEXT,
              "What messages and metrics call the store; without it `mongodb:`, hosts and"
                  + " database."),
          StoreOption.of(
              "database",
              StoreOption.Type.TEXT,
              "The database; without it the one that the URL names."),
          StoreOption.of(
              "user", StoreOption.Type.TEXT, "Who logs in; without it the one in the URL, if any."),
          StoreOption.of(
              "password",
              StoreOption.Type.SECRET,
              "The password of `user`; never shown. Better here than in the URL."),
          StoreOption.of(
              "auth-source",
              StoreOption.Type.TEXT,
              "admin",
              "The database in which `user` is known."),
          StoreOption.of(
              "operation-limit",
              StoreOption.Type.DURATION,
              "5s",
              "How long one command may take, its wait for a connection included. A write whose"
                  + " answer was lost counts as under way for twice as long."),
          StoreOption.of(
              "lease",
              StoreOption.Type.DURATION,
              "10s",
              "How long this process may be silent before others go on without it: a change of"
                  + " stage waits so long for a process that was killed."),
          StoreOption.of(
              "watch-interval",
              StoreOption.Type.DURATION,
              "25ms",
              "How often this process looks whether somebody wants to change the stage or to fence"
                  + " another, who waits for it so long: one small read each."),
          StoreOption.of(
              "exclusion-limit",
              StoreOption.Type.DURATION,
              "2s",
              "How long a change of stage may keep writers waiting before it gives up."),
          StoreOption.of(
              "allow-weak-durability",
              StoreOption.Type.YES_NO,
              "no",
              "Accepts a server that may lose what it has acknowledged; the stores can then differ"
                  + " until a verification finds it."));

  private static final Map<String, String> BY_SETTER =
      Map.of(
          "operationLimit", "operation-limit",
          "watchInterval", "watch-interval",
          "exclusionLimit", "exclusion-limit");

  /** For {@link java.util.ServiceLoader}. */
  public MongoProvider() {}

  @Override
  public String kind() {
    return "MongoDB";
  }

  @Override
  public String urlForm() {
    return "mongodb://HOST[:PORT][,HOST…]/DATABASE[?replicaSet=NAME]";
  }

  @Override
  public boolean opens(String url) {
    return url.startsWith(PREFIX) || url.startsWith(SRV);
  }

  @Override
  public List<StoreOption> options() {
    return OPTIONS;
  }

  @Override
  public List<String> problems(StoreSettings settings) {
    try {
      ConnectionString unused = new ConnectionString(settings.url());
    } catch (IllegalArgumentException e) {
      // its message holds the URL
      return List.of(settings.path("url") + " is none of MongoDB's: " + urlForm());
    }
    if (settings.text("user").isPresent() != settings.secret("password").isPresent()) {
      return List.of(
          settings.path("user") + " and " + settings.path("password") + " go together; give both");
    }
    try {
      String name = builder(settings).settings().name();
      return name.isBlank() ? List.of(settings.path("name") + " must not be blank") : List.of();
    } catch (ConfigurationException e) {
      return e.problems().stream().map(problem -> withPath(problem, settings)).toList();
    }
  }

  private static String withPath(String problem, StoreSettings settings) {
    return SETTER
        .matcher(problem)
        .replaceFirst(
            found -> settings.path(BY_SETTER.getOrDefault(found.group(1), found.group(1))) + " ");
  }

  @Override
  public Store open(StoreSettings settings) {
    List<String> problems = problems(settings);
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return builder(settings).open();
  }

  /** The builder, told everything. */
  static MongoStore.Builder builder(StoreSettings settings) {
    MongoStore.Builder builder =
        MongoStore.at(settings.url())
            .operationLimit(settings.duration("operation-limit"))
            .lease(settings.duration("lease"))
            .watchInterval(settings.duration("watch-interval"))
            .exclusionLimit(settings.duration("exclusion-limit"));
    settings.text("name").ifPresent(builder::name);
    settings.text("database").ifPresent(builder::database);
    if (settings.text("user").isPresent() && settings.secret("password").isPresent()) {
      Secret password = settings.secret("password").get();
      builder.credentials(
          settings.text("user").get(),
          settings.text("auth-source").orElse("admin"),
          password.reveal());
    }
    if (settings.yes("allow-weak-durability")) {
      builder.allowWeakDurability();
    }
    return builder;
  }
}
