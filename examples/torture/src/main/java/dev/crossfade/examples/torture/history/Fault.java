package dev.crossfade.examples.torture.history;

/**
 * Something that was done to the run.
 *
 * @param kind what
 * @param child to which child process or its connections; -1 for all
 * @param begun when
 * @param ended until when; the end of time if it was never ended
 * @param text for people
 */
public record Fault(String kind, int child, long begun, long ended, String text) {}
