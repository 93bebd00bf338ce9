package dev.crossfade.examples.quickstart;

import dev.crossfade.CrossfadeException;
import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reader. What it reads of the counter must never go back. Used by one thread. */
final class Reader {
  private static final Logger log = LoggerFactory.getLogger(Reader.class);
  private static final int PAGE = 20;

  private final TokenMonitor monitor;
  private final WriteLog written;
  private final Meter meter;
  private final int tokens;
  private final SplittableRandom random;
  private long counter;

  Reader(int number, TokenMonitor monitor, WriteLog written, Meter meter, Options options) {
    this.monitor = monitor;
    this.written = written;
    this.meter = meter;
    this.tokens = options.tokens();
    this.random = new SplittableRandom(options.seed() + 300 + number);
  }

  /** One read. */
  void read() {
    long token = 1L + random.nextInt(tokens);
    int choice = random.nextInt(100);
    try {
      if (choice < 40) {
        monitor.tokens().find(token);
      } else if (choice < 55) {
        monitor.tokens().findByMintAddress(Sample.mintAddress(token));
      } else if (choice < 85) {
        monitor.scores().latestFor(token);
      } else if (choice < 90) {
        monitor.tokens().mostLiquid(PAGE);
      } else {
        readCounter();
      }
      meter.read();
    } catch (CrossfadeException e) {
      meter.failed();
      log.warn("reader: {}", e.getMessage(), e);
    }
  }

  private void readCounter() {
    long acknowledged = Math.max(counter, written.highestCounted());
    counter =
        monitor
            .settings()
            .find(WriteLog.COUNTER)
            .map(row -> Long.parseLong(row.value()))
            .orElse(0L);
    if (counter < acknowledged) {
      written.contradiction(
          "a reader saw " + WriteLog.COUNTER + " at " + counter + " after it was " + acknowledged);
    }
  }
}
