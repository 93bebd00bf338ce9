package dev.crossfade;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that are only read, and need no key: those of a view, a materialized view or a query of a
 * migration's tables. The stores' own tables make them, so nothing of them is written, journaled,
 * copied or verified; reads are routed by the stage and compared, as those of an {@link Entity}.
 *
 * <pre>{@code
 * static final View<LatestScore> LATEST =
 *     View.of(LatestScore.class).name("latest_token_scores").decimal("score", 4).lags().build();
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads. Views and entities of one {@link Crossfade} must
 * differ in name.
 *
 * @param <T> the record that holds a row
 */
public final class View<T> extends RowType<T> {
  private final boolean lagging;

  private View(String name, Class<T> type, List<Component> components, boolean lagging) {
    super(name, type, components);
    this.lagging = lagging;
  }

  /**
   * Begins the description of a view; its name is the record's simple name in snake case until
   * given.
   */
  public static <T extends Record> Builder<T> of(Class<T> type) {
    return new Builder<>(type);
  }

  /** Whether its rows may be older than those they are made of. */
  public boolean isLagging() {
    return lagging;
  }

  /** The same view under another name: one of several of the same shape. */
  public View<T> named(String otherName) {
    return new View<>(otherName, type(), components(), lagging);
  }

  /**
   * Describes a view. Not safe for use by several threads; what {@link #build} returns does not
   * change with it.
   *
   * @param <T> the record that holds a row
   */
  public static final class Builder<T> extends RowTypeBuilder<T, Builder<T>> {
    private boolean lagging;

    private Builder(Class<T> type) {
      super(type);
    }

    @Override
    Builder<T> self() {
      return this;
    }

    /**
     * Its rows may be older than those they are made of, as in a materialized view between two
     * refreshes: no sample of its reads is compared, because they differ without anybody's fault.
     * {@link ComparedReads} compares them all the same, at a moment of your choice.
     */
    public Builder<T> lags() {
      this.lagging = true;
      return this;
    }

    /**
     * The view.
     *
     * @throws ConfigurationException with everything that does not fit together
     */
    public View<T> build() {
      throwIfAny();
      List<Component> components = new ArrayList<>();
      for (RecordComponent component : known.values()) {
        components.add(
            new Component(
                component,
                components.size(),
                traits(component.getName(), false, false, false, false)));
      }
      return new View<>(name, type, components, lagging);
    }
  }
}
