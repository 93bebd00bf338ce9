package dev.crossfade.mongodb;

/** A store that is connected, and what its parts share. */
record Connected(
    Database database,
    StoreSession session,
    Admission admission,
    Exclusion exclusion,
    Control control,
    MongoJournal journal,
    Generators generators,
    References references,
    Tables tables) {}
