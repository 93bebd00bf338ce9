package dev.crossfade.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.store.StoreProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused, how it is named, and what is never shown. */
class ProblemsTest {
  @TempDir Path folder;
  private Given given;

  @BeforeEach
  void begin() {
    given = new Given(folder);
  }

  @Test
  void whoRequiresTheSecondaryWaitsForIt() {
    given.yaml(
        """
        crossfade:
          secondary: required
          secondary-wait: 0
        """);
    assertThat(given.problems())
        .containsExactly(
            "crossfade.secondary-wait must be longer than zero where crossfade.secondary is"
                + " required: a write that does not wait cannot know whether the other store has it"
                + " (crossfade.yaml line 3, crossfade.yaml line 2)");
  }

  @Test
  void allIsSaidAtOnceWithPathAndPlace() {
    given
        .yaml(
            """
            crossfade:
              secondary-wait: soon
              secondary-wiat: 1s
              park-after: 0
              shadow-sampling: 1.5
              write-wait: 1s
              switch-limit: 2s
              heartbeat: 5s
              lease: 6s
              repair-mismatches: perhaps
              reread-every: PT-1S
              migrations:
                tokens:
                  stage: shadwo
              target:
                url: jdbc:postgresql://db/app
                pool:
                  size: 0
                  keep-alive: 10m
            """)
        .properties("crossfade.backfill-chunk=many\n")
        .variable("CROSSFADE_SECONDARY_THREADS", "x")
        .systemProperty("crossfade.shadow-queue", "-1");
    assertThat(given.problems())
        .containsExactlyInAnyOrder(
            "crossfade.secondary-wiat (crossfade.yaml line 3) is no setting; the nearest is"
                + " crossfade.secondary-wait",
            "crossfade.secondary-wait (crossfade.yaml line 2): 'soon' is no duration; write it with"
                + " its unit: 250ms, 1s, 5m, 2h, 7d, or PT1.5S",
            "crossfade.park-after must be at least 1, not 0 (crossfade.yaml line 4)",
            "crossfade.shadow-sampling must be from 0 to 1, not 1.5 (crossfade.yaml line 5)",
            "crossfade.switch-limit (PT2S) must not exceed crossfade.write-wait (PT1S): writes"
                + " would fail while a switch still hopes (crossfade.yaml line 6, crossfade.yaml"
                + " line 7)",
            "crossfade.lease (PT6S) must be at least twice the crossfade.heartbeat (PT5S), which"
                + " must be at least 1 ms (crossfade.yaml line 8, crossfade.yaml line 9)",
            "crossfade.repair-mismatches (crossfade.yaml line 10): 'perhaps' is neither yes nor no",
            "crossfade.migrations.tokens.stage (crossfade.yaml line 14): 'shadwo' is none of off,"
                + " dual_write, shadow, live, ramp_down, complete; the nearest is shadow",
            "crossfade.reread-every (crossfade.yaml line 11) must be 0 or at least 10ms, not PT-1S",
            "crossfade.target.pool.size must be at least 1, not 0",
            "crossfade.target.pool.keep-alive (600000 ms) must be less than"
                + " crossfade.target.pool.max-lifetime (300000 ms)",
            "crossfade.backfill-chunk (crossfade.properties line 1): 'many' is no whole number up"
                + " to 2147483647",
            "crossfade.secondary-threads (environment variable CROSSFADE_SECONDARY_THREADS): 'x' is"
                + " no whole number up to 2147483647",
            "crossfade.shadow-queue must be at least 1, not -1 (system property)");
  }

