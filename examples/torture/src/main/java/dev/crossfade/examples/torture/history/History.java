package dev.crossfade.examples.torture.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened in a run.
 *
 * @param operations in the order they were begun
 * @param faults in the order they began
 * @param stages the stage of each epoch that anybody has seen
 */
public record History(List<Operation> operations, List<Fault> faults, Map<Long, String> stages) {
  private static final String SUFFIX = ".history";

  /** The file of one life of a child; of the driver if it is -1. */
  public static Path file(Path folder, int child, int life) {
    return folder.resolve((child < 0 ? "driver" : "child-" + child + "-" + life) + SUFFIX);
  }

  /** Reads all files of a run; nobody writes any more. */
  public static History read(Path folder) throws IOException {
    Reading reading = new Reading();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
          reading.file(lines);
        }
      }
    }
    return reading.history();
  }

  /** When it began. */
  public long start() {
    return operations.isEmpty() ? 0 : operations.get(0).begun();
  }

  private static final class Reading {
    private final Map<String, String[]> begun = new HashMap<>();
    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Long> deaths = new HashMap<>();
    private final Map<Long, String> stages = new TreeMap<>();
    private final List<String[]> faults = new ArrayList<>();

    /** The last line of a process that was killed may be cut; it was not told to anybody then. */
    void file(BufferedReader lines) throws IOException {
      String line = lines.readLine();
      while (line != null) {
        String next = lines.readLine();
        String[] fields = line.split("\t", -1);
        if (next != null || isWhole(fields)) {
          line(fields);
        }
        line = next;
      }
    }

    private static boolean isWhole(String[] fields) {
      return fields[fields.length - 1].equals(HistoryWriter.END);
    }

    private void line(String[] fields) {
      switch (fields[0]) {
        case HistoryWriter.BEGUN -> begun.put(fields[1], fields);
        case HistoryWriter.ENDED -> ended(fields);
        case HistoryWriter.MOVED -> stages.put(Long.valueOf(fields[2]), fields[3]);
        case HistoryWriter.FAULT -> faults.add(fields);
        case HistoryWriter.DIED -> deaths.put(fields[2] + "." + fields[3], Long.valueOf(fields[1]));
        default -> throw new IllegalStateException("no line of a history: " + fields[0]);
      }
    }

    /** Its beginning stands before it in the same file. */
    private void ended(String[] fields) {
      operations.add(operation(Objects.requireNonNull(begun.remove(fields[1])), fields));
    }

    History history() {
      begun.values().forEach(fields -> operations.add(operation(fields, null)));
      operations.sort(Comparator.comparingLong(Operation::begun));
      return new History(List.copyOf(operations), paired(), Map.copyOf(stages));
    }

    private Operation operation(String[] from, String @Nullable [] to) {
      String id = from[1];
      long epoch = Long.parseLong(from[4]);
      return new Operation(
          id,
          Integer.parseInt(from[3]),
          Kind.valueOf(from[5]),
          list(from, 6),
          Long.parseLong(from[2]),
          epoch,
          to == null ? death(id) : Long.parseLong(to[2]),
          to == null ? epoch : Long.parseLong(to[3]),
          to == null ? Outcome.UNKNOWN : Outcome.valueOf(to[4]),
          to == null ? List.of("no answer") : list(to, 5));
    }

    private long death(String id) {
      return deaths.getOrDefault(id.substring(0, id.lastIndexOf('.')), Long.MAX_VALUE);
    }

    private static List<String> list(String[] fields, int from) {
      int to = fields.length - 1; // the mark of the end
      boolean none = to == from + 1 && fields[from].isEmpty();
      return none ? List.of() : List.copyOf(Arrays.asList(fields).subList(from, to));
    }

    private List<Fault> paired() {
      faults.sort(Comparator.comparingLong(fields -> Long.parseLong(fields[1])));
      List<Fault> paired = new ArrayList<>();
      Map<String, Integer> open = new HashMap<>();
      for (String[] fields : faults) {
        long time = Long.parseLong(fields[1]);
        String name = fields[2] + fields[3];
        if (Boolean.parseBoolean(fields[4])) {
          open.put(name, paired.size());
          paired.add(
              new Fault(fields[2], Integer.parseInt(fields[3]), time, Long.MAX_VALUE, fields[5]));
        } else {
          Integer index = open.remove(name);
          if (index != null) {
            Fault fault = paired.get(index);
            paired.set(
                index, new Fault(fault.kind(), fault.child(), fault.begun(), time, fault.text()));
          }
        }
      }
      return List.copyOf(paired);
    }
  }
}
