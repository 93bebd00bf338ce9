package dev.crossfade.junit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is and who may create databases there.
 *
 * @param database the one to connect to for creating others
 * @param parameters of the driver, as in a URL and without its {@code ?}; may be empty
 */
record PostgresAddress(
    String host, int port, String database, String parameters, String user, String password) {

  /** One place only; the driver knows several. */
  private static final Pattern PLACE =
      Pattern.compile("//(?<host>\\[[^]]+]|[^:,/?@]+)(:(?<port>\\d+))?(/|\\?|$)");

  private static final int DEFAULT_PORT = 5432;
  private static final int PROBE_MILLIS = 5_000;

  /** Reads a URL of the driver; user and password move from its parameters into fields. */
  static PostgresAddress parse(String jdbcUrl) {
    URI uri = uri(jdbcUrl);
    Matcher place = PLACE.matcher(uri == null ? "" : uri.getSchemeSpecificPart());
    if (uri == null || !"postgresql".equals(uri.getScheme()) || !place.lookingAt()) {
      throw new IllegalArgumentException(
          TestPostgres.URL_PROPERTY
              + "="
              + withoutPassword(jdbcUrl)
              + " is not the URL of one server; write"
              + " jdbc:postgresql://host:5432/postgres?user=…&password=…");
    }
    Map<String, String> parameters = parameters(uri);
    String user = decode(parameters.remove("user"), System.getProperty("user.name"));
    String password = decode(parameters.remove("password"), "");
    String port = place.group("port");
    String database = Objects.requireNonNullElse(uri.getPath(), "/").replaceFirst("^/", "");
    return new PostgresAddress(
        place.group("host"),
        port == null ? DEFAULT_PORT : Integer.parseInt(port),
        database.isEmpty() ? user : database,
        String.join("&", parameters.values()),
        user,
        password);
  }

  private static @Nullable URI uri(String jdbcUrl) {
    try {
      return jdbcUrl.startsWith("jdbc:") ? new URI(jdbcUrl.substring("jdbc:".length())) : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** By name, each as it was written. */
  private static Map<String, String> parameters(URI uri) {
    Map<String, String> parameters = new LinkedHashMap<>();
    String query = uri.getRawQuery();
    for (String each : query == null ? new String[0] : query.split("&")) {
      parameters.put(each.replaceFirst("=.*", ""), each);
    }
    return parameters;
  }

  private static String decode(@Nullable String parameter, String otherwise) {
    return parameter == null
        ? otherwise
        : URLDecoder.decode(parameter.replaceFirst("[^=]*=?", ""), StandardCharsets.UTF_8);
  }

  private static String withoutPassword(String jdbcUrl) {
    return jdbcUrl.replaceAll("password=[^&]*", "password=…");
  }

  /** The URL of one of its databases, without user and password. */
  String jdbcUrl(String database) {
    return jdbcUrl(host, port, database);
  }

  /** The same, reached at another place: through a proxy. */
  String jdbcUrl(String host, int port, String database) {
    String query = parameters.isEmpty() ? "" : "?" + parameters;
    return "jdbc:postgresql://" + host + ":" + port + "/" + database + query;
  }

  /** Whether something accepts connections there; nothing is logged in. */
  boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PROBE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** As it is published to the other JVMs of a build. */
  Properties toProperties() {
    Properties properties = new Properties();
    properties.setProperty("url", jdbcUrl(database));
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    return properties;
  }

  /** What {@link #toProperties} wrote; null if that is not it. */
  static @Nullable PostgresAddress from(Properties properties) {
    String url = properties.getProperty("url");
    String user = properties.getProperty("user");
    String password = properties.getProperty("password");
    if (url == null || user == null || password == null) {
      return null;
    }
    PostgresAddress there = parse(url);
    return new PostgresAddress(
        there.host, there.port, there.database, there.parameters, user, password);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return user + " at " + jdbcUrl(database);
  }
}
