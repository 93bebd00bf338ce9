package dev.crossfade.junit.app;

import dev.crossfade.Stage;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class on the application's own wiring, in one stage after the other. Each
 * test has an empty SQLite file and an empty PostgreSQL database of its own, with the application's
 * tables in them, and gets its stage by real moves.
 *
 * <pre>{@code
 * @CrossfadeTest(TokenSetup.class)
 * class TokenRepositoryTest {
 *   @Test
 *   void activatesOnce(TokenRepository tokens) { … }     // six times, in every stage
 *
 *   @Test
 *   @OnlyIn(Stage.DUAL_WRITE)
 *   void survivesAnOutage(TokenRepository tokens, Faults faults) { … }
 * }
 * }</pre>
 *
 * <p>Parameters of tests, of {@code @BeforeEach}, {@code @AfterEach} and, where each test has an
 * instance of its own, of the constructor: any repository or view interface, {@link
 * dev.crossfade.Crossfade}, {@link dev.crossfade.Migration} where there is one only, {@link Stage},
 * {@link Faults}, {@link CrossfadeKit}.
 *
 * <p>When a test is over it fails if one of these is so; of a test that has failed anyway only the
 * first is looked at, and added to its failure:
 *
 * <ul>
 *   <li>a row was changed in either store and the change was not recorded, so that it does not
 *       reach the other one
 *   <li>the journal does not become empty, or a row differs between the stores, in the stages that
 *       write both
 *   <li>a thread of the library or a connection stays behind. Threads are not looked at where JUnit
 *       runs tests in parallel
 * </ul>
 *
 * <p>JUnit 5.13 or later.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ClassTemplate
@ExtendWith(CrossfadeExtension.class)
public @interface CrossfadeTest {
  /** How the application is wired; has a constructor without parameters. */
  Class<? extends CrossfadeSetup> value();

  /** The stages to run in, each test in each of them. All of them by default. */
  Stage[] stages() default {
    Stage.OFF, Stage.DUAL_WRITE, Stage.SHADOW, Stage.LIVE, Stage.RAMP_DOWN, Stage.COMPLETE
  };
}
