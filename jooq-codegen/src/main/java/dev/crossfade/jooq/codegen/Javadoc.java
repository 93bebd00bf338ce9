package dev.crossfade.jooq.codegen;

import java.util.ArrayList;
import java.util.List;

/** Javadoc from sentences and from the comments of a schema, filled to the width of a line. */
final class Javadoc {
  private final int indent;
  private final List<String> paragraphs = new ArrayList<>();
  private final List<String> tags = new ArrayList<>();

  Javadoc(int indent, String first) {
    this.indent = indent;
    paragraphs.add(first);
  }

  Javadoc paragraph(String text) {
    paragraphs.add(text);
    return this;
  }

  Javadoc tag(String tag, String text) {
    tags.add("@" + tag + " " + text);
    return this;
  }

  /** A text of somebody else's, so that it shows as it is and ends nothing. */
  static String escaped(String text) {
    return text.strip()
        .replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "&#64;")
        .replace("{", "&#123;")
        .replace("}", "&#125;")
        .replace("*/", "*&#47;")
        .replace("\\", "&#92;");
  }

  /** A name of the database, which could hold anything. */
  static String code(String name) {
    String harmless = escaped(name);
    return harmless.contains("&") ? "<code>" + harmless + "</code>" : "{@code " + harmless + "}";
  }

  List<String> lines() {
    String margin = " ".repeat(indent);
    if (paragraphs.size() == 1 && tags.isEmpty()) {
      String one = margin + "/** " + paragraphs.get(0) + " */";
      if (one.length() <= JavaFile.WIDTH) {
        return List.of(one);
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(margin + "/**");
    for (int i = 0; i < paragraphs.size(); i++) {
      if (i > 0) {
        lines.add(margin + " *");
      }
      fill((i > 0 ? "<p>" : "") + paragraphs.get(i), "", lines);
    }
    if (!tags.isEmpty()) {
      lines.add(margin + " *");
    }
    tags.forEach(tag -> fill(tag, "    ", lines));
    lines.add(margin + " */");
    return lines;
  }

  private void fill(String text, String hanging, List<String> into) {
    String margin = " ".repeat(indent) + " * ";
    StringBuilder line = new StringBuilder(margin);
    boolean empty = true;
    for (String word : words(text)) {
      if (!empty && line.length() + 1 + word.length() > JavaFile.WIDTH) {
        into.add(line.toString());
        line = new StringBuilder(margin + hanging);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    into.add(line.toString());
  }

  private static List<String> words(String text) {
    return List.of(text.split(" "));
  }
}
