package dev.crossfade.mongodb;

/** The library's own collections. */
final class Names {
  static final String CONTROL = "crossfade_control";
  static final String SESSION = "crossfade_session";
  static final String STATE = "crossfade_state";
  static final String INSTANCE = "crossfade_instance";
  static final String JOURNAL = "crossfade_journal";
  static final String REMEMBERED = "crossfade_remembered";
  static final String EVIDENCE = "crossfade_evidence";
  static final String AUDIT = "crossfade_audit";
  static final String GENERATOR = "crossfade_generator";

  private Names() {}
}