  @Test
  void aMisspeltKeyIsRefusedWithTheNearestWhereverItStands() {
    given.yaml(
        """
        crossfade:
          secondaryWait: 1s
          shadow: {sampling: 1}
          target:
            url: jdbc:postgresql://db/app
            statment-timeout: 1s
            monthly-partitions:
              scores: {colum: at, column: at}
        "%dev":
          crossfade:
            park-afer: 1
        """);
    given.properties("crossfade.heartbet=1s\n");
    given.value("crossfade.leese", "1s");
    given.systemProperty("crossfade.write.wait", "1s");
    given.variable("CROSSFADE_BACKFIL_CHUNK", "1").variable("CROSSFADE_TARGET_SIZE", "3");
    assertThat(given.problems())
        .containsExactlyInAnyOrder(
            "crossfade.secondaryWait (crossfade.yaml line 2) is no setting; the nearest is"
                + " crossfade.secondary-wait",
            "crossfade.shadow.sampling (crossfade.yaml line 3) is no setting; the nearest is"
                + " crossfade.shadow-sampling",
            "crossfade.target.statment-timeout (crossfade.yaml line 6) is no setting of a"
                + " PostgreSQL store; the nearest is crossfade.target.statement-timeout",
            "crossfade.target.monthly-partitions.scores.colum (crossfade.yaml line 8) is no setting"
                + " of a PostgreSQL store; the nearest is"
                + " crossfade.target.monthly-partitions.scores.column",
            "crossfade.park-afer (crossfade.yaml line 11) is no setting; the nearest is"
                + " crossfade.park-after",
            "crossfade.heartbet (crossfade.properties line 1) is no setting; the nearest is"
                + " crossfade.heartbeat",
            "crossfade.leese (the service) is no setting; the nearest is crossfade.lease",
            "crossfade.write.wait (system property) is no setting; the nearest is"
                + " crossfade.write-wait",
            "environment variable CROSSFADE_BACKFIL_CHUNK is no setting; the nearest is"
                + " CROSSFADE_BACKFILL_CHUNK",
            "environment variable CROSSFADE_TARGET_SIZE is no setting; the nearest is"
                + " CROSSFADE_TARGET_POOL_SIZE");
  }

  @Test
  void theRootAndSectionsAreCheckedToo() {
    given.yaml("crosfade:\n  park-after: 1\ncrossfade:\n  legacy: app.db\n  profile: prod\n");
    assertThat(given.problems())
        .containsExactlyInAnyOrder(
            "crosfade (crossfade.yaml line 2) is no root of settings; it is crossfade",
            "crossfade.legacy (crossfade.yaml line 4) is a section and has no value; it has"
                + " crossfade.legacy.url, crossfade.legacy.user, crossfade.legacy.password, …",
            "crossfade.profile (crossfade.yaml line 5) says which files are read, and cannot stand"
                + " in one; set the environment variable CROSSFADE_PROFILE or the system property"
                + " crossfade.profile");
  }

  @Test
  void namesOfOtherLibrariesAreTranslated() {
    given.yaml(
        """
        crossfade:
          target:
            url: jdbc:postgresql://db/app
            sslmode: require
            pool_size: 5
            pool:
              max_overflow: 10
              pool_timeout: 30
              pool-recycle: 1800
              pool_pre_ping: true
              maximumPoolSize: 5
              minimumIdle: 1
              keepaliveTime: 1m
        """);
    String pool = "crossfade.target.pool.";
    assertThat(given.problems())
        .hasSize(9)
        .anyMatch(p -> p.contains("target.sslmode") && p.contains("target.tls.mode is meant"))
        .anyMatch(p -> p.contains("target.pool_size") && p.contains(pool + "size is meant"))
        .anyMatch(p -> p.contains("max_overflow") && p.contains("there is no overflow"))
        .anyMatch(p -> p.contains("pool_timeout") && p.contains(pool + "connection-wait is meant"))
        .anyMatch(p -> p.contains("pool-recycle") && p.contains(pool + "max-lifetime is meant"))
        .anyMatch(p -> p.contains("pool_pre_ping") && p.contains("idle for more than 500 ms"))
        .anyMatch(p -> p.contains("maximumPoolSize") && p.contains(pool + "size is meant"))
        .anyMatch(p -> p.contains("keepaliveTime") && p.contains(pool + "keep-alive is meant"));
  }

  @Test
  void anotherKindsOptionsAreNone() {
    given.yaml("crossfade:\n  legacy:\n    url: app.db\n    user: app\n    pool: {size: 3}\n");
    assertThat(given.problems())
        .anyMatch(
            p ->
                p.startsWith(
                    "crossfade.legacy.user (crossfade.yaml line 4) is no setting of a SQLite"
                        + " store"))
        .anyMatch(
            p ->
                p.startsWith(
                    "crossfade.legacy.pool.size (crossfade.yaml line 5) is no setting of a SQLite"))
        .hasSize(2);
  }

