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
 * there.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Writes {}
