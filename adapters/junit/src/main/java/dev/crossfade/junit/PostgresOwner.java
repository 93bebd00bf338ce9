package dev.crossfade.junit;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * The process that owns the server a build shares: starts it, publishes it, and takes it down when
 * the build's process ends.
 *
 * <p>Arguments: the process id of the build, the kind of server. Standard output is the answer to
 * whoever started it, {@link #READY} or what went wrong, and is closed with it. All else goes to
 * standard error.
 */
final class PostgresOwner {
  static final String READY = "ready";

  /** Embedded, with fsync. */
  static final String DURABLE = "embedded";

  /** Embedded, without. */
  static final String VOLATILE = "embedded-volatile";

  private static final String CONTAINER = "container ";

  private final long build;
  private final String kind;

  private volatile boolean started;

  private PostgresOwner(long build, String kind) {
    this.build = build;
    this.kind = kind;
  }

  /** A container of that image. */
  static String container(String image) {
    return CONTAINER + image;
  }

  /** See the class. */
  public static void main(String[] arguments) {
    PrintStream answer = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // logging backends write there
    PostgresOwner owner = new PostgresOwner(Long.parseLong(arguments[0]), arguments[1]);
    try {
      owner.start();
    } catch (RuntimeException | LinkageError e) {
      for (Throwable each = e; each != null; each = each.getCause()) {
        answer.println(each);
      }
      answer.close();
      System.exit(1);
    }
    owner.started = true;
    answer.print(READY);
    answer.close();
    owner.awaitEndOfBuild();
    System.exit(0); // the hook does the rest, as it does on SIGTERM and Ctrl-C
  }

  private void start() {
    Path directory = claim();
    PostgresAddress address =
        kind.startsWith(CONTAINER)
            ? inContainer(kind.substring(CONTAINER.length()))
            : embedded(directory.resolve(PostgresServer.DATA));
    SharedPostgres.publish(directory, address);
  }

  private Path claim() {
    String name = SharedPostgres.name(build, kind);
    return Workplace.Lock.FILES.hold(
        () -> {
          Path home = PostgresBinaries.unpacked();
          Workplace.sweep(home);
          Workplace.Claim claim = Workplace.claim(name);
          Runtime.getRuntime().addShutdownHook(new Thread(() -> end(home, claim, name)));
          SharedPostgres.publish(claim.directory(), null);
          return claim.directory();
        });
  }

  /**
   * Everything it needs is loaded by now: a concurrent {@code mvn clean} takes the classes away.
   */
  private void end(Path home, Workplace.Claim claim, String name) {
    PostgresServer.stopLeftover(home, claim.directory().resolve(PostgresServer.DATA));
    claim.release();
    if (started) {
      Workplace.delete(Workplace.ownerLog(name));
    }
  }

  private PostgresAddress embedded(Path data) {
    PostgresServer server =
        Workplace.Lock.FILES.hold(
            () -> PostgresServer.on(PostgresBinaries.unpacked(), data, kind.equals(DURABLE)));
    server.start();
    return server.address();
  }

  private static PostgresAddress inContainer(String image) {
    try {
      return ContainerPostgres.start(image);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "-D"
              + TestPostgres.CONTAINERS_PROPERTY
              + " needs org.testcontainers:testcontainers-postgresql on the tests' class path",
          e);
    }
  }

  private void awaitEndOfBuild() {
    ProcessHandle.of(build).map(ProcessHandle::onExit).ifPresent(CompletableFuture::join);
  }
}
