package dev.crossfade.examples.benchmarks;

import dev.crossfade.store.Change;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Instances;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Mark;
import dev.crossfade.store.Notices;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store that, once told so, takes over rows from the other one in no time, by forgetting them:
 * what a write costs beside it is then the cost of the primary and its journal.
 */
final class ImmediateStore implements Store {
  private final Store delegate;
  private volatile boolean forgetting;

  ImmediateStore(Store delegate) {
    this.delegate = delegate;
  }

  /** From now on; the two stores are not equal any more. */
  void forget() {
    forgetting = true;
  }

  @Override
  public void apply(Change change) {
    if (!forgetting) {
      delegate.apply(change);
    }
  }

  @Override
  public void apply(Change change, Rehearsal rehearsal) {
    if (!forgetting) {
      delegate.apply(change, rehearsal);
    }
  }

  @Override
  public Notices onControlChange(String migration, Runnable told) {
    return delegate.onControlChange(migration, told);
  }

  @Override
  public List<RowState<?, ?>> recorded() {
    return delegate.recorded();
  }

  @Override
  public JoinedTransaction join(Connection connection) {
    return delegate.join(connection);
  }

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public void connect() {
    delegate.connect();
  }

  @Override
  public void reach() {
    delegate.reach();
  }

  @Override
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    return delegate.problems(repositories);
  }

  @Override
  public String identity() {
    return delegate.identity();
  }

  @Override
  public boolean canBackUp() {
    return delegate.canBackUp();
  }

  @Override
  public void backUp(Path file) {
    delegate.backUp(file);
  }

  @Override
  public ControlTable control() {
    return delegate.control();
  }

  @Override
  public Instances instances() {
    return delegate.instances();
  }

  @Override
  public Journal journal() {
    return delegate.journal();
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> Written<R> write(
      Mark mark, UnitBody<R, X> body) throws X {
    return delegate.write(mark, body);
  }

  @Override
  public <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write) {
    return delegate.writeRow(mark, repository, write);
  }

  @Override
  public <S extends Store> S unwrap(Class<S> type) {
    return type.isInstance(this) ? type.cast(this) : delegate.unwrap(type);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
