package dev.crossfade.cli;

import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import dev.crossfade.ConfigurationException;
import dev.crossfade.CrossfadeException;
import dev.crossfade.MoveRefusedException;
import dev.crossfade.OutcomeUnknownException;
import dev.crossfade.StoreTimeoutException;
import dev.crossfade.StoreUnavailableException;
import dev.crossfade.UnreadableValueException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/**
 * What operators meet, each as a sentence with its fix. Messages of drivers are shown where they
 * add something, and never hold a password: statements are the library's, URLs are cut before their
 * parameters.
 */
final class Failures {
  private static final int SQLITE_PRIMARY_CODE = 0xFF;
  private static final int UNAUTHORIZED = 13;
  private static final int AUTHENTICATION_FAILED = 18;

  private Failures() {}

  /** The failure as a command ends with it. */
  static CommandFailure explained(Throwable failure) {
    if (failure instanceof CommandFailure known) {
      return known;
    }
    CommandFailure byDriver = byDriver(failure);
    if (byDriver != null) {
      return byDriver;
    }
    return failure instanceof CrossfadeException ours ? byLibrary(ours) : byJava(failure);
  }

  /** The first of the causes that a driver threw. */
  private static @Nullable CommandFailure byDriver(Throwable failure) {
    if (failure instanceof OutcomeUnknownException) {
      return null;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      CommandFailure found = null;
      if (cause instanceof SQLiteException sqlite) {
        found = bySqlite(sqlite, failure);
      } else if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        found = byPostgres(sql, failure);
      } else if (cause instanceof MongoException mongo) {
        found = byMongo(mongo, failure);
      }
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable CommandFailure bySqlite(SQLiteException e, Throwable failure) {
    return switch (e.getResultCode().code & SQLITE_PRIMARY_CODE) {
      case 26 ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "the legacy file is not a SQLite database" + first(failure),
              "name the right file in crossfade.legacy.url, or on the command line; an encrypted"
                  + " file has to be decrypted first");
      case 5, 6 ->
          new CommandFailure(
              ExitCode.UNAVAILABLE,
              "the legacy file is locked by another program" + first(failure),
              "end what holds it (lsof FILE, fuser FILE), or wait until its transaction is over, and"
                  + " run the command again; nothing was changed");
      case 13 ->
          new CommandFailure(
              ExitCode.UNAVAILABLE,
              "the disk of the legacy file is full" + first(failure),
              "make room there, also for the write-ahead log beside it, and run the command again;"
                  + " what was copied stays");
      case 8 ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "the legacy file may not be written" + first(failure),
              "let the user that runs this command write the file and the folder it is in: tables"
                  + " named crossfade_ are kept in it");
      case 14 ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "the legacy file cannot be opened" + first(failure),
              "look at its path and its rights; in WAL mode the folder must be writable, too");
      case 11 ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "the legacy file is damaged" + first(failure),
              "run pragma integrity_check on a copy of it; take a backup that is whole, or .recover"
                  + " with the sqlite3 shell");
      default -> null;
    };
  }

  private static @Nullable CommandFailure byPostgres(SQLException e, Throwable failure) {
    String state = e.getSQLState();
    return switch (state) {
      case "28P01" ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "PostgreSQL refuses the password" + first(failure),
              "give the right one in CROSSFADE_TARGET_PASSWORD or crossfade.target.password-file;"
                  + " the user is crossfade.target.user");
      case "28000" ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "PostgreSQL refuses the login" + first(failure),
              "the role does not exist or may not log in from here: create role … login, or a line in"
                  + " pg_hba.conf; where it asks for TLS say tls: {mode: require}");
      case "3D000" ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "there is no such database" + first(failure),
              "create it (create database …), or correct the end of crossfade.target.url");
      case "3F000", "42P01" ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "a table or schema is missing in PostgreSQL" + first(failure),
              "run the migration that draft-schema wrote, with Flyway or by backfill --create-schema");
      case "42P07", "42710", "42P06" ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "a table of the migration is there already" + first(failure),
              "the migration was run as one transaction and has changed nothing. If the table is"
                  + " the right one run the command without --create-schema; if it is a left-over"
                  + " drop it; else name another database or schema");
      case "42501" ->
          new CommandFailure(
              ExitCode.CONFIGURATION,
              "the role lacks a right in PostgreSQL" + first(failure),
              "grant it, or describe a role that has it as crossfade.target.owner; what the role"
                  + " needs stands in docs/operations.md");
      case "53100" ->
          new CommandFailure(
              ExitCode.UNAVAILABLE,
              "PostgreSQL's disk is full" + first(failure),
              "make room there: about three times the size of the legacy file; then run the command"
                  + " again, what was copied stays");
      case "53300" ->
          new CommandFailure(
              ExitCode.UNAVAILABLE,
              "PostgreSQL has no connection left" + first(failure),
              "raise max_connections or end idle sessions; see docs/operations.md for how many are"
                  + " needed");
      case "57014", "55P03", "25P03" ->
          new CommandFailure(
              ExitCode.UNAVAILABLE,
              "PostgreSQL gave a statement up: it took too long, or waited too long for a lock"
                  + first(failure),
              "look in pg_stat_activity for who holds it; raise crossfade.target.statement-timeout"
                  + " where it is only slow, and run the command again");
      case "08001", "08004", "08006", "08003", "57P01", "57P02", "57P03" -> unreachable(e, failure);
      default -> null;
    };
  }

  private static @Nullable CommandFailure byMongo(MongoException e, Throwable failure) {
    if (e instanceof MongoSecurityException || e.getCode() == AUTHENTICATION_FAILED) {
      return new CommandFailure(
          ExitCode.CONFIGURATION,
          "MongoDB refuses the login",
          "give the right password in CROSSFADE_LEGACY_PASSWORD, the user in crossfade.legacy.user,"
              + " and in auth-source the database that knows it");
    } else if (e.getCode() == UNAUTHORIZED) {
      return new CommandFailure(
          ExitCode.CONFIGURATION,
          "the user lacks a right in MongoDB" + first(failure),
          "it needs readWrite on the database, and read to inspect it");
    } else if (e instanceof MongoTimeoutException || e instanceof MongoSocketException) {
      return new CommandFailure(
          ExitCode.UNAVAILABLE,
          "MongoDB cannot be reached" + first(failure),
          "look whether the server runs, at host and port in crossfade.legacy.url, and at the"
              + " network; nothing was changed");
    }
    return null;
  }

  private static CommandFailure unreachable(SQLException e, Throwable failure) {
    Throwable root = root(e);
    String why = "cannot be reached";
    String fix = "look whether the server runs, and at crossfade.target.url";
    if (root instanceof UnknownHostException) {
      why = "has a host name that nobody knows";
      fix = "correct the host in crossfade.target.url";
    } else if (root instanceof ConnectException) {
      why = "refuses the connection";
      fix =
          "start the server, correct host and port in crossfade.target.url, or let it listen there"
              + " (listen_addresses, firewall)";
    } else if (root instanceof SocketTimeoutException) {
      why = "does not answer in time";
      fix = "look at the network and at firewalls that drop packets, then run the command again";
    } else if (String.valueOf(e.getSQLState()).startsWith("57P")) {
      why = "is starting or shutting down";
      fix = "run the command again when it is up";
    }
    return new CommandFailure(
        ExitCode.UNAVAILABLE, "PostgreSQL " + why + first(failure), fix + "; nothing was changed");
  }

  private static CommandFailure byLibrary(CrossfadeException e) {
    if (e instanceof ConfigurationException configuration) {
      return new CommandFailure(
          ExitCode.CONFIGURATION, String.join("\n  ", configuration.problems()), "");
    } else if (e instanceof MoveRefusedException) {
      return new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), "");
    } else if (e instanceof StoreUnavailableException || e instanceof StoreTimeoutException) {
      return new CommandFailure(
          ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), "run the command again later");
    } else if (e instanceof OutcomeUnknownException) {
      return new CommandFailure(
          ExitCode.UNKNOWN,
          String.valueOf(e.getMessage()),
          "look with crossfade status what has become of it, then decide");
    } else if (e instanceof UnreadableValueException) {
      return new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), "");
    }
    return new CommandFailure(ExitCode.FAULT, String.valueOf(e.getMessage()), "");
  }

  private static CommandFailure byJava(Throwable e) {
    if (e instanceof FlywayException) {
      return new CommandFailure(
          ExitCode.CONFIGURATION,
          "the migrations cannot be run: " + firstLine(e),
          "correct them, or run them with your own tool");
    } else if (e instanceof NoSuchFileException missing) {
      return new CommandFailure(
          ExitCode.CONFIGURATION, "there is no file " + missing.getFile(), "correct the path");
    } else if (e instanceof FileAlreadyExistsException there) {
      return new CommandFailure(
          ExitCode.CONFIGURATION,
          "the file " + there.getFile() + " exists, and is not overwritten",
          "name another one, or move it away");
    } else if (e instanceof AccessDeniedException denied) {
      return new CommandFailure(
          ExitCode.CONFIGURATION,
          "the file " + denied.getFile() + " may not be read or written",
          "give the user that runs this command the right");
    } else if (e instanceof UncheckedIOException io && io.getCause() != null) {
      return byJava(io.getCause());
    } else if (e instanceof IOException) {
      return new CommandFailure(ExitCode.CONFIGURATION, "a file failed: " + e.getMessage(), "");
    } else if (e instanceof IllegalStateException || e instanceof IllegalArgumentException) {
      return new CommandFailure(ExitCode.REFUSED, firstLine(e), "");
    }
    return new CommandFailure(
        ExitCode.FAULT, e.toString(), "this is a fault of the program; --verbose shows where");
  }

  /** What the outermost exception adds, in one line. */
  private static String first(Throwable failure) {
    String line = firstLine(failure);
    return line.isEmpty() ? "" : " (" + line + ")";
  }

  private static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? "" : message.lines().findFirst().orElse("").strip();
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
