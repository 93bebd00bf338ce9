package dev.crossfade.junit;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a MongoDB server where there is none: {@code de.bwaldvogel:mongo-java-server},
 * which must be on the class path, in this process. It speaks the protocol to the real driver, and
 * does one command at a time; by itself that server answers with documents that the next command
 * changes while they are on their way, so that two increments could be told the same number.
 *
 * <p>What it does not verify: write concerns, journals, crashes, elections, retried writes, time
 * limits, validators, transactions, and the speed of anything: only unique indexes are indexes.
 *
 * <p>Safe for use by many threads.
 */
public final class StandInMongo implements AutoCloseable {
  private final MongoServer server;
  private final InetSocketAddress address;

  private StandInMongo(MongoServer server) {
    this.server = server;
    this.address = server.bind();
  }

  /** Starts one, empty, on a port of its own of this machine. */
  public static StandInMongo start() {
    return new StandInMongo(new MongoServer(OneAtATime.around(new MemoryBackend())));
  }

  /** Its URL, without a database. */
  public String url() {
    return "mongodb://" + host() + ":" + port();
  }

  /** Its host. */
  public String host() {
    return address.getHostString();
  }

  /** Its port. */
  public int port() {
    return address.getPort();
  }

  /** Ends it, and everything in it. */
  @Override
  public void close() {
    server.shutdownNow();
  }

  /** No command sees another one's half, and no answer changes after it was given. */
  private record OneAtATime(MongoBackend backend) implements InvocationHandler {
    static MongoBackend around(MongoBackend backend) {
      return (MongoBackend)
          Proxy.newProxyInstance(
              StandInMongo.class.getClassLoader(),
              new Class<?>[] {MongoBackend.class},
              new OneAtATime(backend));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      synchronized (backend) {
        try {
          Object answer = method.invoke(backend, arguments);
          return answer instanceof Document document ? document.cloneDeeply() : answer;
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    }
  }
}