  @Test
  void aUrlThatNobodyOpensNamesWhatThereIs() {
    given.yaml("crossfade:\n  legacy:\n    url: jdbc:mysql://db/app?password=hunter2\n");
    assertThat(given.problems())
        .containsExactly(
            "crossfade.legacy.url (crossfade.yaml line 3) begins with jdbc:mysql:, which no store"
                + " on the class path opens; these are known: "
                + String.join("; ", urlForms()));
    given.yaml("crossfade:\n  legacy:\n    readers: 3\n");
    assertThat(given.problems())
        .containsExactly("crossfade.legacy.url is missing; without it the rest says nothing");
  }

  private static String[] urlForms() {
    return ServiceLoader.load(StoreProvider.class).stream()
        .map(provider -> provider.get().urlForm())
        .toArray(String[]::new);
  }

  @Test
  void aStoreThatIsNotOnTheClassPathIsNamedByItsArtifact() {
    for (String[] each :
        new String[][] {
          {"jdbc:postgresql://db/app", "dev.crossfade:crossfade-postgres"},
          {"jdbc:sqlite:app.db", "dev.crossfade:crossfade-sqlite"},
          {"data/app.db", "dev.crossfade:crossfade-sqlite"}
        }) {
      given.yaml("crossfade:\n  target:\n    url: " + each[0] + "\n");
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
      try {
        assertThat(given.problems())
            .singleElement()
            .asString()
            .contains("crossfade.target.url (crossfade.yaml line 3) is opened by " + each[1]);
      } finally {
        thread.setContextClassLoader(before);
      }
    }
  }

  @Test
  void placeholdersThatCannotBeFilledInAreRefused() {
    given.yaml(
        """
        crossfade:
          instance: ${HOSTNAME}
          park-after: ${crossfade.secondary-threads}
          secondary-threads: ${crossfade.park-after}
        """);
    assertThat(given.problems())
        .anyMatch(
            p ->
                p.startsWith("crossfade.instance (crossfade.yaml line 2) holds ${HOSTNAME}, but")
                    && p.endsWith("set it, or give a default: ${HOSTNAME:…}"))
        .anyMatch(p -> p.startsWith("crossfade.park-after holds a placeholder that cannot"))
        .hasSize(3);
  }

  @Test
  void brokenFilesAreNamedWithTheLine() {
    given.yaml("crossfade:\n  park-after: 1\n\tlease: 1m\n");
    assertThat(given.problems())
        .singleElement()
        .asString()
        .startsWith("crossfade.yaml line 3, column 1, is no YAML: found character '\\t(TAB)'");
    given.yaml("crossfade:\n  park-after: 1\n  park-after: 2\n");
    assertThat(given.problems())
        .containsExactly("crossfade.park-after is in crossfade.yaml twice: lines 2 and 3");
    given.yaml("crossfade:\n  lease: [1m, 2m]\n");
    assertThat(given.problems())
        .containsExactly("crossfade.lease (crossfade.yaml line 2) is a list; no key has one");
    given.yaml("- crossfade\n");
    assertThat(given.problems())
        .containsExactly("crossfade.yaml holds no keys; it should begin with crossfade:");
    given.yaml("crossfade: &a\n  b: *a\n");
    assertThat(given.problems()).anyMatch(p -> p.endsWith("or an alias within itself"));
    given.yaml("a: 1\n---\nb: 2\n");
    assertThat(given.problems()).singleElement().asString().contains("is no YAML");
    given.yaml("").properties("crossfade.instance=\\u12\n");
    assertThat(given.problems())
        .singleElement()
        .asString()
        .contains("crossfade.properties is no properties file");
  }

  @Test
  void passwordsComeFromOnePlace() {
    Path secret = given.file("secret", "hunter2\n");
    given.file("empty", "\n");
    String target = "crossfade:\n  target:\n    url: jdbc:postgresql://db/app\n    user: app\n";
    given.yaml(target + "    password-file: " + secret + "\n");
    assertThat(password()).isEqualTo("hunter2");

    given.variable("CROSSFADE_TARGET_PASSWORD", "pa$$${x}");
    assertThat(given.problems())
        .containsExactly(
            "crossfade.target.password-file (crossfade.yaml line 5) is given, and"
                + " crossfade.target.password (environment variable CROSSFADE_TARGET_PASSWORD),"
                + " too; give one of them");
    given.yaml(target);
    assertThat(password()).isEqualTo("pa$$${x}");

    given = new Given(folder);
    given.yaml(target + "    password: ${DB_PASSWORD}\n").variable("DB_PASSWORD", "pa$$${x}");
    assertThat(password()).isEqualTo("pa$$${x}");
    given.yaml(target + "    password-file: " + folder.resolve("none") + "\n");
    assertThat(given.problems())
        .containsExactly(
            "crossfade.target.password-file (crossfade.yaml line 5): the file none cannot be read"
                + " (NoSuchFileException)");
    given.yaml(target + "    password-file: " + folder.resolve("empty") + "\n");
    assertThat(given.problems()).singleElement().asString().endsWith("the file empty is empty");
  }

