package dev.crossfade.mongodb;

import com.mongodb.client.MongoCollection;
import dev.crossfade.store.RepositoryContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** A mapped collection: its mapping, its reads, and who refers to it. */
final class Table<T, K> {
  private final RepositoryContext<T, K> context;
  private final DocumentMapping<T, K> mapping;
  private final Documents<T, K> documents;
  private volatile @Nullable Set<String> uniqueFields;

  Table(RepositoryContext<T, K> context, DocumentMapping<T, K> mapping) {
    this.context = context;
    this.mapping = mapping;
    this.documents = new Documents<>(mapping);
  }

  DocumentMapping<T, K> mapping() {
    return mapping;
  }

  Documents<T, K> documents() {
    return documents;
  }

  MongoCollection<BsonDocument> collection(Database database) {
    return documents.collection(database);
  }

  List<RepositoryContext.Dependent> dependents() {
    return context.dependents();
  }

  /** Fields of unique indexes, but for the key; read once. */
  Set<String> uniqueFields(Database database) {
    Set<String> known = uniqueFields;
    if (known == null) {
      known = new HashSet<>();
      for (List<String> index : uniqueIndexes(database)) {
        known.addAll(index);
      }
      known.remove("_id");
      known.remove(mapping.keyPath());
      uniqueFields = known;
    }
    return known;
  }

  /** The fields of each unique index, that of {@code _id} left out. */
  List<List<String>> uniqueIndexes(Database database) {
    List<List<String>> indexes = new ArrayList<>();
    for (BsonDocument index : collection(database).listIndexes(BsonDocument.class)) {
      BsonValue unique = index.get("unique");
      if (unique != null && unique.isBoolean() && unique.asBoolean().getValue()) {
        indexes.add(List.copyOf(index.getDocument("key").keySet()));
      }
    }
    return indexes;
  }
}
