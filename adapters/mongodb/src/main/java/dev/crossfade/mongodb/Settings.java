package dev.crossfade.mongodb;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCredential;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a store is opened with. Immutable.
 *
 * @param url where the servers are; may hold a password, so it is never shown
 * @param database the database's name
 * @param name what messages call the store
 * @param credential who logs in; null for whom the URL names, if any
 * @param operationLimit how long one command may take, its wait for a connection included; the
 *     server gives it up itself
 * @param lease how long this process may be silent before others go on without it
 * @param watchInterval how often it looks whether somebody wants to change the stage, or to fence
 * @param exclusionLimit how long a change of a control row may keep writers waiting
 * @param weakAllowed whether a deployment that may lose what it has acknowledged is accepted
 */
record Settings(
    ConnectionString url,
    String database,
    String name,
    @Nullable MongoCredential credential,
    Duration operationLimit,
    Duration lease,
    Duration watchInterval,
    Duration exclusionLimit,
    boolean weakAllowed) {
  /** Nothing that may be secret. */
  @Override
  public String toString() {
    return name;
  }
}
