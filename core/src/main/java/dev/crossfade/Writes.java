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

  /**
   * For a method whose implementations change a set of rows, with {@code updateWhere} or {@code
   * deleteWhere}, that may be too many for one transaction: how many are changed at once, from 1 to
   * 10,000; 1,000 is a good number. By default the method is one unit of work, whatever it changes.
   *
   * <p>The rows are changed in the order of their keys, chunk by chunk. Each chunk is a unit of
   * work of its own: the implementation is called for each, once, and told where to go on; it does
   * nothing but this one change. So neither memory nor a transaction grows with the set, and other
   * writers get their turn in between, also on these rows. The method returns {@code long} or
   * {@code int}, which are added up, or nothing.
   *
   * <ul>
   *   <li>No row is changed twice, also where it meets the condition still, and none that meets it
   *       all the time is left out. A row that comes to meet it meanwhile is changed if its key is
   *       still ahead, and is not if it is behind.
   *   <li>The stage may change in between: the next chunk is decided by the new primary.
   *   <li>A chunk that fails changes nothing; those before it stay. From the second chunk on the
   *       failure is the cause of a {@link PartlyWrittenException}, which says how many rows.
   *   <li>Inside a unit of work the call is part of that, in one piece, and changes at most 10,000
   *       rows; for more it throws {@link IllegalStateException}, nothing changed.
   * </ul>
   */
  int chunk() default 0;
}
