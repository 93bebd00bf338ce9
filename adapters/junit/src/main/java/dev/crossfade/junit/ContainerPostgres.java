package dev.crossfade.junit;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container. The only class that names Testcontainers, which is optional: it is
 * loaded when one is asked for.
 */
final class ContainerPostgres {
  private ContainerPostgres() {}

  /** Starts it; Testcontainers removes it when this JVM ends, however it does. */
  @SuppressWarnings("resource") // lives as long as this JVM
  static PostgresAddress start(String image) {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      throw new IllegalStateException(
          "-D"
              + TestPostgres.CONTAINERS_PROPERTY
              + " is set, but no Docker answers: start it or set DOCKER_HOST; or leave the property"
              + " out for the embedded PostgreSQL; or name a server with -D"
              + TestPostgres.URL_PROPERTY);
    }
    PostgreSQLContainer container =
        new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"))
            .withUsername(PostgresServer.SUPERUSER)
            .withPassword("postgres")
            .withDatabaseName("postgres");
    // Testcontainers' own default command turns fsync off.
    container.setCommand("postgres", "-c", "max_connections=400");
    container.start();
    return new PostgresAddress(
        container.getHost(),
        container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
        container.getDatabaseName(),
        "",
        container.getUsername(),
        container.getPassword());
  }
}
