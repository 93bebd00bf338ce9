package dev.crossfade.jooq.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A script as SQLite's shell reads it, cut into its statements. */
final class SqlScript {
  private final String text;
  private int at;

  /**
   * A statement.
   *
   * @param line on which it begins, from 1
   */
  record Statement(String sql, int line) {}

  private SqlScript(String text) {
    this.text = text;
  }

  static List<Statement> statements(String text) {
    return new SqlScript(text).statements();
  }

  private List<Statement> statements() {
    List<Statement> statements = new ArrayList<>();
    skipBlanks();
    while (at < text.length()) {
      int from = at;
      skipStatement();
      String sql = text.substring(from, at).strip();
      if (!sql.equals(";")) {
        statements.add(new Statement(sql, lineOf(from)));
      }
      skipBlanks();
    }
    return statements;
  }

  /** A trigger's body has statements of its own, and ends with END after one of them. */
  private void skipStatement() {
    List<String> words = new ArrayList<>();
    while (at < text.length()) {
      String token = token();
      if (token.equals(";")) {
        int size = words.size();
        boolean body = isTrigger(words);
        if (!body || (size > 1 && words.get(size - 1).equals("END") && after(words, size - 2))) {
          return;
        }
      }
      if (!token.isBlank()) {
        words.add(token.toUpperCase(Locale.ROOT));
      }
    }
  }

  private static boolean after(List<String> words, int place) {
    return words.get(place).equals(";");
  }

  private static boolean isTrigger(List<String> words) {
    return words.size() > 2
        && words.get(0).equals("CREATE")
        && words.subList(1, 3).contains("TRIGGER");
  }

  /** The next word, text, comment or sign; comments and blanks are blank. */
  private String token() {
    int from = at;
    char c = text.charAt(at);
    if (text.startsWith("--", at)) {
      moveBehind("\n", 2);
      return " ";
    } else if (text.startsWith("/*", at)) {
      moveBehind("*/", 2);
      return " ";
    } else if (c == '\'' || c == '"' || c == '`') {
      moveBehind(String.valueOf(c), 1);
      return "'";
    } else if (c == '[') {
      moveBehind("]", 1);
      return "'";
    } else if (Character.isLetterOrDigit(c) || c == '_') {
      while (at < text.length() && isWord(text.charAt(at))) {
        at++;
      }
      return text.substring(from, at);
    }
    at++;
    return String.valueOf(c);
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private void moveBehind(String end, int opening) {
    int found = text.indexOf(end, at + opening);
    at = found < 0 ? text.length() : found + end.length();
  }

  private void skipBlanks() {
    while (at < text.length()) {
      int from = at;
      if (!token().isBlank()) {
        at = from;
        return;
      }
    }
  }

  private int lineOf(int position) {
    return 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
  }
}
