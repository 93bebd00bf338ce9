package dev.crossfade.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;

/** Which JVMs share a server, and when it goes. The JVMs are real ones. */
@Tag("exhaustive")
class SharedPostgresTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir Path files;

  @Test
  void aSecondJvmOfTheBuildFindsTheSameServer() throws IOException {
    try (OtherJvm second = OtherJvm.start(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(second.ask("shared")).isEqualTo(TestPostgres.shared().toString());
    }
  }

  @Test
  void theForksOfABuildShareAServerWhichEndsWithTheBuild() throws IOException {
    assumeEmbedded();
    PostgresAddress server;
    try (OtherJvm build = OtherJvm.start(files)) {
      server = address(build.ask("fork shared"));
      assertThat(server.answers()).as("after its first fork has ended").isTrue();
      assertThat(address(build.ask("fork shared"))).isEqualTo(server);
      assertThat(address(build.ask("fork fork shared"))).isEqualTo(server);
    }
    assertEnds(server);
  }

  @Test
  void ofForksThatStartAtOnceOneStartsTheServer() throws IOException {
    assumeEmbedded();
    // Above them is this test's JVM, which has no server in their directory.
    List<OtherJvm> forks = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        OtherJvm fork = OtherJvm.start(files);
        forks.add(fork);
        fork.tell("shared");
      }
      List<String> answers = new ArrayList<>();
      for (OtherJvm each : forks) {
        answers.add(each.answer());
      }
      assertThat(answers).containsOnly(answers.get(0));
      assertThat(servers()).hasSize(1);
    } finally {
      for (OtherJvm each : forks) {
        each.close();
      }
    }
    owner().destroy();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(servers()).isEmpty());
  }

  @Test
  void aBuildKilledWithItsOwnerLeavesNothingToTheNext() throws IOException {
    assumeEmbedded();
    PostgresAddress left;
    try (OtherJvm killed = OtherJvm.start(files)) {
      left = address(killed.ask("fork shared"));
      ProcessHandle owner = owner();
      owner.destroyForcibly();
      await().atMost(LIMIT).until(() -> !owner.isAlive());
      killed.kill();
    }
    assertThat(left.answers()).as("the server of the killed").isTrue();

    PostgresAddress server;
    try (OtherJvm next = OtherJvm.start(files)) {
      server = address(next.ask("fork shared"));
      assertThat(server).isNotEqualTo(left);
      assertThat(left.answers()).isFalse();
    }
    assertEnds(server);
  }

  @Test
  void aServerThatDiedIsReplacedWithinTheBuild() throws IOException {
    assumeEmbedded();
    PostgresAddress second;
    try (OtherJvm build = OtherJvm.start(files)) {
      PostgresAddress first = address(build.ask("fork shared"));
      postmaster().destroyForcibly();
      await().atMost(LIMIT).until(() -> !first.answers());
      second = address(build.ask("fork shared"));
      assertThat(second.answers()).isTrue();
    }
    assertEnds(second);
  }

  @Test
  void withoutDockerTheWayOutIsNamed() throws IOException {
    assumeFalse(DockerClientFactory.instance().isDockerAvailable());
    try (OtherJvm other = OtherJvm.start(files)) {
      assertThat(other.ask("container postgres:18-alpine"))
          .contains("crossfade.test.containers is set, but no Docker answers")
          .contains("leave the property out")
          .contains("-Dcrossfade.test.postgres=jdbc:postgresql://")
          .contains("Its log: ");
    }
  }

  private static void assumeEmbedded() {
    assumeTrue(System.getProperty(TestPostgres.URL_PROPERTY) == null);
    assumeTrue(System.getProperty(TestPostgres.CONTAINERS_PROPERTY) == null);
  }

  /** Of what TestPostgres prints. */
  private static PostgresAddress address(String printed) {
    return PostgresAddress.parse(printed.replaceFirst(".* at ", ""));
  }

  private void assertEnds(PostgresAddress server) {
    await().atMost(LIMIT).until(() -> !server.answers());
    await().atMost(LIMIT).untilAsserted(() -> assertThat(servers()).isEmpty());
  }

  private ProcessHandle owner() throws IOException {
    return owner(servers().get(0));
  }

  private static ProcessHandle owner(Path server) throws IOException {
    Properties published = new Properties();
    try (Reader reader = Files.newBufferedReader(server.resolve("server.properties"))) {
      published.load(reader);
    }
    return ProcessHandle.of(Long.parseLong(published.getProperty("owner.pid"))).orElseThrow();
  }

  private ProcessHandle postmaster() throws IOException {
    Path pid = servers().get(0).resolve("data").resolve("postmaster.pid");
    return ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0))).orElseThrow();
  }

  private List<Path> servers() throws IOException {
    try (Stream<Path> homes = Files.list(files)) {
      Path home = homes.filter(each -> each.toString().contains("crossfade")).findFirst().get();
      try (Stream<Path> entries = Files.list(home)) {
        return entries
            .filter(each -> each.getFileName().toString().startsWith("shared-"))
            .filter(Files::isDirectory)
            .toList();
      }
    }
  }
}
