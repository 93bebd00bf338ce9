package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiedRequestsTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<String> seen = new ArrayList<>();
  private final ProxiedRequests requests = new ProxiedRequests(seen::add);

  /** Chunks end anywhere. */
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 13, 64, 100_000})
  void aStatementIsKnownByItsSqlHoweverItIsSent(int chunk) {
    startup();
    message('Q', "begin\0");
    message('P', "S_1\0insert into t values ($1, 'ü')\0\0\0");
    message('B', "\0S_1\0\0\0\0\1" + "x".repeat(40_000));
    message('E', "\0\0\0\0\0");
    message('B', "\0S_1\0\0\0");
    message('S', "");
    message('P', "\0select 1\0\0\0");
    message('B', "\0\0\0\0");
    message('B', "\0S_9\0\0\0");
    message('C', "SS_1\0");
    message('B', "\0S_1\0\0\0");
    message('c', "");
    message('X', "");
    byte[] all = bytes.toByteArray();
    for (int from = 0; from < all.length; from += chunk) {
      requests.sent(ByteBuffer.wrap(all, from, Math.min(chunk, all.length - from)));
    }
    String insert = "insert into t values ($1, 'ü')";
    assertThat(seen)
        .containsExactly("begin", insert, insert, "select 1", "", "", ProxiedRequests.COPY_DONE);
  }

  @Test
  void anAnswerIsCompleteWhenTheServerWaits() {
    startup();
    requests.sent(take());
    message('D', "row");
    assertThat(requests.received(take())).isFalse();
    message('C', "COMMIT\0");
    message('Z', "I");
    byte[] all = bytes.toByteArray();
    assertThat(requests.received(ByteBuffer.wrap(all, 0, all.length - 1))).isFalse();
    assertThat(requests.received(ByteBuffer.wrap(all, all.length - 1, 1))).isTrue();
    bytes.reset();
    message('G', "\0\0\0");
    assertThat(requests.received(take())).as("waits for the rows of a copy").isTrue();
  }

  @Test
  void anotherProtocolIsChunks() {
    requests.sent(ByteBuffer.wrap("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII)));
    requests.sent(ByteBuffer.wrap(new byte[] {(byte) 0xe4}));
    assertThat(seen).containsExactly("GET / HTTP/1.1", "ä");
    assertThat(requests.received(ByteBuffer.wrap(new byte[1]))).isTrue();
  }

  @Test
  void encryptionThatIsDeclinedChangesNothing() {
    encryption();
    requests.received(ByteBuffer.wrap(new byte[] {'N'}));
    startup();
    message('Q', "select 1\0");
    requests.sent(take());
    assertThat(seen).containsExactly("select 1");
  }

  @Test
  void whatIsEncryptedIsChunks() {
    encryption();
    requests.received(ByteBuffer.wrap(new byte[] {'S'}));
    requests.sent(ByteBuffer.wrap(new byte[] {22, 3, 1}));
    assertThat(seen).containsExactly("\26\3\1");
  }

  private void startup() {
    byte[] body = ByteBuffer.allocate(4 + 10).putInt(3 << 16).array();
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(4 + body.length).array());
    bytes.writeBytes(body);
  }

  private void encryption() {
    requests.sent(ByteBuffer.allocate(8).putInt(8).putInt(80877103).flip());
  }

  private void message(char type, String body) {
    byte[] encoded = body.getBytes(StandardCharsets.UTF_8);
    bytes.write(type);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(4 + encoded.length).array());
    bytes.writeBytes(encoded);
  }

  private ByteBuffer take() {
    ByteBuffer taken = ByteBuffer.wrap(bytes.toByteArray());
    bytes.reset();
    return taken;
  }
}
