package dev.crossfade.jooq.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The sources of one package in the output directory, and the file beside them that says what they
 * were generated from. That file is also the lock between processes, and the list of what may be
 * deleted.
 */
final class GeneratedSources implements AutoCloseable {
  private static final String HEADING =
      "# What the sources beside this file were generated from, by Crossfade's jooq-codegen."
          + " Delete it to have them generated again.\n";
  private static final String INPUTS = "inputs";

  private final Path outputDirectory;
  private final FileChannel record;

  private GeneratedSources(Path outputDirectory, FileChannel record) {
    this.outputDirectory = outputDirectory;
    this.record = record;
  }

  /**
   * Waits until no other process generates this package here.
   *
   * @throws CodegenException if the output directory cannot be written
   */
  static GeneratedSources lock(GeneratorSettings settings) {
    Path output = settings.outputDirectory();
    try {
      Files.createDirectories(settings.packageDirectory());
      FileChannel record = open(output.resolve(settings.packageName() + ".fingerprint"));
      return new GeneratedSources(output, record);
    } catch (IOException e) {
      throw notWritable(output, e);
    } catch (OverlappingFileLockException e) {
      throw new CodegenException(
          settings.packageName() + " is being generated in " + output + " by this JVM already", e);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      channel.lock();
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether the sources are those of {@code fingerprint}, every file as it was written. */
  boolean match(String fingerprint) {
    try {
      Map<String, String> recorded = recorded();
      if (!fingerprint.equals(recorded.remove(INPUTS)) || recorded.isEmpty()) {
        return false;
      }
      for (Map.Entry<String, String> entry : recorded.entrySet()) {
        Path file = outputDirectory.resolve(entry.getKey());
        if (!Files.isRegularFile(file)
            || !Fingerprint.of(Files.readAllBytes(file)).equals(entry.getValue())) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new CodegenException(outputDirectory + " cannot be read: " + e, e);
    }
  }

  /**
   * Makes the package what {@code folder} holds. Files that are the same stay untouched, so that a
   * build which looks at times compiles only what changed.
   */
  void publish(Path folder, String fingerprint) {
    try {
      SortedMap<String, byte[]> generated = contents(folder);
      Map<String, String> before = recorded();
      before.remove(INPUTS);
      // Killed from here on, the next run finds no fingerprint and generates again.
      write(list("", before));
      for (Map.Entry<String, byte[]> file : generated.entrySet()) {
        writeIfChanged(outputDirectory.resolve(file.getKey()), file.getValue());
      }
      for (String name : before.keySet()) {
        if (!generated.containsKey(name)) {
          Files.deleteIfExists(outputDirectory.resolve(name));
        }
      }
      SortedMap<String, String> after = new TreeMap<>();
      generated.forEach((name, content) -> after.put(name, Fingerprint.of(content)));
      write(list(fingerprint, after));
    } catch (IOException e) {
      throw notWritable(outputDirectory, e);
    }
  }

  private static SortedMap<String, byte[]> contents(Path folder) throws IOException {
    SortedMap<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString().replace('\\', '/');
        contents.put(name, quieted(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  /** jOOQ 3.19 does not know this warning of the newer compilers, and its tables earn it. */
  private static byte[] quieted(byte[] source) {
    return new String(source, UTF_8)
        .replace(
            "@SuppressWarnings({ \"all\", \"unchecked\", \"rawtypes\" })",
            "@SuppressWarnings({ \"all\", \"unchecked\", \"rawtypes\", \"this-escape\" })")
        .getBytes(UTF_8);
  }

  private static void writeIfChanged(Path file, byte[] content) throws IOException {
    if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content)) {
      return;
    }
    Files.createDirectories(file.resolveSibling(".").normalize());
    Files.write(file, content);
  }

  private static String list(String fingerprint, Map<String, String> files) {
    StringBuilder text = new StringBuilder(HEADING);
    text.append(INPUTS).append(' ').append(fingerprint).append('\n');
    files.forEach((name, hash) -> text.append(name).append(' ').append(hash).append('\n'));
    return text.toString();
  }

  private Map<String, String> recorded() throws IOException {
    record.position(0);
    String text = new String(Channels.newInputStream(record).readAllBytes(), UTF_8);
    Map<String, String> recorded = new TreeMap<>();
    for (String line : text.lines().toList()) {
      int blank = line.lastIndexOf(' ');
      if (blank > 0 && !line.startsWith("#")) {
        recorded.put(line.substring(0, blank), line.substring(blank + 1));
      }
    }
    return recorded;
  }

  private void write(String text) throws IOException {
    record.truncate(0);
    record.position(0);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      record.write(bytes);
    }
  }

  private static CodegenException notWritable(Path output, IOException cause) {
    return new CodegenException(
        "output directory " + output + " cannot be written: " + cause, cause);
  }

  /** Lets the next process in. */
  @Override
  public void close() {
    try {
      record.close();
    } catch (IOException e) {
      throw notWritable(outputDirectory, e);
    }
  }
}
