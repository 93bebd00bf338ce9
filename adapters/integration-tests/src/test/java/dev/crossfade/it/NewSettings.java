package dev.crossfade.it;

import dev.crossfade.Settings;
import dev.crossfade.SettingsSource;
import java.util.function.Consumer;

/** A source of settings that a test changes; calls back on the thread of the test. */
final class NewSettings implements SettingsSource {
  private Settings settings;
  private Consumer<Settings> watcher;

  NewSettings(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Settings settings() {
    return settings;
  }

  @Override
  public AutoCloseable watch(Consumer<Settings> changed) {
    watcher = changed;
    return () -> watcher = null;
  }

  boolean isWatched() {
    return watcher != null;
  }

  void change(Settings next) {
    settings = next;
    watcher.accept(next);
  }
}
