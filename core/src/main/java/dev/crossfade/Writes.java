package dev.crossfade;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a method of a repository interface writes.
 *
 * <p>Such a call runs once, on the primary store's implementation, as a unit of work of its own or
 * as part of the open one. The rows it leaves behind are carried to the other store; the call
 * itself never is, so conditions, defaults, sequences and {@code now()} cannot come out differently
 * there. In {@link Stage#SHADOW} a sample of the calls is rehearsed on PostgreSQL's implementation,
 * and rolled back there.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Writes {
  /**
   * Components of the entity whose values can never be the same twice: {@code now()}, random. A
   * rehearsal in {@link Stage#SHADOW} does not compare them; on the other store they are what they
   * are on the primary.
   */
  String[] differs() default {};

  /**
   * Whether a sample of the calls is rehearsed on PostgreSQL in {@link Stage#SHADOW}: run there as
   * well, compared, and rolled back. A method that does something that cannot be rolled back, such
   * as calling another service, says {@code false}.
   */
  boolean rehearsed() default true;
}
