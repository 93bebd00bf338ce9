package dev.crossfade.examples.quickstart;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenMonitor;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer: changes tokens and scores of its own, and fights with the others for a counter and
 * for the activation of some tokens. Whatever it is told goes into the {@link WriteLog}. Used by
 * one thread.
 */
final class Writer {
  private static final Logger log = LoggerFactory.getLogger(Writer.class);

  private final int number;
  private final TokenMonitor monitor;
  private final WriteLog written;
  private final Meter meter;
  private final Options options;
  private final SplittableRandom random;
  private final Sample sample;
  private final List<Long> tokens = new ArrayList<>();
  private int made;

  Writer(
      int number,
      int writers,
      TokenMonitor monitor,
      WriteLog written,
      Meter meter,
      Options options) {
    this.number = number;
    this.monitor = monitor;
    this.written = written;
    this.meter = meter;
    this.options = options;
    this.random = new SplittableRandom(options.seed() + 100 + number);
    this.sample = new Sample(options.seed() + 200 + number);
    for (long id = 1; id <= options.tokens(); id++) {
      if (!WriteLog.isContested(id) && id % writers == number) {
        tokens.add(id);
      }
    }
  }

  /** One write. */
  void write() {
    int choice = random.nextInt(100);
    if (choice < 40) {
      score(any(tokens));
    } else if (choice < 55) {
      update(any(tokens));
    } else if (choice < 65) {
      smooth(any(tokens));
    } else if (choice < 75) {
      count();
    } else if (choice < 82) {
      set();
    } else if (choice < 88) {
      activate();
    } else if (choice < 93) {
      watch();
    } else if (choice < 99) {
      deleteScore(any(tokens));
    } else {
      deleteToken(random.nextInt(tokens.size()));
    }
  }

  private void score(long token) {
    TokenScore score = sample.score(token, now());
    // Half of them leave the model to the database's default.
    TokenScore given = random.nextBoolean() ? score : withoutModel(score);
    attempt(
        () -> monitor.scores().insert(given),
        saved ->
            written.saved(as(score.stored(TokenScore.ENTITY.keyOf(saved), Sample.MODEL), saved)),
        () -> written.perhaps(written.scores(), Canonical.of(score)));
  }

  private void update(long id) {
    Token token = found(id);
    if (token != null) {
      Token changed = token.withLiquidity(sample.liquidity(), now());
      attempt(
          () -> monitor.tokens().save(changed),
          saved -> written.saved(as(changed, saved)),
          () -> written.perhaps(written.tokens(), Canonical.of(changed)));
    }
  }

  private void smooth(long token) {
    TokenScore score = latest(token);
    if (score != null) {
      TokenScore changed = score.smoothed(sample.score(), sample.components(0.5));
      attempt(
          () -> monitor.scores().save(changed),
          saved -> written.saved(as(changed, saved)),
          () -> written.perhaps(written.scores(), Canonical.of(changed)));
    }
  }

  private void count() {
    attempt(
        () -> monitor.settings().increment(WriteLog.COUNTER, now()),
        written::counted,
        written::perhapsCounted);
  }

  private void set() {
    Setting setting =
        new Setting("writer." + number + "." + random.nextInt(20), "run " + made, now());
    attempt(
        () -> monitor.settings().save(setting),
        saved -> written.saved(as(setting, saved)),
        () -> written.perhaps(written.settings(), Canonical.of(setting)));
  }

  /** With a score, in one unit of work. */
  private void watch() {
    Instant now = now();
    String address = "New" + number + "x" + made++;
    Token token = sample.token(null, address, Status.MONITORING, now);
    TokenScore score = sample.score(0, now);
    attempt(
        () -> monitor.watch(token, id -> of(id, score)),
        saved -> {
          long id = Token.ENTITY.keyOf(saved.token());
          written.saved(as(token.withId(id), saved.token()));
          long scoreId = TokenScore.ENTITY.keyOf(saved.score());
          written.saved(as(of(id, score).stored(scoreId, Sample.MODEL), saved.score()));
          tokens.add(id);
        },
        () -> perhapsWatched(token, score));
  }

  /** Reading tells, as the exception says. */
  private void perhapsWatched(Token token, TokenScore score) {
    written.perhaps(written.tokens(), Canonical.of(token));
    monitor
        .tokens()
        .findByMintAddress(token.mintAddress())
        .ifPresent(
            found ->
                written.perhaps(
                    written.scores(), Canonical.of(of(Token.ENTITY.keyOf(found), score))));
  }

