package dev.crossfade.examples.quickstart;

import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Made-up rows; the same seed makes the same. Not safe for use by several threads. */
final class Sample {
  static final String MODEL = "hybrid_momentum";

  private static final String[] NAMES = {"Moon", "Rocket", "Pépé", "Doge", "Frog", "月", "Bonk"};
  private static final String[] DEXES = {"raydium", "orca", "meteora"};
  private static final int SPAM_EVERY = 5;

  private final SplittableRandom random;

  Sample(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** The address of a token that the file has from the beginning. */
  static String mintAddress(long id) {
    return "So" + Long.toString(id * 2_654_435_761L, Character.MAX_RADIX) + "pump";
  }

  Token token(@Nullable Long id, String mintAddress, Status status, Instant moment) {
    String name = NAMES[random.nextInt(NAMES.length)] + " " + random.nextInt(1_000);
    boolean listed = random.nextInt(10) > 0;
    return new Token(
        id,
        mintAddress,
        name,
        name.substring(0, 1).toUpperCase(Locale.ROOT) + random.nextInt(100),
        status,
        listed ? liquidity() : null,
        listed ? DEXES[random.nextInt(DEXES.length)] : null,
        moment,
        moment);
  }

  BigDecimal liquidity() {
    return decimal(1e6, 2);
  }

  /** With as many places as PostgreSQL keeps. */
  BigDecimal score() {
    return decimal(100, 4);
  }

  TokenScore score(long tokenId, Instant moment) {
    double momentum = random.nextDouble();
    String components = components(momentum);
    return new TokenScore(
        null,
        tokenId,
        score(),
        random.nextBoolean() ? score() : null,
        String.format(
            Locale.ROOT,
            "{\"volume_24h\": %.2f, \"holders\": %d, \"sources\": [\"%s\", \"birdeye\"], \"trend\":"
                + " {\"1h\": %.4f, \"24h\": null}}",
            random.nextDouble() * 1e7,
            random.nextInt(50_000),
            DEXES[random.nextInt(DEXES.length)],
            momentum - 0.5),
        components,
        random.nextBoolean() ? components : null,
        random.nextInt(SPAM_EVERY) == 0
            ? "{\"bots\": true, \"note\": \"naïve \\\"wash\\\"\"}"
            : null,
        MODEL,
        moment);
  }

  String components(double momentum) {
    return String.format(
        Locale.ROOT, "{\"momentum\":%.3f,\"volume\":%.3f}", momentum, random.nextDouble());
  }

  private BigDecimal decimal(double below, int scale) {
    return BigDecimal.valueOf(random.nextDouble() * below).setScale(scale, RoundingMode.HALF_UP);
  }
}
