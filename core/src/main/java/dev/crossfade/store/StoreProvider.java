package dev.crossfade.store;

import java.util.List;

/**
 * Opens a store that a configuration describes: found by {@link java.util.ServiceLoader}, so that
 * who reads configurations need not know the databases. An adapter names its provider in {@code
 * META-INF/services/dev.crossfade.store.StoreProvider}.
 *
 * <p>Implementations are stateless and safe for use by many threads.
 */
public interface StoreProvider {
  /** What its stores are called in messages and documentation, such as {@code PostgreSQL}. */
  String kind();

  /** How its URLs look, shown where a URL fits no provider. */
  String urlForm();

  /** Whether a store with this URL is one of its kind. Looks at the beginning only. */
  boolean opens(String url);

  /** The options that its stores have beside the URL, in the order in which they are explained. */
  List<StoreOption> options();

  /**
   * Everything that keeps {@link #open} from opening a store with these settings, each with the
   * path of its option and with what to do; empty if it can be opened. Contacts nobody and shows
   * neither passwords nor a URL's parameters.
   */
  List<String> problems(StoreSettings settings);

  /**
   * Makes a store; contacts nobody, as {@link Store#connect} does that.
   *
   * @param settings as {@link #problems} accepts them
   * @throws dev.crossfade.ConfigurationException if there are problems, with all of them
   */
  Store open(StoreSettings settings);
}
