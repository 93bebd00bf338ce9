package dev.crossfade.junit.app;

import dev.crossfade.CrossfadeException;
import dev.crossfade.CrossfadeException.Outcome;
import dev.crossfade.store.Change;
import dev.crossfade.store.ControlTable;
import dev.crossfade.store.Instances;
import dev.crossfade.store.JoinedTransaction;
import dev.crossfade.store.Journal;
import dev.crossfade.store.Load;
import dev.crossfade.store.Loaded;
import dev.crossfade.store.Mark;
import dev.crossfade.store.Notices;
import dev.crossfade.store.Rehearsal;
import dev.crossfade.store.Room;
import dev.crossfade.store.RowState;
import dev.crossfade.store.RowWrite;
import dev.crossfade.store.Store;
import dev.crossfade.store.StoreRepository;
import dev.crossfade.store.UnitBody;
import dev.crossfade.store.Written;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store that keeps a {@link Recording} of what the library says it changes. Safe for use by many
 * threads.
 */
final class RecordedStore implements Store {
  private final Store delegate;
  private final Recording recording;
  private volatile boolean asked;

  RecordedStore(Store delegate, Recording recording) {
    this.delegate = delegate;
    this.recording = recording;
  }

  /** Whether anybody has connected it. */
  boolean wasAsked() {
    return asked;
  }

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public void connect() {
    asked = true;
    delegate.connect();
  }

  @Override
  public void reach() {
    delegate.reach();
  }

  @Override
  public List<String> problems(Collection<? extends StoreRepository<?, ?>> repositories) {
    List<String> problems = delegate.problems(repositories);
    if (problems.isEmpty()) {
      recording.watch(repositories);
    }
    return problems;
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
    long begun = recording.begin();
    List<RowState<?, ?>> meant = new ArrayList<>();
    try {
      return recorded(begun, delegate.<R, X>write(mark, () -> remembering(meant, body)));
    } catch (CrossfadeException e) {
      throw unknown(begun, meant, e);
    }
  }

  /** Also says what it has recorded, in case that nobody learns what became of it. */
  private <R extends @Nullable Object, X extends Exception> R remembering(
      List<RowState<?, ?>> meant, UnitBody<R, X> body) throws X {
    meant.clear();
    R result = body.run();
    meant.addAll(delegate.recorded());
    return result;
  }

  /** The store alone knows the keys it gives and what it cascades to: all is excused. */
  @Override
  public <T, K> Written<Object> writeRow(
      Mark mark, StoreRepository<T, K> repository, RowWrite<T, K> write) {
    long begun = recording.begin();
    try {
      return recorded(begun, delegate.writeRow(mark, repository, write));
    } catch (CrossfadeException e) {
      if (e.outcome() == Outcome.UNKNOWN) {
        recording.excuse(begun);
      }
      throw e;
    }
  }

  @Override
  public JoinedTransaction join(Connection connection) {
    return new RecordedTransaction(delegate.join(connection));
  }

  /** Nobody here hears of the commit: what a run changes is seen at some time, or never. */
  private final class RecordedTransaction implements JoinedTransaction {
    private final JoinedTransaction joined;

    RecordedTransaction(JoinedTransaction joined) {
      this.joined = joined;
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R run(Mark mark, UnitBody<R, X> body)
        throws X {
      long begun = recording.begin();
      List<RowState<?, ?>> meant = new ArrayList<>();
      try {
        return joined.<R, X>run(mark, () -> remembering(meant, body));
      } finally {
        recording.perhapsLater(begun, meant);
      }
    }

    @Override
    public List<Marked> marked() {
      return joined.marked();
    }

    @Override
    public boolean outlastsChange() {
      return joined.outlastsChange();
    }
  }

  @Override
  public void apply(Change change) {
    long begun = recording.begin();
    try {
      delegate.apply(change);
      recording.end(begun, change.states());
    } catch (CrossfadeException e) {
      throw unknown(begun, change.states(), e);
    }
  }

  /** What only this store had and is deleted is recorded before, as if it were known to go. */
  @Override
  public <T, K> Loaded load(Load<T, K> load) {
    long begun = recording.begin();
    List<RowState<?, ?>> states =
        load.states(load.without(load.repository().keysBetween(load.after(), load.to())));
    try {
      Loaded loaded = delegate.load(load);
      recording.end(begun, states);
      return loaded;
    } catch (CrossfadeException e) {
      throw unknown(begun, states, e);
    }
  }

  @Override
  public void analyze(Collection<? extends StoreRepository<?, ?>> repositories) {
    delegate.analyze(repositories);
  }

  @Override
  public List<String> preflight(
      Collection<? extends StoreRepository<?, ?>> repositories, boolean dropsIndexes) {
    return delegate.preflight(repositories, dropsIndexes);
  }

  @Override
  public Room room(Collection<? extends StoreRepository<?, ?>> repositories) {
    return delegate.room(repositories);
  }

  /** What was rehearsed and rolled back has left nothing to be recorded. */
  @Override
  public void apply(Change change, Rehearsal rehearsal) {
    long begun = recording.begin();
    try {
      delegate.apply(change, rehearsal);
      recording.end(begun, change.states());
    } catch (CrossfadeException e) {
      throw unknown(begun, change.states(), e);
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

  private <R extends @Nullable Object> Written<R> recorded(long begun, Written<R> written) {
    recording.end(begun, written.states());
    return written;
  }

  private CrossfadeException unknown(long begun, List<RowState<?, ?>> meant, CrossfadeException e) {
    if (e.outcome() == Outcome.UNKNOWN) {
      recording.endUnknown(begun, meant);
    }
    return e;
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
