package dev.crossfade.examples.quickstart;

import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the writers know, from what they were told: per row what was acknowledged last. It knows
 * nothing of the library.
 *
 * <p>Every row has one writer, so the last acknowledged write decides what must be there. Two
 * things all writers fight for: a counter, whose increments must all be in it, and the activation
 * of some tokens, which exactly one may win. Safe for use by many threads.
 */
final class WriteLog {
  static final String COUNTER = "scores.total";

  /** One token in so many may be activated by anybody, and is changed by nobody otherwise. */
  private static final int CONTESTED = 10;

  private final Ledger tokens = new Ledger("token", Canonical.TOKEN_FIELDS);
  private final Ledger scores = new Ledger("score", Canonical.SCORE_FIELDS);
  private final Ledger settings = new Ledger("setting", Canonical.SETTING_FIELDS);
  private final Map<Long, Set<Long>> scoresOf = new ConcurrentHashMap<>();
  private final Map<Long, Contest> contests = new ConcurrentHashMap<>();
  private final Set<Long> counted = ConcurrentHashMap.newKeySet();
  private final AtomicLong highest = new AtomicLong();
  private final AtomicLong countedPerhaps = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final Queue<String> contradictions = new ConcurrentLinkedQueue<>();
  private final AtomicLong contradicted = new AtomicLong();

  /** A token that anybody may activate. */
  private record Contest(
      Token token, AtomicInteger won, AtomicInteger refused, AtomicInteger perhaps) {
    Contest(Token token) {
      this(token, new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
    }
  }

  static boolean isContested(long token) {
    return token % CONTESTED == 0;
  }

  Ledger tokens() {
    return tokens;
  }

  Ledger scores() {
    return scores;
  }

  Ledger settings() {
    return settings;
  }

  // ---- what the file held from the beginning

  void loaded(Token token) {
    tokens.holds(Canonical.of(token));
    long id = Token.ENTITY.keyOf(token);
    if (isContested(id)) {
      contests.put(id, new Contest(token));
    }
  }

  void loaded(TokenScore score) {
    scores.holds(Canonical.of(score));
    scoresOf(score.tokenId()).add(TokenScore.ENTITY.keyOf(score));
  }

  void loaded(Setting setting) {
    settings.holds(Canonical.of(setting));
  }

  // ---- what was acknowledged

  void saved(Token token) {
    acknowledged.incrementAndGet();
    tokens.holds(Canonical.of(token));
  }

  void saved(TokenScore score) {
    acknowledged.incrementAndGet();
    scores.holds(Canonical.of(score));
    scoresOf(score.tokenId()).add(TokenScore.ENTITY.keyOf(score));
  }

  void saved(Setting setting) {
    acknowledged.incrementAndGet();
    settings.holds(Canonical.of(setting));
  }

  void deletedScore(long token, long id) {
    acknowledged.incrementAndGet();
    scores.holdsNot(id);
    scoresOf(token).remove(id);
  }

  /** And with it its scores. */
  void deletedToken(long id) {
    acknowledged.incrementAndGet();
    tokens.holdsNot(id);
    scoresOf(id).forEach(scores::holdsNot);
    scoresOf.remove(id);
  }

  void counted(long value) {
    acknowledged.incrementAndGet();
    highest.accumulateAndGet(value, Math::max);
    if (!counted.add(value)) {
      contradiction("two increments of " + COUNTER + " were both told " + value);
    }
  }

  void activated(long token, boolean won) {
    acknowledged.incrementAndGet();
    Contest contest = contests.get(token);
    if (contest == null) {
      throw new IllegalArgumentException("token " + token + " is not contested");
    }
    (won ? contest.won : contest.refused).incrementAndGet();
  }

  // ---- what may have happened or not

  void perhaps(Ledger ledger, Canonical row) {
    ledger.mayHold(row);
  }

  void perhapsDeletedScore(long id) {
    scores.mayNotHold(id);
  }

  void perhapsDeletedToken(long id) {
    tokens.mayNotHold(id);
    scoresOf(id).forEach(scores::mayNotHold);
  }

  void perhapsCounted() {
    countedPerhaps.incrementAndGet();
  }

  void perhapsActivated(long token) {
    Contest contest = contests.get(token);
    if (contest != null) {
      contest.perhaps.incrementAndGet();
    }
  }

  // ---- what was seen that cannot be

  /** The application was told something that contradicts what it was told before. */
  void contradiction(String what) {
    if (contradicted.incrementAndGet() <= Verdict.SHOWN) {
      contradictions.add(what);
    }
  }

  /** No read that begins now may see less. */
  long highestCounted() {
    return highest.get();
  }

  long acknowledged() {
    return acknowledged.get();
  }

  Set<Long> scoresOf(long token) {
    return scoresOf.computeIfAbsent(token, id -> ConcurrentHashMap.newKeySet());
  }

  // ---- the end

  /** Whoever won, the token is active; nobody was refused unless somebody may have won. */
  void closeContests() {
    contests.forEach(
        (id, contest) -> {
          boolean maybe = contest.perhaps.get() > 0;
          if (contest.won.get() > 1) {
            contradiction(contest.won.get() + " writers were told to have activated token " + id);
          }
          if (contest.refused.get() > 0 && contest.won.get() == 0 && !maybe) {
            contradiction("nobody could activate token " + id + ", which was monitored");
          }
          Canonical active = Canonical.of(contest.token.withStatus(Status.ACTIVE));
          if (contest.won.get() > 0) {
            tokens.holds(active);
          } else if (maybe) {
            tokens.mayHold(active);
          }
        });
  }

  /** Every increment is in the counter. */
  void checkCounter(long value) {
    long least = counted.size();
    if (value < least || value > least + countedPerhaps.get()) {
      contradiction(
          COUNTER + " is " + value + " after " + least + " increments that were acknowledged");
    }
  }

  long contradicted() {
    return contradicted.get();
  }

  List<String> contradictions() {
    return new ArrayList<>(contradictions);
  }
}
