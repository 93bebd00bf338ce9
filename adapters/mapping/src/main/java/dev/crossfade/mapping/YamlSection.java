package dev.crossfade.mapping;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A section of a YAML file: its keys with their places. Values are taken as they are written: in
 * YAML {@code off} and {@code yes} are ways to say false and true, here they are words.
 */
final class YamlSection {
  /** An alias within itself would not end otherwise. */
  private static final int DEEPEST = 30;

  /** A key and what it has; {@code plain} if it was written without quotes. */
  record Entry(String key, boolean plain, Node value, Place place) {}

  private final String file;
  private final String shown;
  private final Place place;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Findings findings;

  /**
   * Takes a section apart.
   *
   * @param shown how messages name it
   */
  YamlSection(String file, String shown, MappingNode node, Place place, Findings findings) {
    this.file = file;
    this.shown = shown;
    this.place = place;
    this.findings = findings;
    read(node, 0);
  }

  private void read(MappingNode node, int depth) {
    if (depth > DEEPEST) {
      findings.add(place, shown + " has an alias within itself");
      return;
    }
    Map<String, Place> seen = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Place here = new Place(file, line(tuple.getKeyNode()));
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        merge(tuple.getValueNode(), here, depth);
      } else if (tuple.getKeyNode() instanceof ScalarNode key) {
        Place before = seen.put(key.getValue(), here);
        if (before != null) {
          findings.add(
              here,
              shown + "." + key.getValue() + " is there twice, first at line " + before.line());
        }
        boolean plain = key.getScalarStyle() == ScalarStyle.PLAIN;
        entries.put(key.getValue(), new Entry(key.getValue(), plain, tuple.getValueNode(), here));
      } else {
        findings.add(here, "a key of " + shown + " must be plain text");
      }
    }
  }

  /** What is written beside {@code <<} counts more, before it or behind. */
  private void merge(Node value, Place here, int depth) {
    if (value instanceof MappingNode mapping) {
      Map<String, Entry> own = new LinkedHashMap<>(entries);
      read(mapping, depth + 1);
      entries.putAll(own);
    } else {
      findings.add(here, "<< in " + shown + " needs one alias of a section");
    }
  }

  Place place() {
    return place;
  }

  List<Entry> entries() {
    return new ArrayList<>(entries.values());
  }

  @Nullable Entry entry(String key) {
    return entries.get(key);
  }

  /** Adds a problem for each key that is none of these. */
  void allow(Set<String> keys) {
    for (Entry entry : entries.values()) {
      if (!keys.contains(entry.key())) {
        findings.add(
            entry.place(),
            shown + " has no key '" + entry.key() + "'" + Findings.nearest(entry.key(), keys));
      }
    }
  }

  /** The text of a key; null if it is not there, or is none. */
  @Nullable String text(String key) {
    Entry entry = entries.get(key);
    return entry == null ? null : text(entry).orElse(null);
  }

  /** The text of an entry; empty with a problem if it is none. */
  Optional<String> text(Entry entry) {
    if (entry.value() instanceof ScalarNode scalar && !isEmpty(scalar)) {
      return Optional.of(scalar.getValue());
    }
    findings.add(entry.place(), shown + "." + entry.key() + " needs one value");
    return Optional.empty();
  }

  /** Whether a key says yes; false if it is not there. */
  boolean yes(String key) {
    String text = text(key);
    if (text == null || text.equals("false") || text.equals("no")) {
      return false;
    } else if (!text.equals("true") && !text.equals("yes")) {
      findings.add(place(key), shown + "." + key + " is true or false, not '" + text + "'");
    }
    return true;
  }

  /** The names in a list, or the one that stands in its place. */
  List<TableRule.Named> names(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return List.of();
    }
    if (!(entry.value() instanceof SequenceNode list)) {
      return text(entry).stream().map(name -> new TableRule.Named(name, entry.place())).toList();
    }
    List<TableRule.Named> names = new ArrayList<>();
    for (Node node : list.getValue()) {
      Place here = new Place(file, line(node));
      if (node instanceof ScalarNode scalar && !isEmpty(scalar)) {
        names.add(new TableRule.Named(scalar.getValue(), here));
      } else {
        findings.add(here, shown + "." + key + " is a list of names");
      }
    }
    return names;
  }

  /** The section below a key; null if it is not there, or is none. */
  @Nullable YamlSection section(String key) {
    Entry entry = entries.get(key);
    return entry == null ? null : section(entry, shown + "." + key);
  }

  /** The section of an entry; null if it has no keys, with a problem if it has something else. */
  @Nullable YamlSection section(Entry entry, String called) {
    if (entry.value() instanceof MappingNode mapping) {
      return new YamlSection(file, called, mapping, entry.place(), findings);
    }
    if (!isEmpty(entry.value())) {
      findings.add(entry.place(), called + " is a section, and needs keys below it");
    }
    return null;
  }

  /** Where a key stands, or the section if it is not there. */
  Place place(String key) {
    Entry entry = entries.get(key);
    return entry == null ? place : entry.place();
  }

  static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
