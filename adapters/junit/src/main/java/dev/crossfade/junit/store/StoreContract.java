package dev.crossfade.junit.store;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * What every store must do to take part in a migration, tested by its behaviour. A store's tests
 * extend it:
 *
 * <pre>{@code
 * class SqliteStoreContractTest extends StoreContract {
 *   @Override
 *   protected ContractEnvironment environment() {
 *     return new SqliteEnvironment();
 *   }
 * }
 * }</pre>
 *
 * <p>Every test has an environment and a connected store of its own. Tests with chance in them
 * print their seed and take it from the system property {@code crossfade.test.seed}. What a store
 * may do otherwise is declared in its {@link ContractEnvironment}, with the reason.
 *
 * <p>One theme to a nested class, each in a file of its own. Some bear the tag {@code exhaustive}:
 * a build in a hurry may leave them out, one before a release may not.
 */
public abstract class StoreContract {
  /** For subclasses. */
  protected StoreContract() {}

  /** A new environment; the suite closes it after the test. */
  protected abstract ContractEnvironment environment();

  /** Steps 1 and 2. */
  @Nested
  class Writes extends WriteContract {
    Writes() {
      super(StoreContract.this::environment);
    }
  }

  /** Steps 1 and 2 in a transaction of the application's. */
  @Tag("exhaustive")
  @Nested
  class Joining extends JoinContract {
    Joining() {
      super(StoreContract.this::environment);
    }
  }

  /** Marks of copies, and step 4. */
  @Nested
  class Finishing extends FinishContract {
    Finishing() {
      super(StoreContract.this::environment);
    }
  }

  /** What a repair chooses, parks, counts and recalls. */
  @Nested
  class Repairing extends RepairContract {
    Repairing() {
      super(StoreContract.this::environment);
    }
  }

  /** Step 3. */
  @Nested
  class Applying extends ApplyContract {
    Applying() {
      super(StoreContract.this::environment);
    }
  }

  /** Step 3 for a range. */
  @Nested
  class Loading extends LoadContract {
    Loading() {
      super(StoreContract.this::environment);
    }
  }

  /** What a rehearsal asks and leaves. */
  @Tag("exhaustive")
  @Nested
  class Rehearsing extends RehearsalContract {
    Rehearsing() {
      super(StoreContract.this::environment);
    }
  }

  /** Incarnations. */
  @Nested
  class Fencing extends FencingContract {
    Fencing() {
      super(StoreContract.this::environment);
    }
  }

  /** Control rows and evidence. */
  @Nested
  class Control extends ControlContract {
    Control() {
      super(StoreContract.this::environment);
    }
  }

  /** What repositories inherit. */
  @Nested
  class Repositories extends RepositoryContract {
    Repositories() {
      super(StoreContract.this::environment);
    }
  }

  /** What refused writes are called and say. */
  @Nested
  class Failures extends FailureContract {
    Failures() {
      super(StoreContract.this::environment);
    }
  }

  /** Key order. */
  @Tag("exhaustive")
  @Nested
  class Order extends OrderContract {
    Order() {
      super(StoreContract.this::environment);
    }
  }

  /** Values of every type. */
  @Tag("exhaustive")
  @Nested
  class Values extends ValueContract {
    Values() {
      super(StoreContract.this::environment);
    }
  }

  /** Effects a database has on its own. */
  @Tag("exhaustive")
  @Nested
  class Cascades extends CascadeContract {
    Cascades() {
      super(StoreContract.this::environment);
    }
  }

  /** Many at once. */
  @Nested
  class Concurrency extends ConcurrencyContract {
    Concurrency() {
      super(StoreContract.this::environment);
    }
  }

  /** Connect, catalogue, close. */
  @Nested
  class Lifecycle extends LifecycleContract {
    Lifecycle() {
      super(StoreContract.this::environment);
    }
  }
}
