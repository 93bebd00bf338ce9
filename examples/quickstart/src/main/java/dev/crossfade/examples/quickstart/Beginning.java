package dev.crossfade.examples.quickstart;

import dev.crossfade.examples.quickstart.tokens.Setting;
import dev.crossfade.examples.quickstart.tokens.Token;
import dev.crossfade.examples.quickstart.tokens.Token.Status;
import dev.crossfade.examples.quickstart.tokens.TokenScore;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the application has from the beginning, told to who writes it down and to the {@link
 * WriteLog}; the same seed makes the same rows within a month. Used by one thread.
 */
final class Beginning {
  private static final int MONTHS = 5;

  private final Options options;
  private final WriteLog log;
  private final Sample sample;
  private final SplittableRandom random;

  private Beginning(Options options, WriteLog log) {
    this.options = options;
    this.log = log;
    this.sample = new Sample(options.seed());
    this.random = new SplittableRandom(options.seed() + 1);
  }

  /** Who writes it into a store. */
  interface Scribe {
    void token(Token token) throws SQLException;

    /**
     * Writes a score.
     *
     * @param value as it was computed, with more digits than PostgreSQL will keep, but none that
     *     changes the rounding
     * @param smoothed likewise
     */
    void score(TokenScore score, double value, @Nullable Double smoothed) throws SQLException;

    void setting(Setting setting) throws SQLException;
  }

  static void tell(Options options, WriteLog log, Scribe scribe) throws SQLException {
    Beginning beginning = new Beginning(options, log);
    Instant end = Instant.now().truncatedTo(ChronoUnit.DAYS);
    Instant begin = monthsBefore(end);
    beginning.tokens(begin, scribe);
    beginning.scores(begin, end, scribe);
    beginning.settings(begin, scribe);
  }

  private static Instant monthsBefore(Instant end) {
    return ZonedDateTime.ofInstant(end, ZoneOffset.UTC)
        .withDayOfMonth(1)
        .minusMonths(MONTHS)
        .toInstant();
  }

  private void tokens(Instant begin, Scribe scribe) throws SQLException {
    for (long id = 1; id <= options.tokens(); id++) {
      Token token = sample.token(id, Sample.mintAddress(id), status(id), begin.plusSeconds(id));
      scribe.token(token);
      log.loaded(token);
    }
  }

  /** Those that all writers will fight for are monitored. */
  private Status status(long id) {
    boolean isMonitored = WriteLog.isContested(id) || random.nextInt(3) == 0;
    return isMonitored ? Status.MONITORING : Status.ACTIVE;
  }

  private void scores(Instant begin, Instant end, Scribe scribe) throws SQLException {
    long micros = ChronoUnit.MICROS.between(begin, end) / options.rows();
    for (long id = 1; id <= options.rows(); id++) {
      Instant moment =
          begin.plus(id * micros - 1, ChronoUnit.MICROS).truncatedTo(options.legacy().tick());
      TokenScore score =
          sample.score(1 + random.nextInt(options.tokens()), moment).stored(id, Sample.MODEL);
      BigDecimal smoothed = score.smoothedScore();
      scribe.score(score, untidy(score.score()), smoothed == null ? null : untidy(smoothed));
      log.loaded(score);
    }
  }

  private void settings(Instant begin, Scribe scribe) throws SQLException {
    for (String key : new String[] {"Theme", "refresh_seconds", "état", "zone"}) {
      Setting setting = new Setting(key, "value of " + key, begin);
      scribe.setting(setting);
      log.loaded(setting);
    }
  }

  private double untidy(BigDecimal value) {
    return value.doubleValue() + random.nextDouble(0.000_04);
  }
}
