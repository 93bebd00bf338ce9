package dev.crossfade.jooq.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One source file in the making: its lines, and the imports that they turn out to need. Formatted
 * as google-java-format would.
 */
final class JavaFile {
  static final int WIDTH = 100;

  private final String packageName;
  private final String className;
  private final Set<String> neighbours;
  private final TreeMap<String, String> imports = new TreeMap<>();
  private final TreeSet<String> staticImports = new TreeSet<>();
  private final StringBuilder body = new StringBuilder();

  /**
   * @param neighbours simple names of the other classes of the package
   */
  JavaFile(String packageName, String className, Set<String> neighbours) {
    this.packageName = packageName;
    this.className = className;
    this.neighbours = neighbours;
  }

  String className() {
    return className;
  }

  /** What the file calls this class: its simple name, or all of it where that means another. */
  String type(String qualified) {
    int dot = qualified.lastIndexOf('.');
    if (dot < 0) {
      return qualified;
    }
    String home = qualified.substring(0, dot);
    String simple = qualified.substring(dot + 1);
    if (home.equals(packageName) || home.equals("java.lang")) {
      return simple;
    }
    boolean taken =
        simple.equals(className)
            || neighbours.contains(simple)
            || !imports.getOrDefault(simple, qualified).equals(qualified);
    if (!taken) {
      imports.put(simple, qualified);
    }
    return taken ? qualified : simple;
  }

  /** The type of a component, parameter or result that is never null. */
  String type(JavaType type) {
    return type.primitive() == null ? boxed(type) : type.primitive();
  }

  /** The same as an object, for type arguments. */
  String boxed(JavaType type) {
    String name = type(type.name());
    return type.element() == null ? name : name + "<" + boxed(type.element()) + ">";
  }

  /** The same where it may be null. */
  String nullable(JavaType type) {
    String annotation = "@" + type("org.jspecify.annotations.Nullable");
    String boxed = boxed(type);
    if (boxed.endsWith("[]")) {
      return boxed.substring(0, boxed.length() - 2) + " " + annotation + " []";
    }
    int dot = type(type.name()).lastIndexOf('.');
    return dot < 0
        ? annotation + " " + boxed
        : boxed.substring(0, dot + 1) + annotation + " " + boxed.substring(dot + 1);
  }

  /** A class literal. */
  String literal(JavaType type) {
    return type(type.name()) + ".class";
  }

  /** The same name without its class before it. */
  String staticMember(String qualifiedClass, String member) {
    staticImports.add(qualifiedClass + "." + member);
    return member;
  }

  JavaFile line(String line) {
    body.append(line).append('\n');
    return this;
  }

  JavaFile blank() {
    return line("");
  }

  JavaFile lines(List<String> lines) {
    lines.forEach(this::line);
    return this;
  }

  /** The whole file. */
  String text() {
    StringBuilder text = new StringBuilder("package " + packageName + ";\n\n");
    staticImports.forEach(name -> text.append("import static ").append(name).append(";\n"));
    if (!staticImports.isEmpty() && !imports.isEmpty()) {
      text.append('\n');
    }
    new TreeSet<>(imports.values())
        .forEach(name -> text.append("import ").append(name).append(";\n"));
    if (!staticImports.isEmpty() || !imports.isEmpty()) {
      text.append('\n');
    }
    return text.append(body).toString();
  }

  /**
   * {@code head(a, b)tail}, on one line if it fits, else with the arguments on the next, else with
   * one on each.
   */
  static List<String> call(int indent, String head, List<String> arguments, String tail) {
    String one = " ".repeat(indent) + head + "(" + String.join(", ", arguments) + ")" + tail;
    if (one.length() <= WIDTH || arguments.isEmpty()) {
      return List.of(one);
    }
    String deeper = " ".repeat(indent + 4);
    List<String> lines = new ArrayList<>();
    lines.add(" ".repeat(indent) + head + "(");
    String all = deeper + String.join(", ", arguments) + ")" + tail;
    if (all.length() <= WIDTH) {
      lines.add(all);
      return lines;
    }
    for (int i = 0; i < arguments.size(); i++) {
      lines.add(deeper + arguments.get(i) + (i < arguments.size() - 1 ? "," : ")" + tail));
    }
    return lines;
  }

  /** A text in quotes. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ') {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
