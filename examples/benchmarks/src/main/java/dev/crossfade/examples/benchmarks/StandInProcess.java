package dev.crossfade.examples.benchmarks;

import dev.crossfade.junit.StandInMongo;
import java.io.IOException;

/** A stand-in for MongoDB in a process of its own, for as long as its input is open. */
final class StandInProcess {
  private StandInProcess() {}

  /** Prints its URL. */
  public static void main(String[] arguments) throws IOException {
    try (StandInMongo server = StandInMongo.start()) {
      System.out.println(server.url());
      while (System.in.read() >= 0) {
        // whoever started it says nothing
      }
    }
    System.exit(0); // whatever threads the server leaves behind
  }
}
