package dev.crossfade.store;

/**
 * That somebody is told of changes of a control row, until it is closed: see {@link
 * Store#onControlChange}.
 */
@FunctionalInterface
public interface Notices extends AutoCloseable {
  /** Where nobody is told. */
  Notices NONE = () -> {};

  /** Nobody is told any more, but for what is being told at this moment. Safe to repeat. */
  @Override
  void close();
}
