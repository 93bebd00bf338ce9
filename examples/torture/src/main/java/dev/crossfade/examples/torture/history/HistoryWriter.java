package dev.crossfade.examples.torture.history;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes one process's history. Safe for use by many threads. */
public final class HistoryWriter implements AutoCloseable {
  /** Ends each line, so that one that was cut is known. */
  static final String END = ".";

  static final String BEGUN = "B";
  static final String ENDED = "E";
  static final String MOVED = "M";
  static final String FAULT = "F";
  static final String DIED = "D";

  private final FileOutputStream file;

  /** Appends to a file, which need not exist. */
  public HistoryWriter(Path path) {
    try {
      file = new FileOutputStream(path.toFile(), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An operation is about to be called. */
  public void begun(String id, int child, long epoch, Kind kind, List<String> arguments) {
    line(BEGUN, id, now(), child, epoch, kind, String.join("\t", arguments));
  }

  /** It has returned. */
  public void ended(String id, long epoch, Outcome outcome, List<String> result) {
    line(ENDED, id, now(), epoch, outcome, String.join("\t", result));
  }

  /** The process knows of a new stage. */
  public void moved(long epoch, String stage) {
    line(MOVED, now(), epoch, stage);
  }

  /** A fault begins or ends. */
  public void fault(String kind, int child, boolean begins, String text) {
    line(FAULT, now(), kind, child, begins, text);
  }

  /** A child process is gone. */
  public void died(int child, int life) {
    line(DIED, now(), child, life);
  }

  private static long now() {
    return System.nanoTime();
  }

  private void line(Object... fields) {
    StringBuilder line = new StringBuilder();
    for (Object field : fields) {
      line.append(line.isEmpty() ? "" : "\t").append(field);
    }
    write(line.append('\t').append(END).append('\n').toString().getBytes(StandardCharsets.UTF_8));
  }

  private synchronized void write(byte[] line) {
    try {
      file.write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
