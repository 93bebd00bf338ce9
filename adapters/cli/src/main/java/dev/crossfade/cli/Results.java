package dev.crossfade.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Where results go: as text for people, or as one JSON document for programs. */
final class Results {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Surroundings surroundings;
  private final boolean json;
  private final boolean verbose;

  Results(Surroundings surroundings, boolean json, boolean verbose) {
    this.surroundings = surroundings;
    this.json = json;
    this.verbose = verbose;
  }

  boolean isJson() {
    return json;
  }

  /** Writes a result in the form that was asked for. */
  void write(Map<String, Object> document, Consumer<PrintWriter> text) {
    if (json) {
      write(document);
    } else {
      text.accept(surroundings.out());
      surroundings.out().flush();
    }
  }

  /** Says something beside the result, to whoever watches. */
  void say(String line) {
    surroundings.err().println(line);
    surroundings.err().flush();
  }

  /** Says what is in the way, as a failure does. */
  void say(Problem problem) {
    say("crossfade: " + problem.message());
    if (!problem.fix().isEmpty()) {
      say("  fix: " + problem.fix());
    }
  }

  /** Writes a failure. Returns the exit code. */
  int failed(Throwable failure) {
    CommandFailure known = Failures.explained(failure);
    if (json) {
      Map<String, Object> error = new LinkedHashMap<>();
      error.put("exitCode", known.exitCode());
      error.put("message", known.sentence());
      error.put("fix", known.fix());
      write(Map.of("error", error));
    } else {
      say(new Problem(known.exitCode(), known.sentence(), known.fix()));
    }
    if (verbose) {
      failure.printStackTrace(surroundings.err());
      surroundings.err().flush();
    }
    return known.exitCode();
  }

  private void write(Map<String, Object> document) {
    try {
      surroundings.out().println(MAPPER.writeValueAsString(document));
      surroundings.out().flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result is no JSON", e);
    }
  }
}
