package dev.crossfade.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Files that change while the application runs. */
@SuppressWarnings("try") // a watch is closed, not used
class WatchTest {
  /** The changes of a test must come from the file system's word, unless it says otherwise. */
  private static final String RARELY = "  reread-every: 1h\n";

  private static final Logger LOG = (Logger) LoggerFactory.getLogger(CrossfadeConfig.class);

  @TempDir Path folder;
  private final BlockingQueue<Settings> changes = new LinkedBlockingQueue<>();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    LOG.addAppender(logged);
    LOG.setLevel(Level.INFO);
    LOG.setAdditive(false);
  }

  @AfterEach
  void noThreadIsLeft() {
    LOG.detachAppender(logged);
    LOG.setAdditive(true);
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("crossfade-config");
  }

  private List<String> logged() {
    synchronized (logged) {
      return List.copyOf(logged.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("crossfade.yaml"), "crossfade:\n" + text);
  }

  private CrossfadeConfig load() {
    return CrossfadeConfig.builder()
        .file(folder.resolve("crossfade.yaml"))
        .environment(Map.of())
        .load();
  }

  private Settings next() throws InterruptedException {
    Settings next = changes.poll(120, TimeUnit.SECONDS);
    assertThat(next).as("new settings").isNotNull();
    return next;
  }

  @Test
  void aFileThatIsWrittenOrReplacedIsTakenOver() throws Exception {
    write(RARELY + "  shadow-sampling: 0.1\n");
    CrossfadeConfig config = load();
    try (AutoCloseable watch = config.watch(changes::add)) {
      write(RARELY + "  shadow-sampling: 0.2\n");
      assertThat(next().shadowSampling()).isEqualTo(0.2);

      Path other =
          Files.writeString(
              folder.resolve("new"),
              "crossfade:\n" + RARELY + "  migrations: {tokens: {stage: shadow}}\n");
      Files.move(other, folder.resolve("crossfade.yaml"), StandardCopyOption.REPLACE_EXISTING);
      assertThat(next().stages()).containsEntry("tokens", Stage.SHADOW);
      assertThat(config.settings().stages()).containsEntry("tokens", Stage.SHADOW);
    }
  }

  /** As Kubernetes mounts a config map: the file is a link through a link that is replaced. */
  @Test
  void aLinkThatIsReplacedIsTakenOver() throws Exception {
    for (String version : List.of("1", "2")) {
      Path data = Files.createDirectory(folder.resolve("..v" + version));
      Files.writeString(
          data.resolve("crossfade.yaml"), "crossfade:\n" + RARELY + "  park-after: " + version);
    }
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v1"));
    Files.createSymbolicLink(folder.resolve("crossfade.yaml"), Path.of("..data/crossfade.yaml"));
    CrossfadeConfig config = load();
    assertThat(config.settings().parkAfter()).isEqualTo(1);
    try (AutoCloseable watch = config.watch(changes::add)) {
      Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("..v2"));
      Files.move(folder.resolve("..tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      assertThat(next().parkAfter()).isEqualTo(2);
    }
  }

  @Test
  void aBrokenFileKeepsTheOldSettingsAndSaysSo() throws Exception {
    write(RARELY + "  park-after: 1\n");
    CrossfadeConfig config = load();
    try (AutoCloseable watch = config.watch(changes::add)) {
      write(RARELY + "  park-after: 0\n  leese: 1m\n");
      await().atMost(TWO_MINUTES).until(() -> config.problems().size() == 2);
      assertThat(config.settings().parkAfter()).isEqualTo(1);
      write(RARELY + "  park-after: 0\n");
      await().atMost(TWO_MINUTES).until(() -> config.problems().size() == 1);
      Files.delete(folder.resolve("crossfade.yaml"));
      await().atMost(TWO_MINUTES).until(() -> config.problems().toString().contains("has gone"));
      assertThat(config.settings().parkAfter()).isEqualTo(1);
      assertThat(changes).isEmpty();

      write(RARELY + "  park-after: 2\n");
      assertThat(next().parkAfter()).isEqualTo(2);
      assertThat(config.problems()).isEmpty();
    }
    assertThat(logged())
        .filteredOn(message -> message.contains("park-after"))
        .singleElement()
        .asString()
        .startsWith("The new configuration is broken, the settings stay as they were:");
    assertThat(logged())
        .anyMatch(message -> message.contains("crossfade.leese"))
        .contains("The configuration is fine again.");
  }

  @Test
  void whatChangesAtTheStoresTakesARestartAndIsSaid() throws Exception {
    String stores =
        "  legacy: {url: %s}\n  target: {url: 'jdbc:postgresql://db/a', pool: {size: %s}}\n";
    write(RARELY + stores.formatted("a.db", 3));
    CrossfadeConfig config = load();
    try (AutoCloseable watch = config.watch(changes::add)) {
      write(RARELY + stores.formatted("b.db", 4) + "  park-after: 3\n");
      assertThat(next().parkAfter()).isEqualTo(3);
      assertThat(config.legacy().name()).isEqualTo("sqlite:a.db");
    }
    assertThat(logged())
        .containsOnlyOnce(
            "Stores are opened once: what has changed at [crossfade.legacy.url,"
                + " crossfade.target.pool.size] takes a restart.");
  }

  @Test
  void whatChangedBeforeTheWatchIsNotMissed() throws Exception {
    write(RARELY + "  park-after: 1\n");
    CrossfadeConfig config = load();
    assertThat(config.settings().parkAfter()).isEqualTo(1);
    write(RARELY + "  park-after: 2\n");
    try (AutoCloseable first = config.watch(changes::add)) {
      assertThat(next().parkAfter()).isEqualTo(2);
    }
    BlockingQueue<Settings> others = new LinkedBlockingQueue<>();
    try (AutoCloseable second = config.watch(others::add)) {
      assertThat(others.poll(120, TimeUnit.SECONDS)).isNotNull();
    }
  }

  /** A folder that is replaced as a whole is not the one that is watched. */
  @Test
  void filesAreLookedAtWhereNobodyTells() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("conf"));
    Path file = inner.resolve("crossfade.yaml");
    Files.writeString(file, "crossfade:\n  reread-every: 50ms\n  park-after: 1\n");
    try (AutoCloseable watch = CrossfadeConfig.load(file).watch(changes::add)) {
      Files.move(inner, folder.resolve("old"));
      Files.createDirectory(inner);
      Files.writeString(file, "crossfade:\n  reread-every: 50ms\n  park-after: 2\n");
      assertThat(next().parkAfter()).isEqualTo(2);
    }
  }

  @Test
  void closingIsPromptAndNothingIsCalledAfterwards() throws Exception {
    write(RARELY + "  park-after: 1\n");
    AtomicInteger looks = new AtomicInteger();
    FileWatch watch =
        new FileWatch(
            List.of(folder.resolve("crossfade.yaml")), Duration.ofHours(1), looks::incrementAndGet);
    await().atMost(TWO_MINUTES).until(() -> looks.get() == 1);
    long before = System.nanoTime();
    watch.close();
    watch.close();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    write(RARELY + "  park-after: 2\n");
    assertThat(looks).hasValue(1);
  }

  /** Half of it would mean something else: the defaults. */
  @Test
  void aFileThatIsBeingWrittenIsReadWhenItIsWhole() throws Exception {
    write(RARELY + "  park-after: 1\n");
    CrossfadeConfig config = load();
    write("");
    try (AutoCloseable watch = config.watch(changes::add)) {
      write(RARELY);
      write(RARELY + "  park-after: 2\n");
      assertThat(next().parkAfter()).isEqualTo(2);
      assertThat(changes).isEmpty();
    }
  }

  @Test
  void aCallerThatThrowsIsCalledAgain() throws Exception {
    write(RARELY + "  park-after: 1\n");
    try (AutoCloseable watch =
        load()
            .watch(
                settings -> {
                  changes.add(settings);
                  throw new IllegalStateException("on purpose");
                })) {
      write(RARELY + "  park-after: 2\n");
      assertThat(next().parkAfter()).isEqualTo(2);
      write(RARELY + "  park-after: 3\n");
      assertThat(next().parkAfter()).isEqualTo(3);
    }
    assertThat(logged()).anyMatch(message -> message.contains("could not be read again"));
  }

  @Test
  void withoutFilesOrWithoutPeriodNothingIsWatched() throws Exception {
    write("  reread-every: 0\n");
    CrossfadeConfig config = load();
    CrossfadeConfig none = CrossfadeConfig.builder().environment(Map.of()).load();
    try (AutoCloseable first = config.watch(changes::add);
        AutoCloseable second = none.watch(changes::add)) {
      noThreadIsLeft();
    }
    assertThat(none.settings()).isEqualTo(Settings.defaults());
  }
}
