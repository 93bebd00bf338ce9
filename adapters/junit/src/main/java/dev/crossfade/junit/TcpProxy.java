package dev.crossfade.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A network between a client and its server that fails when a test tells it to.
 *
 * <pre>{@code
 * try (TestDatabase database = TestPostgres.shared().newDatabase();
 *     TcpProxy proxy = TcpProxy.to(database.server())) {
 *   connect(database.jdbcUrlThrough(proxy));
 *   proxy.loseReply("COMMIT"::equals); // the next commit happens, but the client cannot know
 *   …
 *   proxy.pass();
 * }
 * }</pre>
 *
 * <p>One fault at a time: each switch replaces the one before, and has taken effect on every
 * connection when its method returns. Connections that a fault has broken stay broken.
 *
 * <p><b>Requests.</b> On PostgreSQL's protocol, not encrypted, a request is one execution of a
 * statement, and is known by its SQL even if it was prepared earlier and only its name passes:
 * {@code BEGIN} and {@code COMMIT} are requests like others, a batch of three rows is three, the
 * login is none (but what the driver sends after it is: {@code assumeMinServerVersion} spares it
 * that), the end of a {@code copy … from stdin} is one with the text {@code CopyDone}. Of SQL
 * longer than 16 KiB the beginning is known. On other protocols a request is a chunk as read, its
 * text in ISO 8859-1.
 *
 * <p><b>Bounds.</b> One thread, {@code crossfade-proxy-PORT}, not a daemon; for each connection and
 * direction one chunk of at most 16 KiB: what is not yet forwarded is not read, so the sender waits
 * as it would in a real network. {@link #close} returns when thread and sockets are gone.
 *
 * <p>Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final Behaviour PASS = new Behaviour(false, 0, null);
  private static final Behaviour BLACK_HOLE = new Behaviour(true, 0, null);

  private final InetSocketAddress target;
  private final InetSocketAddress address;
  private final Selector selector;
  private final Thread thread;

  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger openConnections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger faults = new AtomicInteger();

  /** What a caller wants done by the thread; callers take turns, so there is one at most. */
  private final AtomicReference<@Nullable FutureTask<?>> wanted = new AtomicReference<>();

  private volatile boolean closing;
  private volatile @Nullable Throwable failure;

  // What follows is the thread's own.

  private final Set<Link> links = new HashSet<>();
  private @Nullable ServerSocketChannel listener;
  private Behaviour behaviour = PASS;

  private TcpProxy(InetSocketAddress target) throws IOException {
    this.target = target;
    int port = Ports.free();
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.selector = Selector.open();
    this.thread = new Thread(this::run, "crossfade-proxy-" + port);
  }

  /**
   * A proxy that passes everything to that server, until told otherwise. The server need not run.
   *
   * @throws IllegalArgumentException if the name cannot be resolved
   * @throws UncheckedIOException if no port can be opened
   */
  public static TcpProxy to(String host, int port) {
    InetSocketAddress target = new InetSocketAddress(host, port);
    if (target.isUnresolved()) {
      throw new IllegalArgumentException("unknown host: " + host);
    }
    try {
      TcpProxy proxy = new TcpProxy(target);
      proxy.thread.start();
      proxy.pass();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a proxy to " + target, e);
    }
  }

  /** A proxy to that server; see {@link TestDatabase#jdbcUrlThrough}. */
  public static TcpProxy to(TestPostgres server) {
    return to(server.host(), server.port());
  }

  /** Where it listens: the loopback address. */
  public String host() {
    return address.getAddress().getHostAddress();
  }

  /** Where it listens; the same through every fault. */
  public int port() {
    return address.getPort();
  }

  /**
   * Back to normal. What a black hole has held back arrives now.
   *
   * @throws IllegalStateException from this and every other switch: if the proxy is closed or has
   *     failed, the reason as its cause
   */
  public void pass() {
    behave(PASS);
  }

  /**
   * As if the server had been stopped: every connection is reset, and new ones are refused, for the
   * port is closed. What was on its way may have reached the server or not.
   */
  public void refuse() {
    onThread(
        () -> {
          behaviour = PASS;
          stopListening();
          List.copyOf(links).forEach(Link::reset);
        });
  }

  /**
   * As if a cable had been cut: no byte passes either way, nothing is closed, and neither side is
   * told that the other has closed. New connections are accepted, for the system accepts them, and
   * hear nothing.
   */
  public void blackHole() {
    behave(BLACK_HOLE);
  }

  /**
   * A slow network: each chunk arrives so much later, in both directions; a request and its answer
   * take twice as long as that.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public void delay(Duration each) {
    if (each.isNegative()) {
      throw new IllegalArgumentException("delay is negative: " + each);
    }
    behave(new Behaviour(false, each.toNanos(), null));
  }

  /**
   * From now on every request reaches the server, which executes it; its reply is dropped and, when
   * it is complete, the connection is reset. The client cannot know what happened.
   */
  public void loseReplies() {
    lose(Loss.all(true));
  }

  /**
   * The same for one request only, counted from now over all connections.
   *
   * @param nth 1 for the next one
   * @throws IllegalArgumentException if it is less than 1
   */
  public void loseReply(int nth) {
    lose(Loss.nth(true, nth));
  }

  /**
   * The same for one request only.
   *
   * @param which gets the text of each request, see above, until it has said true once; runs on the
   *     proxy's thread and must not block
   */
  public void loseReply(Predicate<? super String> which) {
    lose(Loss.first(true, which));
  }

  /**
   * From now on no request reaches the server: the connection is reset instead. The statement is
   * not executed, which the client cannot know either.
   */
  public void loseRequests() {
    lose(Loss.all(false));
  }

  /**
   * The same for one request only, counted from now over all connections.
   *
   * @param nth 1 for the next one
   * @throws IllegalArgumentException if it is less than 1
   */
  public void loseRequest(int nth) {
    lose(Loss.nth(false, nth));
  }

  /**
   * The same for one request only.
   *
   * @param which gets the text of each request, see above, until it has said true once; runs on the
   *     proxy's thread and must not block
   */
  public void loseRequest(Predicate<? super String> which) {
    lose(Loss.first(false, which));
  }

  /** How many connections have been accepted since the beginning. */
  public int connections() {
    return connections.get();
  }

  /** How many connections are open. */
  public int openConnections() {
    return openConnections.get();
  }

  /** How many requests have been seen since the beginning, lost ones included. */
  public int requests() {
    return requests.get();
  }

  /**
   * How many requests have been lost, or their replies, since the beginning. A sweep over the n-th
   * request ends when a run leaves it unchanged.
   */
  public int faults() {
    return faults.get();
  }

  /**
   * Resets every connection and frees the port. A second call does nothing.
   *
   * @throws IllegalStateException if the proxy has failed before, by a predicate that threw
   */
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable reason = failure;
    if (reason != null) {
      failure = null;
      throw new IllegalStateException(this + " has failed", reason);
    }
  }

  /** Where it listens and where it leads. */
  @Override
  public String toString() {
    return "proxy " + address + " to " + target;
  }

  private void lose(Loss loss) {
    behave(new Behaviour(false, 0, loss));
  }

  private void behave(Behaviour wanted) {
    onThread(
        () -> {
          behaviour = wanted;
          listen();
        });
  }

  /** Returns when it is done. */
  private void onThread(Change change) {
    if (Thread.currentThread() == thread) { // a predicate switches
      try {
        change.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return;
    }
    synchronized (this) {
      FutureTask<@Nullable Void> task =
          new FutureTask<>(
              () -> {
                change.run();
                selector.selectNow(); // what was closed is closed for good only now
                return null;
              });
      wanted.set(task);
      if (closing) {
        task.cancel(false);
      }
      selector.wakeup();
      await(task);
    }
  }

  private void await(FutureTask<?> task) {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while switching " + this, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot switch " + this, e.getCause());
    } catch (CancellationException e) {
      throw new IllegalStateException(this + " is closed", failure);
    }
  }

  // The thread.

  private void run() {
    try (selector) {
      while (!closing) {
        selector.select(waitMillis());
        List<SelectionKey> ready = List.copyOf(selector.selectedKeys());
        selector.selectedKeys().clear();
        ready.forEach(this::ready);
        FutureTask<?> task = wanted.getAndSet(null);
        if (task != null) {
          task.run();
        }
        if (task != null || behaviour.delayNanos > 0) {
          List.copyOf(links).forEach(Link::advance);
        }
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    } finally {
      end();
    }
  }

  private void end() {
    closing = true; // before looking for a last task: its caller looks the other way round
    FutureTask<?> task = wanted.getAndSet(null);
    if (task != null) {
      task.cancel(false);
    }
    List.copyOf(links).forEach(Link::reset);
    closeQuietly(listener);
  }

  /** Until the next delayed chunk is due; 0 if only the network or a caller can wake us. */
  private long waitMillis() {
    if (behaviour.delayNanos == 0) {
      return 0;
    }
    long now = System.nanoTime();
    return links.stream()
        .flatMap(link -> Stream.of(link.up, link.down))
        .filter(flow -> flow.chunk.hasRemaining())
        .mapToLong(flow -> 1 + TimeUnit.NANOSECONDS.toMillis(Math.max(0, flow.due - now)))
        .min()
        .orElse(0);
  }

  private void ready(SelectionKey key) {
    if (key.attachment() instanceof Link link) {
      link.advance();
    } else {
      accept();
    }
  }

  private void listen() throws IOException {
    if (listener == null) {
      ServerSocketChannel channel = ServerSocketChannel.open();
      listener = channel;
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(address);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_ACCEPT);
    }
  }

  private void stopListening() throws IOException {
    if (listener != null) {
      listener.close();
      listener = null;
    }
  }

  private void accept() {
    try {
      SocketChannel client = listener == null ? null : listener.accept();
      if (client != null) {
        connections.incrementAndGet();
        new Link(client, SocketChannel.open()).connect();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot accept a connection", e);
    }
  }

  /** Decides what becomes of a request of that text. */
  private void request(Link link, String text) {
    requests.incrementAndGet();
    Loss loss = behaviour.loss;
    if (loss == null || link.loss != null || !loss.which.test(text)) {
      return;
    }
    faults.incrementAndGet();
    link.loss = loss;
    loss.times--;
    if (loss.times == 0 && behaviour.loss == loss) {
      behaviour = PASS;
    }
  }

  private static void closeQuietly(@Nullable Channel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      return; // given up in any case
    }
  }

  /** A client's connection to us, and ours to the server. */
  private final class Link {
    final SocketChannel client;
    final SocketChannel server;
    final Flow up;
    final Flow down;
    final ProxiedRequests requests = new ProxiedRequests(text -> request(this, text));

    /** What becomes of the request under way; null if it passes. */
    @Nullable Loss loss;

    Link(SocketChannel client, SocketChannel server) {
      this.client = client;
      this.server = server;
      this.up = new Flow(client, server);
      this.down = new Flow(server, client);
      links.add(this);
      openConnections.incrementAndGet();
    }

    void connect() {
      try {
        for (SocketChannel each : List.of(client, server)) {
          each.configureBlocking(false);
          each.setOption(StandardSocketOptions.TCP_NODELAY, true);
          each.register(selector, 0, this);
        }
        server.connect(target);
        advance();
      } catch (IOException e) {
        reset();
      }
    }

    /** Does what can be done without waiting, and asks to be woken for the rest. */
    void advance() {
      try {
        if (server.isConnectionPending() && !server.finishConnect()) {
          interest(server, SelectionKey.OP_CONNECT);
        } else if (behaviour.held) {
          interest(client, 0);
          interest(server, 0);
        } else {
          forward();
          interest(client, up.reads() | down.writes());
          interest(server, down.reads() | up.writes());
        }
      } catch (IOException e) {
        reset(); // what happens to one side happens to the other
      }
    }

    private void forward() throws IOException {
      if (up.load()) {
        requests.sent(up.chunk);
        if (loss != null && !loss.replies) {
          reset();
          return;
        }
      }
      up.flush();
      boolean answered = down.load() && requests.received(down.chunk);
      if (loss != null) {
        down.drop();
        if (answered) {
          reset();
          return;
        }
      }
      down.flush();
      if (up.over && down.over) {
        end();
      }
    }

    private void interest(SocketChannel channel, int operations) {
      SelectionKey key = channel.keyFor(selector);
      if (key != null && key.isValid()) {
        key.interestOps(operations);
      }
    }

    /** Both sides find their connection broken. */
    void reset() {
      try {
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        server.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // One of them is closed.
      }
      end();
    }

    private void end() {
      if (links.remove(this)) {
        openConnections.decrementAndGet();
      }
      closeQuietly(client);
      closeQuietly(server);
    }
  }

  /** One direction of a link: what was read from one side and not yet written to the other. */
  private final class Flow {
    final SocketChannel from;
    final SocketChannel to;
    final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).limit(0);
    long due;
    boolean ended;
    boolean over;

    Flow(SocketChannel from, SocketChannel to) {
      this.from = from;
      this.to = to;
    }

    /** Reads the next chunk if the last one is gone; whether there is a new one. */
    boolean load() throws IOException {
      if (!from.isOpen() || reads() == 0) {
        return false;
      }
      int count = from.read(chunk.clear());
      chunk.flip();
      ended = count < 0;
      due = System.nanoTime() + behaviour.delayNanos;
      return count > 0;
    }

    void drop() {
      chunk.position(chunk.limit());
    }

    /** Writes what is due, and the end once everything before it is written. */
    void flush() throws IOException {
      if (writes() != 0) {
        to.write(chunk);
      }
      if (ended && !over && !chunk.hasRemaining()) {
        over = true;
        to.shutdownOutput();
      }
    }

    int reads() {
      return ended || chunk.hasRemaining() ? 0 : SelectionKey.OP_READ;
    }

    int writes() {
      boolean isDue = behaviour.delayNanos == 0 || System.nanoTime() - due >= 0;
      return chunk.hasRemaining() && isDue ? SelectionKey.OP_WRITE : 0;
    }
  }

  private interface Change {
    void run() throws IOException;
  }

  /**
   * What happens to what passes.
   *
   * @param held nothing passes
   * @param delayNanos how much later a chunk is written than it was read
   * @param loss which requests fail
   */
  private record Behaviour(boolean held, long delayNanos, @Nullable Loss loss) {}

  /** Requests that are lost, or whose replies are. */
  private static final class Loss {
    final boolean replies;
    final Predicate<? super String> which;
    int times;

    Loss(boolean replies, int times, Predicate<? super String> which) {
      this.replies = replies;
      this.which = which;
      this.times = times;
    }

    static Loss all(boolean replies) {
      return new Loss(replies, Integer.MAX_VALUE, any -> true);
    }

    static Loss first(boolean replies, Predicate<? super String> which) {
      return new Loss(replies, 1, which);
    }

    static Loss nth(boolean replies, int nth) {
      if (nth < 1) {
        throw new IllegalArgumentException("the n-th request, but n = " + nth);
      }
      AtomicInteger seen = new AtomicInteger();
      return first(replies, any -> seen.incrementAndGet() == nth);
    }
  }
}
