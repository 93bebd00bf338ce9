package dev.crossfade;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a method of a repository interface only reads.
 *
 * <p>Such a call goes to the primary store. In {@link Stage#SHADOW} and {@link Stage#LIVE} a sample
 * is repeated on the other store and compared, so the method must be repeatable and must not return
 * a stream or an iterator.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Reads {
  /**
   * Whether a returned list may come in any order. By default the order counts, because a caller
   * may rely on it; a query without {@code order by} should say {@code unordered = true}.
   */
  boolean unordered() default false;

  /**
   * Whether the call is compared at all. Reads that depend on the moment ({@code now()}, random)
   * say {@code false}.
   */
  boolean compared() default true;
}
