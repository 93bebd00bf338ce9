package dev.crossfade;

import java.util.function.Consumer;

/**
 * Where settings come from that may change while the application runs: a file, a configuration
 * service. Given to {@link Crossfade.Builder#settings(SettingsSource)}.
 *
 * <p>Implementations are safe for use by many threads.
 */
public interface SettingsSource {
  /**
   * The settings as they are now.
   *
   * @throws ConfigurationException if they cannot be read or are not valid, with every problem
   */
  Settings settings();

  /**
   * Calls back with new settings until closed: with each that differs from the one before, the one
   * before the first being what {@link #settings} gave last, so that no change in between is
   * missed. Only with valid ones: while what is there is broken the settings stay what they were,
   * and the source says so.
   *
   * @param changed called on a thread of the source, one call at a time; returns soon, throws
   *     nothing
   * @return closed by whoever watches; no call begins after that
   */
  AutoCloseable watch(Consumer<Settings> changed);
}
