package dev.crossfade.junit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells which statements pass on a connection, and when their answer is complete.
 *
 * <p>On PostgreSQL's protocol a request is one execution of a statement, also of one that was
 * prepared long ago and of which only a name passes. On any other, and once it is encrypted, a
 * request is a chunk, and so is an answer. Not thread-safe.
 */
final class ProxiedRequests {
  /** What ends the rows of a {@code copy … from stdin}, which are no request of their own. */
  static final String COPY_DONE = "CopyDone";

  private static final int PROTOCOL_3 = 3;
  private static final int ENCRYPT_TLS = 80877103;
  private static final int ENCRYPT_GSS = 80877104;
  private static final int CANCEL = 80877102;

  private final Consumer<String> listener;
  private final PostgresFrames client = new PostgresFrames(false, this::fromClient);
  private final PostgresFrames server = new PostgresFrames(true, this::fromServer);

  /** As many as the client keeps prepared. */
  private final Map<String, String> statements = new HashMap<>();

  private boolean first = true;
  private boolean opaque;
  private boolean encryptionAsked;
  private boolean answered;

  /**
   * At the beginning of a connection.
   *
   * @param listener gets the SQL of each request, or the chunk as ISO 8859-1
   */
  ProxiedRequests(Consumer<String> listener) {
    this.listener = listener;
  }

  /** The client has sent this much more. The buffer stays as it is. */
  void sent(ByteBuffer chunk) {
    if (first) {
      first = false;
      opaque = !beginsPostgres(chunk);
    }
    if (opaque) {
      listener.accept(StandardCharsets.ISO_8859_1.decode(chunk.duplicate()).toString());
    } else {
      client.feed(chunk.duplicate());
    }
  }

  /**
   * The server has sent this much more.
   *
   * @return whether it now waits for the client: everything before has been executed
   */
  boolean received(ByteBuffer chunk) {
    if (opaque) {
      return true;
    }
    answered = false;
    server.feed(chunk.duplicate());
    return answered;
  }

  private static boolean beginsPostgres(ByteBuffer chunk) {
    if (chunk.remaining() < 8) {
      return false;
    }
    int code = chunk.getInt(chunk.position() + 4);
    return code >>> 16 == PROTOCOL_3
        || code == ENCRYPT_TLS
        || code == ENCRYPT_GSS
        || code == CANCEL;
  }

  private void fromClient(char type, ByteBuffer body) {
    switch (type) {
      case 0 -> beforeLogin(body.remaining() < 4 ? 0 : body.getInt());
      case 'Q' -> listener.accept(string(body));
      case 'P' -> statements.put(string(body), string(body));
      case 'B' -> {
        string(body); // the portal
        listener.accept(statements.getOrDefault(string(body), ""));
      }
      case 'C' -> {
        if (body.hasRemaining() && body.get() == 'S') {
          statements.remove(string(body));
        }
      }
      case 'c' -> listener.accept(COPY_DONE);
      default -> {}
    }
  }

  private void beforeLogin(int code) {
    if (code == ENCRYPT_TLS || code == ENCRYPT_GSS) {
      encryptionAsked = true;
      server.expectBareByte();
    } else if (code != CANCEL) {
      client.expectTypes();
    }
  }

  private void fromServer(char type, ByteBuffer body) {
    if (encryptionAsked) {
      encryptionAsked = false;
      opaque = type != 'N';
    } else if (type == 'Z' || type == 'G' || type == 'W') {
      answered = true; // ready for the next statement, or for the rows of a copy
    }
  }

  /** The next string of a message, or what has been kept of it. */
  private static String string(ByteBuffer body) {
    int start = body.position();
    int end = start;
    while (end < body.limit() && body.get(end) != 0) {
      end++;
    }
    body.position(Math.min(end + 1, body.limit()));
    return StandardCharsets.UTF_8.decode(body.slice(start, end - start)).toString();
  }
}
