package dev.crossfade.cli;

import dev.crossfade.mongodb.MongoStore;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A database of MongoDB as a command line names it, taken apart so that what is secret stands
 * alone. Immutable; {@link #toString} shows nothing that is secret.
 *
 * @param url without user and password
 * @param database its name; empty if the URL has none
 * @param user who logs in; null if nobody does
 * @param password null if it is not in the URL
 * @param authSource the database in which the user is known
 */
record MongoAddress(
    String url,
    String database,
    @Nullable String user,
    @Nullable String password,
    String authSource) {
  static final String PASSWORD = "CROSSFADE_LEGACY_PASSWORD";

  /** An at sign elsewhere would be one of a password, which would then be shown. */
  private static final Pattern URL =
      Pattern.compile("(mongodb(?:[+]srv)?://)(?:([^/?@]*)@)?([^/?@]+)(/[^?@/]*)?([?][^@]*)?");

  private static final Pattern SOURCE = Pattern.compile("[?&]authSource=([^&]+)");

  /** Whether a text means a MongoDB, and no file. */
  static boolean isOne(String text) {
    return text.startsWith("mongodb://") || text.startsWith("mongodb+srv://");
  }

  /** Takes a URL apart. */
  static MongoAddress parse(String text) {
    Matcher url = URL.matcher(text);
    if (!url.matches()) {
      throw none();
    }
    String database = url.group(4) == null ? "" : url.group(4).substring(1);
    String options = url.group(5) == null ? "" : url.group(5);
    Matcher source = SOURCE.matcher(options);
    String authSource =
        source.find() ? decoded(source.group(1)) : database.isEmpty() ? "admin" : database;
    String[] login = url.group(2) == null ? new String[0] : url.group(2).split(":", 2);
    return new MongoAddress(
        url.group(1) + url.group(3) + "/" + database + options,
        decoded(database),
        login.length == 0 ? null : decoded(login[0]),
        login.length < 2 ? null : decoded(login[1]),
        authSource);
  }

  /** A plus is one, as in all of MongoDB's URLs. */
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw none(); // its message would show a part of what may be a password
    }
  }

  private static CommandFailure none() {
    return new CommandFailure(
        ExitCode.USAGE,
        "this is no URL of MongoDB's",
        "write it like mongodb://USER@HOST:27017/DATABASE, the password in "
            + PASSWORD
            + "; signs like @ / : % in it are written %40 %2F %3A %25");
  }

  /** A store on it; contacts nobody. The password may come from the environment. */
  MongoStore store(Map<String, String> environment) {
    MongoStore.Builder builder = MongoStore.at(url);
    if (user != null) {
      String word = password == null ? environment.get(PASSWORD) : password;
      if (word == null) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION,
            "there is no password for " + user,
            "give it in "
                + PASSWORD
                + "; on the command line every user of the machine can read it");
      }
      builder.credentials(user, authSource, word);
    }
    return builder.open();
  }

  /** Without what is secret. */
  @Override
  public String toString() {
    return url;
  }
}
