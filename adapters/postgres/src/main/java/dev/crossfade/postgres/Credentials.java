package dev.crossfade.postgres;

/**
 * Who connects to PostgreSQL.
 *
 * @param user the role
 * @param password its password; empty if the server asks for none
 */
public record Credentials(String user, String password) {
  /** Without the password. */
  @Override
  public String toString() {
    return user;
  }
}
