package dev.crossfade.mapping;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.scanner.ScannerException;

/** Reads the tables of all migrations of one file. Used once, by one thread. */
final class MappingReader {
  private static final String MIGRATIONS = "crossfade.migrations";
  private static final Set<String> OF_MIGRATION = Set.of("stage", "tables");
  private static final Set<String> OF_TABLE =
      Set.of("from", "record", "key", "ignore", "triggers", "columns");
  private static final Set<String> OF_COLLECTION =
      Set.of("collection", "record", "key", "triggers", "columns");
  private static final Pattern CLASS_NAME = Pattern.compile("\\p{Lu}[A-Za-z0-9_]*");

  private final String file;
  private final Findings findings;
  private final List<MigrationMapping> migrations = new ArrayList<>();

  private MappingReader(String file, Findings findings) {
    this.file = file;
    this.findings = findings;
  }

  /**
   * Reads.
   *
   * @param file what messages call it
   */
  static MappingFile read(String file, String text) {
    Findings findings = new Findings();
    MappingReader reader = new MappingReader(file, findings);
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
      reader.root(root);
    } catch (MarkedYAMLException e) {
      findings.add(
          new Place(file, e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1),
          "no YAML" + reason(e));
    } catch (YAMLException e) {
      findings.add(
          new Place(file, 1), "no YAML: there is a character in it that YAML does not have");
    }
    findings.throwIfAny();
    return new MappingFile(file, reader.migrations);
  }

  private static String reason(MarkedYAMLException e) {
    return e instanceof ScannerException ? ": " + e.getProblem() : "; look before that line, too";
  }

  private void root(@Nullable Node root) {
    Place top = new Place(file, 1);
    if (root instanceof MappingNode mapping) {
      YamlSection all = new YamlSection(file, "the file", mapping, top, findings);
      below(all, "", MIGRATIONS).forEach(this::migration);
    } else if (root != null && !YamlSection.isEmpty(root)) {
      findings.add(top, "holds no keys; it should begin with crossfade:");
    }
  }

  /** The sections at a path, whose dots may be written as such or as sections. */
  private List<YamlSection> below(YamlSection section, String path, String wanted) {
    List<YamlSection> found = new ArrayList<>();
    for (YamlSection.Entry entry : section.entries()) {
      String here = path.isEmpty() ? entry.key() : path + "." + entry.key();
      if (here.equals(wanted)) {
        YamlSection last = section.section(entry, here);
        if (last != null) {
          found.add(last);
        }
      } else if (wanted.startsWith(here + ".") && entry.value() instanceof MappingNode) {
        YamlSection next = section.section(entry, here);
        if (next != null) {
          found.addAll(below(next, here, wanted));
        }
      }
    }
    return found;
  }

  private void migration(YamlSection section) {
    for (YamlSection.Entry entry : section.entries()) {
      String shown = MIGRATIONS + "." + entry.key();
      if (entry.value() instanceof ScalarNode) {
        continue; // music.stage, or what adapters/config has to judge
      }
      YamlSection migration = section.section(entry, shown);
      if (migration != null) {
        migration.allow(OF_MIGRATION);
        YamlSection tables = migration.section("tables");
        if (tables != null) {
          migrations.add(new MigrationMapping(entry.key(), tables(tables), tables.place()));
        }
      }
    }
  }

  private List<TableRule> tables(YamlSection tables) {
    List<TableRule> rules = new ArrayList<>();
    for (YamlSection.Entry entry : tables.entries()) {
      String shown = "table " + entry.key();
      YamlSection section = tables.section(entry, shown);
      if (section != null) {
        rules.add(table(entry.key(), section));
      } else if (YamlSection.isEmpty(entry.value())) {
        rules.add(
            new TableRule(
                entry.key(),
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                entry.place()));
      }
    }
    return rules;
  }

  private TableRule table(String name, YamlSection section) {
    String collection = section.text("collection");
    section.allow(section.entry("collection") == null ? OF_TABLE : OF_COLLECTION);
    String record = section.text("record");
    if (record != null && !CLASS_NAME.matcher(record).matches()) {
      findings.add(
          section.place("record"),
          "table "
              + name
              + ": record '"
              + record
              + "' is no class name; write it like InvoiceLine");
    }
    return new TableRule(
        name,
        collection == null ? section.text("from") : null,
        collection,
        record,
        section.names("key"),
        section.names("ignore"),
        section.names("triggers"),
        columns(name, section.section("columns"), collection != null),
        section.place());
  }

  private List<ColumnRule> columns(String table, @Nullable YamlSection columns, boolean documents) {
    List<ColumnRule> rules = new ArrayList<>();
    if (columns != null) {
      for (YamlSection.Entry entry : columns.entries()) {
        String shown = "column " + table + "." + entry.key();
        if (entry.value() instanceof MappingNode) {
          YamlSection section = columns.section(entry, shown);
          if (section != null) {
            rules.add(new ColumnReader(entry.key(), shown, section, findings, documents).read());
          }
        } else if (entry.value() instanceof ScalarNode scalar && !YamlSection.isEmpty(scalar)) {
          rules.add(ColumnRule.from(entry.key(), scalar.getValue(), entry.place()));
        } else {
          findings.add(
              entry.place(), shown + " needs the name of its legacy column, or keys below it");
        }
      }
    }
    return rules;
  }
}
