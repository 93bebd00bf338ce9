package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of docs/code-generation.md. */
final class WordsTest {
  @ParameterizedTest
  @CsvSource({
    "unit_price, UnitPrice",
    "UNIT_PRICE, UnitPrice",
    "unitPrice, UnitPrice",
    "Odd name, OddName",
    "2fa, _2fa",
    "trades_0001, Trades0001",
    "größe, Größe",
    "--, _unnamed"
  })
  void classNames(String name, String expected) {
    assertThat(Words.pascal(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "unit_price, unitPrice",
    "TrackId, trackId",
    "URL, url",
    "class, class_",
    "hashCode, hashCode_",
    "wait, wait_"
  })
  void componentNames(String name, String expected) {
    assertThat(Words.camel(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "albums, album",
    "playlist_tracks, playlist_track",
    "categories, category",
    "series, sery",
    "addresses, address",
    "boxes, box",
    "branches, branch",
    "address, address",
    "status, status",
    "analysis, analysis",
    "news, new",
    "s, s"
  })
  void singulars(String name, String expected) {
    assertThat(Words.singular(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"fooBar, foo_bar, true", "fooBar, FooBar, true", "a1, a_1, false"})
  void columnsThatBaseClassesFind(String component, String column, boolean found) {
    assertThat(Words.isFoundByName(component, column)).isEqualTo(found);
  }
}
