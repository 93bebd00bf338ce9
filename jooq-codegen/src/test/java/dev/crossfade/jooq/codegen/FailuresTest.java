package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to fail says where and what to do, and leaves no server behind. */
final class FailuresTest {
  @TempDir Path temp;

  @Test
  void aBrokenMigrationIsNamedWithLineAndStatement() {
    assertThatThrownBy(() -> generator(JooqGeneratorTest.resource("broken")).build().generate())
        .isInstanceOf(CodegenException.class)
        .hasMessageStartingWith(
            "migration V2__typo.sql failed at line 6: column \"scoer\" does not exist (SQLState 42703)")
        .hasMessageContaining("statement (from line 4): create view best as")
        .hasMessageContaining("V2__typo.sql");
  }

  @Test
  void aMisnamedMigrationIsNamed() throws IOException {
    migration("V1_one_underscore.sql", "create table a (id int);");
    assertThatThrownBy(() -> generator(temp.resolve("migrations")).build().generate())
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("V1_one_underscore.sql");
  }

  @Test
  void noFolder() {
    assertThatThrownBy(() -> generator(temp.resolve("nowhere")).build().generate())
        .isInstanceOf(CodegenException.class)
        .hasMessage("no migrations found: " + temp.resolve("nowhere") + " is not a folder");
  }

  @Tag("exhaustive")
  @Test
  void noMigrations() throws IOException {
    migration("README.md", "none yet");
    assertThatThrownBy(() -> generator(temp.resolve("migrations")).build().generate())
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("no migrations found")
        .hasMessageContaining(temp.resolve("migrations").toString());
  }

  @Tag("exhaustive")
  @Test
  void aSchemaThatNoMigrationMakes() throws IOException {
    migration("V1__a.sql", "create schema app; create table app.a (id int);");
    assertThatThrownBy(
            () -> generator(temp.resolve("migrations")).schemas("app", "ap").build().generate())
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("schemas [ap] do not exist")
        .hasMessageContaining("there are [app, public]");
    assertThatThrownBy(() -> generator(temp.resolve("migrations")).build().generate())
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("schemas [public] hold no table");
  }

  @Tag("exhaustive")
  @Test
  void theOutputIsAFile() throws IOException {
    migration("V1__a.sql", "create table a (id int);");
    Path file = JooqGeneratorTest.write(temp.resolve("sources"), "a file");
    // Found out before a server is started: there would be no time for one.
    JooqGenerator generator =
        generator(temp.resolve("migrations")).startWait(Duration.ofNanos(1)).build();
    assertThatThrownBy(generator::generate)
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("output directory " + file + " cannot be written");
  }

  @Tag("exhaustive")
  @Test
  void aSecondRunForTheSamePackageInThisJvmIsRefused() throws IOException {
    migration("V1__a.sql", "create table a (id int);");
    JooqGenerator generator = generator(temp.resolve("migrations")).build();
    try (GeneratedSources running = GeneratedSources.lock(generator.settings())) {
      assertThatThrownBy(generator::generate)
          .isInstanceOf(CodegenException.class)
          .hasMessageContaining("x is being generated")
          .hasMessageContaining("by this JVM already");
      assertThat(running.match("anything")).isFalse();
    }
    assertThat(generator.generate()).isEqualTo(JooqGenerator.Outcome.GENERATED);
  }

  @Tag("exhaustive")
  @Test
  void aServerThatDoesNotStartInTimeIsEnded() {
    Path home = temp.resolve("home");
    assertThatThrownBy(() -> ThrowAwayPostgres.start(Duration.ofNanos(1), home))
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("did not start")
        .hasMessageContaining("longer start wait");
    assertThat(home).isEmptyDirectory();
    assertThat(postmasters(home)).isEmpty();
  }

  @Tag("exhaustive")
  @Test
  void settingsThatAreMissingAreAllNamed() {
    assertThatThrownBy(() -> JooqGenerator.builder().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not set: migrations, packageName, outputDirectory");
  }

  @Tag("exhaustive")
  @Test
  void settingsThatAreWrongAreRefusedAtOnce() {
    JooqGenerator.Builder builder = JooqGenerator.builder().schemas("app");
    assertThatThrownBy(() -> builder.packageName("com.example."))
        .hasMessageContaining("com.example.");
    assertThatThrownBy(() -> builder.include("(")).hasMessageContaining("include: '('");
    assertThatThrownBy(() -> builder.schemas("app")).hasMessageContaining("app was named before");
    assertThatThrownBy(() -> builder.startWait(Duration.ZERO)).hasMessageContaining("not positive");
  }

  @Tag("exhaustive")
  @Test
  void optionsThatAreWrongAreRefusedWithAllOptions() {
    for (String option : List.of("--packge=x", "--package", "--force=yes", "--start-wait=long")) {
      assertThatThrownBy(() -> Generate.generator(List.of(option)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(option)
          .hasMessageContaining("--history-table=NAME");
    }
  }

  @Tag("exhaustive")
  @Test
  void optionsReachTheGenerator() throws IOException {
    migration("V1__a.sql", "create schema app; create table app.${t} (id int);");
    Generate.main(
        new String[] {
          "--migrations=" + temp.resolve("migrations"),
          "--package=x",
          "--output=" + temp.resolve("sources"),
          "--schema=app",
          "--include=.*",
          "--exclude=nothing",
          "--placeholder=t=a",
          "--history-schema=public",
          "--history-table=h",
          "--start-wait=60",
          "--force"
        });
    assertThat(temp.resolve("sources/x/tables/A.java")).exists();
  }

  private JooqGenerator.Builder generator(Path migrations) {
    return JooqGenerator.builder()
        .migrations(migrations)
        .packageName("x")
        .outputDirectory(temp.resolve("sources"));
  }

  private void migration(String name, String sql) throws IOException {
    JooqGeneratorTest.write(temp.resolve("migrations").resolve(name), sql);
  }

  /** The servers whose data lies somewhere in {@code home}. */
  static Stream<ProcessHandle> postmasters(Path home) {
    String data = "-D " + home;
    // A process that one has just forked still bears its command line.
    return ProcessHandle.allProcesses()
        .filter(each -> names(each, data))
        .filter(each -> each.parent().filter(parent -> names(parent, data)).isEmpty());
  }

  private static boolean names(ProcessHandle process, String text) {
    return process.info().commandLine().filter(line -> line.contains(text)).isPresent();
  }
}
