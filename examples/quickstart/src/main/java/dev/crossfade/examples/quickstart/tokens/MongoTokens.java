package dev.crossfade.examples.quickstart.tokens;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Sorts.orderBy;
import static com.mongodb.client.model.Updates.set;

import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.mongodb.MongoRepository;
import dev.crossfade.store.RepositoryContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.conversions.Bson;

final class MongoTokens extends MongoRepository<Token, Long> implements TokenRepository {
  MongoTokens(RepositoryContext<Token, Long> context) {
    super(context, "tokens");
  }

  @Override
  public Optional<Token> findByMintAddress(String mintAddress) {
    return fetchOptional(eq("mintAddress", mintAddress));
  }

  @Override
  public List<Token> mostLiquid(int limit) {
    return fetch(
        and(is(Status.ACTIVE), ne("liquidityUsd", null)),
        find -> find.sort(orderBy(descending("liquidityUsd"), ascending("_id"))).limit(limit));
  }

  @Override
  public boolean activate(long id) {
    return updateOne(and(keyIs(id), is(Status.MONITORING)), set("status", Status.ACTIVE.label()))
        .isPresent();
  }

  /** The keys of those that are shown. */
  Set<Long> active() {
    return fetch(is(Status.ACTIVE), find -> find).stream()
        .map(Token.IN_MILLIS::keyOf)
        .collect(Collectors.toSet());
  }

  private static Bson is(Status status) {
    return eq("status", status.label());
  }
}
