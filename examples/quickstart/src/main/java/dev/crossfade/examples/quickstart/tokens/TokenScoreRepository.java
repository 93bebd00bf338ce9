package dev.crossfade.examples.quickstart.tokens;

import dev.crossfade.Reads;
import dev.crossfade.Repository;
import java.util.List;
import java.util.Optional;

/** The scores of tokens over time. */
public interface TokenScoreRepository extends Repository<TokenScore, Long> {
  /** The latest score of a token. */
  @Reads
  Optional<TokenScore> latestFor(long tokenId);

  /**
   * The latest score of every active token, the best of them. Comes from a view on PostgreSQL that
   * is a little behind, so the stores' answers are not compared.
   */
  @Reads(compared = false)
  List<TokenScore> best(int limit);
}
