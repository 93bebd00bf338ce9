package dev.crossfade.junit;

import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An embedded server of one test, which may end as by a crash and come back on the same port with
 * what was committed. Made by {@link TestPostgres#start()}.
 *
 * <p>A crash here is a crash of the server's processes. One of the machine, in which the disk loses
 * what was not flushed, cannot be played; the server flushes as if it could happen.
 *
 * <p>Thread-safe.
 */
public final class RestartablePostgres extends TestPostgres implements AutoCloseable {
  private final PostgresServer server;
  private final Workplace.@Nullable Claim claim;
  private final Thread atExit = new Thread(this::end, "crossfade-postgres-exit");

  private boolean running;
  private boolean closed;

  private RestartablePostgres(PostgresServer server, Workplace.@Nullable Claim claim) {
    super(server.address());
    this.server = server;
    this.claim = claim;
  }

  /** On the given data directory, which stays, or on one that goes with it. */
  static RestartablePostgres started(@Nullable Path dataDirectory) {
    RestartablePostgres started =
        Workplace.Lock.FILES.hold(
            () -> {
              Path home = PostgresBinaries.unpacked();
              Workplace.sweep(home);
              return dataDirectory == null ? onNew(home) : onKept(home, dataDirectory);
            });
    Runtime.getRuntime().addShutdownHook(started.atExit);
    try {
      started.startAgain();
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static RestartablePostgres onNew(Path home) {
    String name = "own-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
    Workplace.Claim claim = Workplace.claim(name);
    try {
      Path data = claim.directory().resolve(PostgresServer.DATA);
      return new RestartablePostgres(PostgresServer.on(home, data, true), claim);
    } catch (RuntimeException e) {
      claim.release();
      throw e;
    }
  }

  private static RestartablePostgres onKept(Path home, Path data) {
    PostgresServer.stopLeftover(home, data);
    return new RestartablePostgres(PostgresServer.on(home, data, true), null);
  }

  /**
   * Ends the server as a crash would: no checkpoint, every connection reset, transactions lost.
   * Returns when its processes are gone; does nothing if they are.
   *
   * @throws IllegalStateException if it does not end within five minutes
   */
  public synchronized void stopImmediately() {
    if (running) {
      server.stopImmediately();
      running = false;
    }
  }

  /**
   * Starts it again on the same port; returns when it has recovered and answers. Does nothing if it
   * runs.
   *
   * @throws IllegalStateException if it does not start within five minutes, with the end of its
   *     log; or if it is closed
   */
  public synchronized void startAgain() {
    if (closed) {
      throw new IllegalStateException("the server on port " + port() + " is closed");
    }
    if (!running) {
      server.start();
      running = true;
    }
  }

  /** Where the server reports errors; gone with the data when it is closed. */
  public Path log() {
    return server.log();
  }

  /**
   * Nothing if it is stopped: the database goes with the data, or stays with data that are kept.
   */
  @Override
  synchronized void drop(String name) {
    if (running) {
      super.drop(name);
    }
  }

  /**
   * Stops it immediately and deletes its data, unless the data directory was given. A second call
   * does nothing.
   *
   * @throws IllegalStateException if it does not stop within five minutes; its data are still there
   */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // the JVM is ending: the hook does it
    }
    end();
  }

  private synchronized void end() {
    if (closed) {
      return;
    }
    stopImmediately();
    closed = true;
    if (claim != null) {
      claim.release();
    }
  }
}
