package dev.crossfade.mongodb;

import org.bson.BsonValue;

/** How a value of a record is held in a document. Null never reaches it. Immutable. */
interface Codec {
  /**
   * The stored form.
   *
   * @throws IllegalArgumentException if MongoDB cannot hold it
   */
  BsonValue encode(Object value);

  /**
   * The value of a stored form.
   *
   * @throws IllegalArgumentException if it is none, with what was expected
   */
  Object decode(BsonValue stored);
}
