package dev.crossfade.jooq.codegen.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.project.MavenProject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The goal as Maven runs it, without a Maven around it; modules of this build run it inside one.
 */
class GenerateMojoTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  @TempDir Path output;

  @Test
  void whatIsGeneratedIsCompiledAndGeneratedOnce() throws Exception {
    GenerateMojo mojo = mojo("music");
    mojo.excludes = List.of("audit");
    mojo.execute();
    Path table = output.resolve("com/example/generated/tables/Artist.java");
    assertThat(table).exists();
    assertThat(table.resolveSibling("Audit.java")).doesNotExist();
    assertThat(mojo.project.getCompileSourceRoots()).containsExactly(output.toString());

    FileTime longAgo = FileTime.fromMillis(0);
    Files.setLastModifiedTime(table, longAgo);
    mojo.execute();
    assertThat(Files.getLastModifiedTime(table)).isEqualTo(longAgo);
    assertThat(mojo.project.getCompileSourceRoots()).containsExactly(output.toString());
  }

  @Test
  void aMigrationThatFailsIsNamedWithItsLine() {
    assertThatThrownBy(() -> mojo("broken").execute())
        .isInstanceOf(MojoFailureException.class)
        .hasMessageStartingWith(
            "migration V2__typo.sql failed at line 3: type \"bigimt\" does not exist")
        .hasMessageContaining(RESOURCES.resolve("broken/V2__typo.sql").toAbsolutePath().toString());
  }

  @Tag("exhaustive")
  @Test
  void whatIsMissingOrWrongFailsTheBuild() {
    GenerateMojo nowhere = mojo("nowhere");
    assertThatThrownBy(nowhere::execute)
        .isInstanceOf(MojoFailureException.class)
        .hasMessageStartingWith("no migrations found: ");
    GenerateMojo wrong = mojo("music");
    wrong.packageName = "no package";
    assertThatThrownBy(wrong::execute)
        .isInstanceOf(MojoFailureException.class)
        .hasMessage("packageName: 'no package' is no package name");
  }

  @Tag("exhaustive")
  @Test
  void aMappingOfTablesGoesWithALegacySchema() throws Exception {
    Path mapping =
        Files.writeString(
            output.resolve("crossfade.yaml"),
            "crossfade: {migrations: {music: {tables: {artist: {from: Artist}}}}}");
    GenerateMojo mojo = mojo("music");
    mojo.mapping = mapping.toFile();
    assertThatThrownBy(mojo::execute)
        .isInstanceOf(MojoFailureException.class)
        .hasMessageContaining("legacySchema");
  }

  @Tag("exhaustive")
  @Test
  void skippedItLeavesWhatIsThereToTheCompiler() throws Exception {
    GenerateMojo mojo = mojo("nowhere");
    mojo.skip = true;
    mojo.execute();
    assertThat(output).isEmptyDirectory();
    assertThat(mojo.project.getCompileSourceRoots()).containsExactly(output.toString());
  }

  @Tag("exhaustive")
  @Test
  void theDescriptorSaysWhatMavenMustKnow() throws Exception {
    Document descriptor;
    try (InputStream file = GenerateMojo.class.getResourceAsStream("/META-INF/maven/plugin.xml")) {
      descriptor = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
    }
    assertThat(text(descriptor.getDocumentElement(), "goalPrefix")).isEqualTo("crossfade");
    Element goal = (Element) descriptor.getElementsByTagName("mojo").item(0);
    assertThat(text(goal, "goal")).isEqualTo("generate");
    assertThat(text(goal, "phase")).isEqualTo("generate-sources");
    assertThat(text(goal, "threadSafe")).isEqualTo("true");
  }

  private static String text(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    return found.item(0).getTextContent();
  }

  private GenerateMojo mojo(String migrations) {
    GenerateMojo mojo = new GenerateMojo();
    mojo.migrations = List.of(RESOURCES.resolve(migrations).toFile());
    mojo.packageName = "com.example.generated";
    mojo.outputDirectory = output.toFile();
    mojo.project = new MavenProject();
    return mojo;
  }
}
