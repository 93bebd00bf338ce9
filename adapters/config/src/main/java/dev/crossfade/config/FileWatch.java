package dev.crossfade.config;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that looks at files when something has happened in their folders, and from time to time
 * in case nobody tells: file systems over a network, or a folder that was replaced. Folders are
 * watched, not files: editors put a new file in the old one's place, Kubernetes a new link.
 *
 * <p>What happens is answered once, when the files have been the same for a moment: half a file may
 * be a valid one that says something else, and in the same folder a database may be.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CrossfadeConfig.class);
  private static final long MOMENT_MILLIS = 100;
  private static final Duration LONGEST_CLOSING = Duration.ofSeconds(5);

  private final List<Path> files;
  private final Duration every;
  private final Runnable look;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final @Nullable WatchService service;
  private final Thread thread;

  FileWatch(List<Path> files, Duration every, Runnable look) {
    this.files = List.copyOf(files);
    this.every = every;
    this.look = look;
    this.service = service(files);
    this.thread = new Thread(this::run, "crossfade-config");
    this.thread.setDaemon(true);
    this.thread.start();
  }

  /** Null if the file system tells nothing; then time does. */
  private static @Nullable WatchService service(List<Path> files) {
    WatchService service = null;
    try {
      service = FileSystems.getDefault().newWatchService();
      for (Path folder :
          files.stream().map(file -> file.toAbsolutePath().getParent()).distinct().toList()) {
        folder.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_MODIFY,
            StandardWatchEventKinds.ENTRY_DELETE);
      }
      return service;
    } catch (IOException | UnsupportedOperationException e) {
      log.info("Changes of {} are noticed by looking alone: {}", files, e.toString());
      end(service);
      return null;
    }
  }

  private void run() {
    try {
      while (isStill()) { // at first for what has changed since the files were read
        look();
        awaitSomething();
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      log.debug("The watch of the configuration ends.");
    }
  }

  /** Waits until nobody writes to the files any more; false once closed. */
  private boolean isStill() throws InterruptedException {
    List<String> before;
    List<String> now = marks();
    do {
      before = now;
      if (closed.await(MOMENT_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
      now = marks();
    } while (!now.equals(before));
    return true;
  }

  private List<String> marks() {
    return files.stream().map(FileWatch::mark).toList();
  }

  private static String mark(Path file) {
    try {
      return Files.size(file) + " bytes of " + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return "absent";
    }
  }

  private void look() {
    try {
      look.run();
    } catch (RuntimeException e) {
      log.error("The configuration could not be read again; the settings stay as they were.", e);
    }
  }

  /** Until something has happened, the time is over, or it is closed. */
  private void awaitSomething() throws InterruptedException {
    if (service == null) {
      closed.await(every.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    WatchKey happened = service.poll(every.toMillis(), TimeUnit.MILLISECONDS);
    for (WatchKey key = happened; key != null; key = service.poll()) {
      key.pollEvents();
      key.reset();
    }
  }

  /** Ends the thread; no look begins after that. Safe to repeat, and from within a look. */
  @Override
  public void close() {
    closed.countDown();
    end(service);
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(LONGEST_CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(@Nullable WatchService service) {
    try {
      if (service != null) {
        service.close();
      }
    } catch (IOException e) {
      log.debug("A watch of files could not be closed.", e);
    }
  }
}
