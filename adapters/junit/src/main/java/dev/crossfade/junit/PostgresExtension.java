package dev.crossfade.junit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives every parameter of type {@link TestDatabase} a new database on {@link
 * TestPostgres#shared()}, and drops it when the test is over.
 *
 * <pre>{@code
 * @ExtendWith(PostgresExtension.class)
 * class TokenRepositoryTest {
 *   @Test
 *   void savesATwin(TestDatabase database) { … }
 * }
 * }</pre>
 *
 * <p>A parameter of a test, of its constructor, of {@code @BeforeEach} or {@code @AfterEach} is
 * dropped after that test; one of {@code @BeforeAll}, and of the constructor where one instance
 * serves the whole class, after the class. Two parameters are two databases. JUnit 5.13 or later.
 *
 * <p>Immutable and thread-safe.
 */
public final class PostgresExtension implements ParameterResolver {
  /** Made by JUnit. */
  public PostgresExtension() {}

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestDatabase.class;
  }

  /**
   * A new database.
   *
   * @throws IllegalStateException as {@link TestPostgres#shared} and {@link
   *     TestPostgres#newDatabase} do
   */
  @Override
  public TestDatabase resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestDatabase database = TestPostgres.shared().newDatabase();
    // The store closes what is left in it when its context ends.
    context.getStore(Namespace.create(PostgresExtension.class, database)).put(database, database);
    return database;
  }
}
