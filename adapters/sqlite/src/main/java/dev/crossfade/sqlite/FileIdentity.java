package dev.crossfade.sqlite;

import dev.crossfade.StoreUnavailableException;
import dev.crossfade.jooq.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.UUID;

/**
 * What tells a file from one that was restored in its place.
 *
 * <p>A word in the file, which is taken out of each backup that the library makes: whoever connects
 * to a restored one gives it another, and again if the same backup is restored again. A copy made
 * by other means has the same word; from most of them the name that the file system has for the
 * file, device and inode, tells it. That alone would not do: an inode is used again as soon as it
 * is free, and who writes a backup over the file leaves it as it is.
 */
final class FileIdentity {
  private FileIdentity() {}

  /** Gives a file its word, unless it has one. */
  static void give(Session session) throws SQLException {
    session.update(
        "insert into crossfade_identity (id) select ? where not exists (select 1 from"
            + " crossfade_identity)",
        statement -> statement.setString(1, UUID.randomUUID().toString()));
  }

  /** Whether it has one. */
  static boolean isGiven(Session session) throws SQLException {
    return Tables.number(session, "select count(*) from crossfade_identity") > 0;
  }

  /** Takes its word from a copy. */
  static void take(Session copy) throws SQLException {
    copy.update("delete from crossfade_identity", Session.Binder.NONE);
  }

  /** Of a file that is open in this session. */
  static String of(Session session, Path file) throws SQLException {
    String word =
        session.query(
            "select id from crossfade_identity",
            Session.Binder.NONE,
            rows -> rows.next() ? rows.getString(1) : "none");
    return word + "/" + name(file);
  }

  /** What the file system calls it; some do not call it anything. */
  private static String name(Path file) {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return key == null ? "" : key.toString().replaceAll("[\\s()]", "");
    } catch (IOException e) {
      throw new StoreUnavailableException("the file " + file + " cannot be looked at", e);
    }
  }
}