  private void activate() {
    long token = 10L * (1 + random.nextInt(options.tokens() / 10));
    attempt(
        () -> monitor.tokens().activate(token),
        won -> written.activated(token, won),
        () -> written.perhapsActivated(token));
  }

  private void deleteScore(long token) {
    TokenScore score = latest(token);
    if (score != null) {
      long id = TokenScore.ENTITY.keyOf(score);
      attempt(
          () -> monitor.scores().delete(id),
          deleted -> {
            expect(deleted, "score " + id + " was there when it was read, not when it was deleted");
            written.deletedScore(token, id);
          },
          () -> written.perhapsDeletedScore(id));
    }
  }

  private void deleteToken(int index) {
    long id = tokens.get(index);
    tokens.set(index, tokens.get(tokens.size() - 1));
    tokens.remove(tokens.size() - 1);
    attempt(
        () -> monitor.tokens().delete(id),
        deleted -> {
          expect(deleted, "token " + id + " was acknowledged and could not be deleted");
          written.deletedToken(id);
        },
        () -> written.perhapsDeletedToken(id));
  }

  // ---- how it is told

  /** Writes, and remembers what came of it. */
  private <R> void attempt(Supplier<R> write, Consumer<R> acknowledged, Runnable unknown) {
    long begun = System.nanoTime();
    R result;
    try {
      result = write.get();
    } catch (CrossfadeException e) {
      meter.failed();
      log.warn("writer {}: {} ({})", number, e.getMessage(), e.outcome(), e);
      if (e.outcome() != Outcome.NOT_WRITTEN) {
        unknown.run();
      }
      return;
    } catch (RuntimeException e) {
      written.contradiction("a write failed with an exception that is not the library's: " + e);
      log.error("writer {}", number, e);
      unknown.run();
      return;
    } finally {
      meter.wrote(begun);
    }
    acknowledged.accept(result);
  }

  /** What was sent, which what came back must equal. */
  private Token as(Token sent, Token back) {
    expect(Canonical.of(sent).equals(Canonical.of(back)), "saved " + sent + ", told " + back);
    return sent;
  }

  private TokenScore as(TokenScore sent, TokenScore back) {
    expect(Canonical.of(sent).equals(Canonical.of(back)), "saved " + sent + ", told " + back);
    return sent;
  }

  private Setting as(Setting sent, Setting back) {
    expect(Canonical.of(sent).equals(Canonical.of(back)), "saved " + sent + ", told " + back);
    return sent;
  }

  /** A token of its own, which nobody else changes: it must read what it wrote. */
  private @Nullable Token found(long id) {
    return attemptRead(
        () -> monitor.tokens().find(id).orElse(null),
        token ->
            token == null
                ? written.tokens().allowsAbsence(id)
                : written.tokens().allows(Canonical.of(token)),
        "token " + id);
  }

  private @Nullable TokenScore latest(long token) {
    return attemptRead(
        () -> monitor.scores().latestFor(token).orElse(null),
        score ->
            score == null
                ? written.scoresOf(token).stream().allMatch(written.scores()::allowsAbsence)
                : written.scores().allows(Canonical.of(score)),
        "latest score of token " + token);
  }

  private <R> @Nullable R attemptRead(Supplier<@Nullable R> read, Allowed<R> allowed, String what) {
    try {
      R row = read.get();
      meter.read();
      expect(allowed.is(row), "its writer does not read back " + what + ", but " + row);
      return row;
    } catch (CrossfadeException e) {
      meter.failed();
      log.warn("writer {} reads {}: {}", number, what, e.getMessage(), e);
      return null;
    }
  }

  private interface Allowed<R> {
    boolean is(@Nullable R row);
  }

  private void expect(boolean holds, String otherwise) {
    if (!holds) {
      written.contradiction(otherwise);
    }
  }

  private long any(List<Long> ids) {
    return ids.get(random.nextInt(ids.size()));
  }

  private static TokenScore of(long token, TokenScore score) {
    return new TokenScore(
        null,
        token,
        score.score(),
        score.smoothedScore(),
        score.metrics(),
        score.rawComponents(),
        score.smoothedComponents(),
        score.spamMetrics(),
        score.scoringModel(),
        score.createdAt());
  }

  private static TokenScore withoutModel(TokenScore score) {
    return new TokenScore(
        null,
        score.tokenId(),
        score.score(),
        score.smoothedScore(),
        score.metrics(),
        score.rawComponents(),
        score.smoothedComponents(),
        score.spamMetrics(),
        null,
        score.createdAt());
  }

  /** As finely as both stores hold it. */
  private Instant now() {
    return Instant.now().truncatedTo(options.legacy().tick());
  }
}
