package dev.crossfade.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.crossfade.ConfigurationException;
import dev.crossfade.GateSettings;
import dev.crossfade.Settings;
import dev.crossfade.Stage;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sources say, and which of them counts. */
class ReadingTest {
  @TempDir Path folder;
  private Given given;

  @BeforeEach
  void begin() {
    given = new Given(folder);
  }

  @Test
  void withoutAnythingTheDefaultsHold() {
    assertThat(given.load().settings()).isEqualTo(Settings.defaults());
  }

  @Test
  void everySettingHasItsKey() {
    given.yaml(
        """
        crossfade:
          instance: shop-1
          secondary-wait: 250ms
          secondary: required
          secondary-limit: 1500ms
          secondary-threads: 3
          secondary-queue: 4
          shadow-sampling: 0.5
          shadow-threads: 5
          shadow-queue: 6
          repair-mismatches: yes
          write-wait: 3s
          switch-limit: PT2.5S
          heartbeat: 2s
          lease: 1m
          backfill-chunk: 1_000
          backfill-lanes: 8
          backfill-rate: 9_000
          backfill-space: 1.5
          backfill-indexes-last: yes
          verification-threads: 8
          verification-rate: 900
          park-after: 7
          rehearsal-sampling: 0.25
          rehearsal-limit: 100ms
          actor: ann
          audit-retention: 30d
          rollback-window: 14d
          gates:
            verification-age: 1h
            compared-reads: 2
            mismatch-share: 0.3
            shadow-time: 4h
            rehearsed-writes: 5
            backup-age: 6h
          migrations:
            tokens:
              stage: off
            user-events:
              stage: dual-write
        """);
    assertThat(given.load().settings())
        .isEqualTo(
            new Settings(
                "shop-1",
                Duration.ofMillis(250),
                Settings.Secondary.REQUIRED,
                Duration.ofMillis(1500),
                3,
                4,
                0.5,
                5,
                6,
                true,
                Duration.ofSeconds(3),
                Duration.ofMillis(2500),
                Duration.ofSeconds(2),
                Duration.ofMinutes(1),
                1000,
                8,
                9000,
                1.5,
                true,
                8,
                900,
                7,
                0.25,
                Duration.ofMillis(100),
                "ann",
                new GateSettings(
                    Duration.ofHours(1), 2, 0.3, Duration.ofHours(4), 5, Duration.ofHours(6)),
                Duration.ofDays(30),
                Duration.ofDays(14),
                Map.of("tokens", Stage.OFF, "user-events", Stage.DUAL_WRITE)));
    // A new setting must get its key.
    assertThat(
            Stream.concat(
                SettingKeys.ALL.stream().map(SettingKeys.Setting::name), Stream.of("stages")))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Settings.class, GateSettings.class)
                .flatMap(type -> Stream.of(type.getRecordComponents()))
                .map(RecordComponent::getName)
                .filter(name -> !name.equals("gates"))
                .toList());
  }

  @Test
  void durationsAreWrittenAsPeopleDo() {
    assertThat(Values.duration("250ms")).isEqualTo(Duration.ofMillis(250));
    assertThat(Values.duration("1.5s")).isEqualTo(Duration.ofMillis(1500));
    assertThat(Values.duration("5 min")).isEqualTo(Duration.ofMinutes(5));
    assertThat(Values.duration("5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(Values.duration("2h")).isEqualTo(Duration.ofHours(2));
    assertThat(Values.duration("7d")).isEqualTo(Duration.ofDays(7));
    assertThat(Values.duration("P1DT2H")).isEqualTo(Duration.ofHours(26));
    assertThat(Values.duration("0")).isEqualTo(Duration.ZERO);
    for (String no :
        new String[] {"5", "1 week", "-1s", "1s 2ms", "P", "s", "99999999999999999d"}) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> Values.duration(no))
          .withMessageStartingWith("'" + no + "' is no duration");
    }
    for (Duration each :
        new Duration[] {
          Duration.ZERO,
          Duration.ofMillis(1500),
          Duration.ofSeconds(90),
          Duration.ofMinutes(61),
          Duration.ofHours(25),
          Duration.ofDays(7)
        }) {
      assertThat(Values.duration(Values.show(each))).isEqualTo(each);
    }
  }

  @Test
  void theNearerSourceCounts() {
    given.yaml("crossfade:\n  park-after: 1\n");
    assertThat(given.load().settings().parkAfter()).isEqualTo(1);
    given.properties("crossfade.park-after=2\n");
    assertThat(given.load().settings().parkAfter()).isEqualTo(2);
    given.value("crossfade.park-after", "3");
    assertThat(given.load().settings().parkAfter()).isEqualTo(3);
    given.variable("CROSSFADE_PARK_AFTER", "4");
    assertThat(given.load().settings().parkAfter()).isEqualTo(4);
    given.systemProperty("crossfade.park-after", "5");
    assertThat(given.load().settings().parkAfter()).isEqualTo(5);
  }

  @Test
  void aProfileIsAKeyOrAFile() {
    given.yaml(
        """
        crossfade:
          park-after: 1
          secondary-threads: 11
        "%prod":
          crossfade:
            park-after: 2
            secondary-threads: 12
        "%test.crossfade.park-after": 3
        """);
    given.file("crossfade-prod.yaml", "crossfade.secondary-threads: 13\n");
    assertThat(given.load().settings().parkAfter()).isEqualTo(1);
    assertThat(given.load().settings().secondaryThreads()).isEqualTo(11);

    given.profiles("prod");
    assertThat(given.load().settings().parkAfter()).isEqualTo(2);
    assertThat(given.load().settings().secondaryThreads()).isEqualTo(13);

    given.profiles("prod", "test");
    assertThat(given.load().settings().parkAfter()).isEqualTo(3);
    given.variable("CROSSFADE_PARK_AFTER", "4");
    assertThat(given.load().settings().parkAfter()).isEqualTo(4);
  }

  @Test
  void theProfileComesFromTheProcess() {
    given.yaml("crossfade:\n  park-after: 1\n\"%a\":\n  crossfade.park-after: 2\n");
    given.file("crossfade-b.yaml", "crossfade:\n  park-after: 3\n");
    given.variable("CROSSFADE_PROFILE", "a");
    assertThat(given.load().settings().parkAfter()).isEqualTo(2);
    given.systemProperty("crossfade.profile", "a, b");
    assertThat(given.load().settings().parkAfter()).isEqualTo(3);
  }

  @Test
  void placeholdersAreFilledIn() {
    given
        .yaml(
            """
            crossfade:
              instance: ${HOST}-${crossfade.park-after}-${NONE:x}-a$$b
              park-after: 7
            """)
        .variable("HOST", "h$1${no}");
    assertThat(given.load().settings().instance()).isEqualTo("h$1${no}-7-x-a$b");
  }

  @Test
  void theEnvironmentNamesMigrationsToo() {
    given
        .yaml("crossfade:\n  migrations:\n    user-events:\n      stage: off\n")
        .variable("CROSSFADE_MIGRATIONS_USER_EVENTS_STAGE", "shadow")
        .variable("CROSSFADE_MIGRATIONS_AUDIT_LOG_STAGE", "live");
    assertThat(given.load().settings().stages())
        .isEqualTo(Map.of("user-events", Stage.SHADOW, "audit_log", Stage.LIVE));
  }

  @Test
  void namesWithDotsAreQuoted() {
    given.yaml(
        """
        crossfade:
          migrations:
            "a.b": {stage: live}
            no: {stage: off}
        """);
    given.properties("crossfade.migrations.\"c.d\".stage=shadow\n");
    assertThat(given.load().settings().stages())
        .isEqualTo(Map.of("a.b", Stage.LIVE, "no", Stage.OFF, "c.d", Stage.SHADOW));
  }

  @Test
  void anchorsAndMergesAreYaml() {
    given.yaml(
        """
        usual: &usual
          park-after: 3
          secondary-threads: 3
        crossfade:
          secondary-threads: 4
          <<: *usual
        """);
    assertThat(given.load().settings().parkAfter()).isEqualTo(3);
    assertThat(given.load().settings().secondaryThreads()).isEqualTo(4);
  }

  @Test
  void whatIsSomebodyElsesIsLeftAlone() {
    given
        .yaml("server:\n  port: 8080\n  list: [1, 2]\ncrossfade:\n  legacy:\n  park-after: 3\n")
        .variable("CROSSFADE_SERVICE_HOST", "10.0.0.1")
        .variable("CROSSFADE_TARGET_PORT_5432_TCP_ADDR", "10.0.0.1")
        .variable("CROSSFADE_IMAGE", "shop:1")
        .systemProperty("crossfade.test.postgres", "jdbc:…");
    assertThat(given.load().settings().parkAfter()).isEqualTo(3);
  }

  @Test
  void aFileThatMustBeThereMustBeThere() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> CrossfadeConfig.load(folder.resolve("none.yaml")))
        .withMessage("there is no file " + folder.resolve("none.yaml"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> CrossfadeConfig.load(folder.resolve("crossfade.json")))
        .withMessageContaining("must end in .yaml, .yml or .properties");
  }

  @Test
  void theMappingOfTablesIsForOthersToRead() {
    given.yaml(
        """
        crossfade:
          migrations:
            music:
              stage: shadow
              tables:
                artist:
                  key: [artist_id]
                  ignore: [LegacyOnly]
                  columns:
                    artist_id: ArtistId
                    since: {from: Since, convert: timestamp-text}
            books:
              tables:
                author:
            films:
              tables:
        crossfade.migrations.plays.tables:
          act: {from: Act}
        """);
    assertThat(given.load().settings().stages()).containsExactly(Map.entry("music", Stage.SHADOW));
  }
}
