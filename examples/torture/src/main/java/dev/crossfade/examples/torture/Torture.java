package dev.crossfade.examples.torture;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * {@code ./mvnw -q -Ptorture -Dminutes=10 -Dseed=7}. Exit status 0 if everything that was
 * acknowledged is where it belongs, 1 if not, or if too little happened to tell, 2 if it could not
 * be tried.
 */
public final class Torture {
  private Torture() {}

  /** Runs it, as {@code -Dtorture.…} say. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int status;
    try {
      status = new Run(Options.given(), out).run() ? 0 : 1;
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      status = 2;
    } catch (Exception e) {
      e.printStackTrace();
      status = 2;
    }
    System.exit(status);
  }
}
