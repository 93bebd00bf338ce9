package dev.crossfade.examples.torture;

import java.util.List;
import java.util.stream.Stream;

/** What is done to a run. */
enum FaultKind {
  /** A child is killed as by kill -9, and started again after a while. */
  KILL("kill", 2),
  /** PostgreSQL ends as by a crash, and comes back. */
  STOP("stop", 1),
  /** A child's connections to PostgreSQL, or to MongoDB, are reset. */
  RESET("reset", 2),
  /** They are, and new ones are refused for a while. */
  REFUSE("refuse", 1),
  /** A commit, or a command of MongoDB, happens, and its answer never arrives. */
  LOST_REPLY("lost reply", 3),
  /** Nothing passes between a child and a server, and nobody is told; later all of it does. */
  BLACK_HOLE("black hole", 2),
  /** What passes is late. */
  SLOW("slow", 1),
  /** A child stands still past its lease, and goes on as if nothing had been. */
  PAUSE("pause", 2),
  /** Another program holds the SQLite file. */
  LOCK("lock", 1);

  private final String shown;
  private final int weight;

  FaultKind(String shown, int weight) {
    this.shown = shown;
    this.weight = weight;
  }

  /** As the result shows it. */
  String shown() {
    return shown;
  }

  /** Those that there can be. */
  static List<FaultKind> of(Legacy.Kind legacy) {
    return Stream.of(values())
        .filter(kind -> kind != LOCK || legacy == Legacy.Kind.SQLITE)
        .toList();
  }

  /** How often it comes, to one of the rarest. */
  int weight() {
    return weight;
  }
}
