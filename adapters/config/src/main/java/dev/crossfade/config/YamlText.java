package dev.crossfade.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.scanner.ScannerException;

/**
 * A YAML file as properties, with their lines. Values are taken as they are written: in YAML {@code
 * off} is a way to say false, here it is a stage. What the parser says is not repeated where it
 * could hold a piece of a password.
 */
final class YamlText {
  /** Deeper or more than any configuration; an alias within itself would not end otherwise. */
  private static final int DEEPEST = 30;

  private static final int MOST = 10_000;

  private final String shown;
  private final Problems problems;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private YamlText(String shown, Problems problems) {
    this.shown = shown;
    this.problems = problems;
  }

  /** Reads; adds what is wrong to the problems and leaves it out. */
  static YamlText of(String shown, String text, Problems problems) {
    YamlText yaml = new YamlText(shown, problems);
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
      yaml.root(root);
    } catch (MarkedYAMLException e) {
      problems.add(shown + where(e.getProblemMark()) + " is no YAML" + reason(e));
    } catch (YAMLException e) {
      problems.add(shown + " is no YAML: there is a character in it that YAML does not have");
    }
    return yaml;
  }

  Map<String, String> values() {
    return values;
  }

  Map<String, Integer> lines() {
    return lines;
  }

  private static String where(@Nullable Mark mark) {
    return mark == null
        ? ""
        : " line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ",";
  }

  private static String reason(MarkedYAMLException e) {
    return e instanceof ScannerException ? ": " + e.getProblem() : "; look before that place, too";
  }

  private void root(@Nullable Node root) {
    if (root instanceof MappingNode mapping) {
      mapping("", mapping, 0);
    } else if (root != null && !isEmpty(root)) {
      problems.add(shown + " holds no keys; it should begin with crossfade:");
    }
  }

  private void mapping(String path, MappingNode node, int depth) {
    if (depth > DEEPEST || lines.size() > MOST) {
      problems.add(shown + line(node) + " has too many keys, or an alias within itself");
      return;
    }
    Map<String, Integer> seen = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        merged(path, tuple.getValueNode(), depth);
      } else if (tuple.getKeyNode() instanceof ScalarNode key) {
        String name = path.isEmpty() ? name(key) : path + "." + name(key);
        Integer before = seen.put(name, lineOf(key));
        if (before != null) {
          problems.add(
              name + " is in " + shown + " twice: lines " + before + " and " + lineOf(key));
        }
        value(name, key, tuple.getValueNode(), depth);
      } else {
        problems.add(shown + line(tuple.getKeyNode()) + ": a key must be plain text");
      }
    }
  }

  /** What {@code <<} brings in; what is written beside it counts more, before it or behind. */
  private void merged(String path, Node node, int depth) {
    YamlText other = new YamlText(shown, problems);
    if (node instanceof MappingNode mapping) {
      other.mapping(path, mapping, depth + 1);
    } else {
      problems.add(shown + line(node) + ": << needs one alias of a section");
    }
    other.values.forEach(values::putIfAbsent);
    other.lines.forEach(lines::putIfAbsent);
  }

  private void value(String name, ScalarNode key, Node value, int depth) {
    if (isMapping(name) && (value instanceof MappingNode || isEmpty(value))) {
      return; // which table becomes which: for code generation, and nothing that is set here
    } else if (value instanceof MappingNode mapping) {
      mapping(name, mapping, depth + 1);
    } else if (value instanceof ScalarNode scalar) {
      lines.put(name, lineOf(key));
      if (!isEmpty(scalar)) {
        values.put(name, scalar.getValue());
      }
    } else if (Name.of(name).isOurs()) {
      problems.add(name + " (" + shown + line(key) + ") is a list; no key has one");
    }
  }

  /** {@code crossfade.migrations.*.tables}, whose keys and lists are another reader's. */
  private static boolean isMapping(String name) {
    Name path = Name.of(name);
    return path.profile() == null && SettingKeys.isMapping(path.segments());
  }

  private static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  /** Dots part, but not in quotes; a profile cannot be written without them. */
  private static String name(ScalarNode key) {
    boolean quoted = key.getScalarStyle() != ScalarStyle.PLAIN && !key.getValue().startsWith("%");
    return quoted ? Name.quoted(key.getValue()) : key.getValue();
  }

  private static int lineOf(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private static String line(Node node) {
    return " line " + lineOf(node);
  }

  /** For messages. */
  @Override
  public String toString() {
    return shown + " with " + new ArrayList<>(values.keySet());
  }
}
