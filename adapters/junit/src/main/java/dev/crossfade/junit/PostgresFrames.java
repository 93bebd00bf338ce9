package dev.crossfade.junit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Cuts one direction of a PostgreSQL connection into its messages as chunks of it pass by.
 *
 * <p>Keeps the beginning of one message, at most {@value #BODY_LIMIT} bytes. Not thread-safe.
 */
final class PostgresFrames {
  static final int BODY_LIMIT = 16 * 1024;

  private static final int LENGTH = 4;

  private final Handler handler;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private boolean typed;
  private boolean bareByte;
  private char type;
  private int headerBytes;
  private int length;
  private long remaining;

  /** What becomes of a message when its last byte has passed. */
  interface Handler {
    /**
     * A message.
     *
     * @param type its first byte; 0 for the first messages of a client, which have none
     * @param body the beginning of it, all if it is not longer than {@link #BODY_LIMIT}
     */
    void message(char type, ByteBuffer body);
  }

  /**
   * At the beginning of a connection.
   *
   * @param typed whether messages begin with their type: a server's do, a client's first do not
   */
  PostgresFrames(boolean typed, Handler handler) {
    this.typed = typed;
    this.handler = handler;
  }

  /** From the next message on, messages begin with their type. */
  void expectTypes() {
    typed = true;
  }

  /** The next message is a single byte: the answer to a request for encryption. */
  void expectBareByte() {
    bareByte = true;
  }

  /** Reads the rest of a buffer that has an array. */
  void feed(ByteBuffer chunk) {
    while (chunk.hasRemaining()) {
      if (bareByte) {
        bareByte = false;
        handler.message((char) chunk.get(), ByteBuffer.allocate(0));
      } else if (headerBytes < headerLength()) {
        readHeader(chunk.get());
      } else {
        readBody(chunk);
      }
      if (headerBytes == headerLength() && remaining == 0) {
        finish();
      }
    }
  }

  private int headerLength() {
    return typed ? 1 + LENGTH : LENGTH;
  }

  private void readHeader(byte next) {
    if (typed && headerBytes == 0) {
      type = (char) (next & 0xff);
    } else {
      length = length << 8 | (next & 0xff);
    }
    headerBytes++;
    if (headerBytes == headerLength()) {
      remaining = Math.max(0, Integer.toUnsignedLong(length) - LENGTH);
    }
  }

  private void readBody(ByteBuffer chunk) {
    int part = (int) Math.min(remaining, chunk.remaining());
    int kept = Math.min(part, BODY_LIMIT - body.size());
    body.write(chunk.array(), chunk.arrayOffset() + chunk.position(), kept);
    chunk.position(chunk.position() + part);
    remaining -= part;
  }

  private void finish() {
    char finished = type;
    ByteBuffer beginning = ByteBuffer.wrap(body.toByteArray());
    type = 0;
    headerBytes = 0;
    length = 0;
    body.reset();
    handler.message(finished, beginning);
  }
}
