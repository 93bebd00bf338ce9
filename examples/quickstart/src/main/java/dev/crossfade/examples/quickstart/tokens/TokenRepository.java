package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Reads;
import dev.crossfade.Repository;
import dev.crossfade.Writes;
import java.util.List;
import java.util.Optional;

/** The tokens. */
public interface TokenRepository extends Repository<Token, Long> {
  /** The token with this address. */
  @Reads
  Optional<Token> findByMintAddress(String mintAddress);

  /** The active tokens with the highest liquidity. */
  @Reads
  List<Token> mostLiquid(int limit);

  /** Makes a monitored token active; false if it is not monitored (any more). */
  @Writes
  boolean activate(long id);
}
