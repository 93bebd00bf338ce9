package dev.crossfade.cli.inspect;

import java.util.List;

/**
 * What the documents of a collection hold. Immutable.
 *
 * @param name its name
 * @param documents how many there are
 * @param bytes of the documents, not compressed; -1 if the server does not say
 * @param fields by path, what is within a document right behind it
 * @param spellings fields of one document that differ only by how they are written
 * @param indexes all but that of {@code _id}
 * @param unshown how many values are in fields that are not among {@code fields}, because these are
 *     too many
 */
public record CollectionProfile(
    String name,
    long documents,
    long bytes,
    List<FieldProfile> fields,
    List<Spellings> spellings,
    List<DocumentIndex> indexes,
    long unshown) {
  /** Copies the lists. */
  public CollectionProfile {
    fields = List.copyOf(fields);
    spellings = List.copyOf(spellings);
    indexes = List.copyOf(indexes);
  }

  /** The fields of the documents themselves. */
  public List<FieldProfile> topLevel() {
    return fields.stream().filter(FieldProfile::isTopLevel).toList();
  }

  /**
   * Names that are the same in snake case.
   *
   * @param within the path of the documents that have them; empty for the collection's own
   * @param names the most frequent one first
   * @param together how many documents have several of them
   */
  public record Spellings(String within, List<String> names, long together) {
    /** Copies the list. */
    public Spellings {
      names = List.copyOf(names);
    }
  }

  /**
   * An index.
   *
   * @param name its name
   * @param fields paths, in its order
   * @param unique whether it allows each value once
   * @param special why it is no plain index of fields; empty if it is one
   */
  public record DocumentIndex(String name, List<String> fields, boolean unique, String special) {
    /** Copies the list. */
    public DocumentIndex {
      fields = List.copyOf(fields);
    }
  }
}
