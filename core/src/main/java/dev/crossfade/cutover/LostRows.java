package dev.crossfade.cutover;

import dev.crossfade.Component;
import dev.crossfade.Entity;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A new file with the rows that only a returned primary has, a line each and whole, for its owner
 * alone. What the journal is to forget must be on the disk before. For one thread.
 */
final class LostRows implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private final BufferedWriter lines;
  private boolean named;

  /**
   * Creates the file.
   *
   * @throws IOException if it is there, or cannot be created
   */
  LostRows(Path file) throws IOException {
    this.file = file.toAbsolutePath();
    this.channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            forItsOwner(file));
    this.lines = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
  }

  private static FileAttribute<?>[] forItsOwner(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** A row as it was there; null if it was deleted. */
  <T, K> void write(Entity<T, K> entity, K key, @Nullable T row) throws IOException {
    lines.write(
        entity.name()
            + ' '
            + escaped(entity.keys().show(key))
            + ": "
            + (row == null ? "deleted" : contents(entity, row)));
    lines.newLine();
  }

  /** What was written is on the disk when this returns, and the file's name with it. */
  void force() throws IOException {
    lines.flush();
    channel.force(true);
    if (!named) {
      forceName(file.getParent());
      named = true;
    }
  }

  private static void forceName(@Nullable Path directory) throws IOException {
    if (directory == null) {
      return;
    }
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    } catch (AccessDeniedException e) {
      // Windows opens no directories, and needs not be asked.
    }
  }

  /** Nothing is shortened or left out: nobody else has it. */
  private static <T> String contents(Entity<T, ?> entity, T row) {
    StringJoiner contents = new StringJoiner(", ", "{", "}");
    for (Component component : entity.components()) {
      contents.add(component.name() + "=" + value(component.get(row)));
    }
    return contents.toString();
  }

  private static String value(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return "0x" + HexFormat.of().formatHex(bytes);
    }
    if (value != null && value.getClass().isArray()) {
      return elements(value);
    }
    return value instanceof CharSequence text
        ? "'" + escaped(text.toString()) + "'"
        : escaped(String.valueOf(value));
  }

  private static String elements(Object array) {
    StringJoiner elements = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < Array.getLength(array); i++) {
      elements.add(value(Array.get(array, i)));
    }
    return elements.toString();
  }

  /** A line stays one, and a text in quotes ends where it ends. */
  private static String escaped(String text) {
    String oneLine = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    return oneLine.replace("'", "\\'");
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
