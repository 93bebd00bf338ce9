package dev.crossfade.examples.torture.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a child is told when it is started.
 *
 * @param folder where the run keeps its files
 * @param child which one it is, from 0
 * @param life how often it was started before
 * @param postgres JDBC URL, through the child's own proxy
 * @param user of PostgreSQL
 * @param legacy the legacy store: a file of SQLite, or a URL of MongoDB, through its own proxy
 * @param seed of its workers' dice
 * @param fullSpeed whether its workers make no pauses
 * @param wrapper class name of its {@link StoreWrapper}; empty for none
 */
public record ChildOptions(
    Path folder,
    int child,
    int life,
    String postgres,
    String user,
    String legacy,
    long seed,
    boolean fullSpeed,
    String wrapper) {

  /** As arguments of a JVM. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("-Dtorture.folder=" + folder);
    arguments.add("-Dtorture.child=" + child);
    arguments.add("-Dtorture.life=" + life);
    arguments.add("-Dtorture.postgres=" + postgres);
    arguments.add("-Dtorture.user=" + user);
    arguments.add("-Dtorture.legacy=" + legacy);
    arguments.add("-Dtorture.seed=" + seed);
    arguments.add("-Dtorture.fullSpeed=" + fullSpeed);
    arguments.add("-Dtorture.wrapper=" + wrapper);
    return arguments;
  }

  static ChildOptions given() {
    return new ChildOptions(
        Path.of(text("folder")),
        Integer.parseInt(text("child")),
        Integer.parseInt(text("life")),
        text("postgres"),
        text("user"),
        text("legacy"),
        Long.parseLong(text("seed")),
        Boolean.parseBoolean(text("fullSpeed")),
        text("wrapper"));
  }

  /** Whether it comes from MongoDB. */
  boolean onMongo() {
    return legacy.startsWith("mongodb://");
  }

  private static String text(String name) {
    String text = System.getProperty("torture." + name);
    if (text == null) {
      throw new IllegalArgumentException("torture." + name + " is not given");
    }
    return text;
  }

  /** The name of one life of it, in histories, logs and the stores. */
  public String name() {
    return "child-" + child + "-" + life;
  }
}
