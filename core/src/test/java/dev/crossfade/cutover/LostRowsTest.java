package dev.crossfade.cutover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crossfade.Entity;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody else has is written whole, and a row a line. */
class LostRowsTest {
  @SuppressWarnings("ArrayRecordComponent") // bytes are a column like any other
  record Letter(String code, @Nullable String text, byte[] seal, BigDecimal postage) {}

  private static final Entity<Letter, String> LETTER =
      Entity.of(Letter.class).key("code", String.class).redacted("text").build();

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("lost.txt");
  }

  @Test
  void aRowIsALineWithAllItsContents() throws IOException {
    String text = "it's long: " + "x".repeat(500) + "\nsecond line\\";
    Letter letter = new Letter("a\nb", text, new byte[] {1, -1}, new BigDecimal("0.10"));
    try (LostRows lines = new LostRows(file)) {
      lines.write(LETTER, "a\nb", letter);
      lines.write(LETTER, "gone", null);
      lines.write(LETTER, "c", new Letter("c", null, new byte[0], BigDecimal.ONE));
    }
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "letter a\\nb: {code='a\\nb', text='it\\'s long: "
                + "x".repeat(500)
                + "\\nsecond line\\\\', seal=0x01ff, postage=0.10}",
            "letter gone: deleted",
            "letter c: {code='c', text=null, seal=0x, postage=1}");
  }

  @Test
  void whatWasForcedIsThereBeforeTheFileIsClosed() throws IOException {
    try (LostRows lines = new LostRows(file)) {
      lines.write(LETTER, "gone", null);
      lines.force();
      lines.force();
      assertThat(Files.readString(file)).startsWith("letter gone: deleted");
    }
  }

  @Test
  void aFileThatIsThereIsNotWrittenOver() throws IOException {
    Files.writeString(file, "of before");
    assertThatThrownBy(() -> new LostRows(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("of before");
  }
}
