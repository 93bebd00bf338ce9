package dev.crossfade.junit.app;

import dev.crossfade.Stage;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Restricts a test of a {@link CrossfadeTest} to some of its stages; it is skipped in others. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface OnlyIn {
  /** The stages; at least one of them is a stage of the class. */
  Stage[] value();
}