  private String password() {
    return Reading.of(
            new Inputs(
                List.of(new Inputs.File(folder.resolve("crossfade.yaml"), true, false)),
                Map.of(),
                given.environment(),
                Map.of(),
                List.of(),
                ServiceLoader.load(StoreProvider.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList()),
            Map.of(
                new Inputs.File(folder.resolve("crossfade.yaml"), true, false),
                new Inputs.Content(given.read("crossfade.yaml"), null)))
        .target()
        .orElseThrow()
        .secret("password")
        .orElseThrow()
        .reveal();
  }

  @Test
  void nothingSecretIsShown() {
    String target = "crossfade:\n  target:\n    user: app\n    pool: {size: 0}\n";
    String url = "    url: jdbc:postgresql://db/app?password=hunter2\n";
    for (String broken :
        new String[] {
          target + url + "    password: 'hunter${hunter}'\n",
          target + url + "    password: 'hunter${hunter'\n",
          target + url + "    password: *hunter\n",
          target + url + "    password: !hunter x\n",
          target + url + "    password: !hunter!er x\n",
          target + url + "    password: 'hunter\n",
          target + url + "    password: \"hunter\\q\"\n",
          target + url + "    password: hunter: x\n",
          target + url + "    password: @hunter\n",
          target + url + "    password: [hunter2]\n",
          target + url + "    password: {hunter2: }\n",
          target + url + "    pasword: hunter2\n",
          target + url + "    password-file: " + given.file("secret", "hunter2") + "\n",
          target + "    url: jdbc:postgresql://db:hunter/app?password=hunter2\n",
          target
              + "    url: jdbc:postgresql://app:hunter2@db/app\n    owner: {password: hunter2}\n",
          target + "    url: jdbc:oracle:hunter2@db\n",
        }) {
      given.yaml(broken);
      assertThat(given.problems())
          .isNotEmpty()
          .allSatisfy(
              problem ->
                  assertThat(problem.replace("password.hunter2", "")).doesNotContain("hunter2"));
    }
    given.yaml(target.replace("size: 0", "size: 1") + url + "    password: hunter2\n");
    CrossfadeConfig config = given.load();
    assertThat(config.toString()).contains("crossfade.yaml").doesNotContain("hunter2");
    assertThat(config.target().toString()).doesNotContain("hunter2");
  }

  @Test
  void onlyTheMappingOfAMigrationIsForOthersToRead() {
    given
        .yaml(
            """
            crossfade:
              tables:
                artist: {from: Artist}
              migrations:
                music:
                  tabels:
                    artist: {from: Artist}
                books:
                  tables: all
                films:
                  tables: [film]
            "%prod":
              crossfade.migrations.music.tables:
                artist: {from: Artist}
            """)
        .properties("crossfade.migrations.music.tables.artist.from=Artist\n");
    assertThat(given.problems())
        .hasSize(6)
        .anyMatch(p -> p.startsWith("crossfade.tables.artist.from (crossfade.yaml line 3) is no"))
        .anyMatch(p -> p.startsWith("crossfade.migrations.music.tabels.artist.from"))
        .anyMatch(p -> p.startsWith("crossfade.migrations.books.tables (crossfade.yaml line 9)"))
        .anyMatch(p -> p.startsWith("crossfade.migrations.films.tables (crossfade.yaml line 11)"))
        .anyMatch(
            p ->
                p.startsWith(
                    "crossfade.migrations.music.tables.artist.from (crossfade.yaml line 14)"))
        .anyMatch(
            p ->
                p.startsWith(
                    "crossfade.migrations.music.tables.artist.from (crossfade.properties line 1)"));
  }
}
