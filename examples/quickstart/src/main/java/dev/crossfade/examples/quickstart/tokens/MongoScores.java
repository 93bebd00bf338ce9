package dev.crossfade.examples.quickstart.tokens;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Sorts.descending;

import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.conversions.Bson;

/** Components and metrics are embedded documents. */
final class MongoScores extends MongoRepository<TokenScore, Long> implements TokenScoreRepository {
  private static final Bson LATEST_FIRST = descending("createdAt", "_id");

  private final RepositoryContext<TokenScore, Long> context;

  MongoScores(RepositoryContext<TokenScore, Long> context) {
    super(
        context,
        "token_scores",
        fields ->
            fields
                .field("smoothedScore", "smoothedScore", "smoothed")
                .byDefault("scoringModel", () -> "hybrid_momentum"));
    this.context = context;
  }

  @Override
  public Optional<TokenScore> latestFor(long tokenId) {
    return fetch(eq("tokenId", tokenId), find -> find.sort(LATEST_FIRST).limit(1)).stream()
        .findFirst();
  }

  /** Two queries, and most of what they bring is thrown away: the reason to leave. */
  @Override
  public List<TokenScore> best(int limit) {
    MongoTokens tokens = (MongoTokens) context.sibling(Token.IN_MILLIS);
    Map<Long, TokenScore> latest = new LinkedHashMap<>();
    fetch(in("tokenId", tokens.active()), find -> find.sort(LATEST_FIRST))
        .forEach(score -> latest.putIfAbsent(score.tokenId(), score));
    return latest.values().stream()
        .sorted(
            Comparator.comparing(TokenScore::score)
                .reversed()
                .thenComparing(TokenScore.IN_MILLIS::keyOf))
        .limit(limit)
        .toList();
  }
}
