package dev.crossfade.junit.app;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import dev.crossfade.Crossfade;
import dev.crossfade.Migration;
import dev.crossfade.Repository;
import dev.crossfade.Stage;
import dev.crossfade.ViewRepository;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** What stands behind {@link CrossfadeTest}. Immutable and safe for use by many threads. */
final class CrossfadeExtension
    implements ClassTemplateInvocationContextProvider,
        ExecutionCondition,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
  private static final Namespace OURS = Namespace.create(CrossfadeExtension.class);
  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

  CrossfadeExtension() {}

  /** What the tests of one invocation of a class share. */
  private record InStage(CrossfadeTest test, Stage stage)
      implements ClassTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return stage.id();
    }

    @Override
    public void prepareInvocation(ExtensionContext context) {
      context.getStore(OURS).put(InStage.class, this);
    }
  }

  @Override
  public boolean supportsClassTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestClass(), CrossfadeTest.class);
  }

  @Override
  public Stream<InStage> provideClassTemplateInvocationContexts(ExtensionContext context) {
    CrossfadeTest test =
        AnnotationSupport.findAnnotation(context.getTestClass(), CrossfadeTest.class).orElseThrow();
    if (test.stages().length == 0) {
      throw new ExtensionConfigurationException(
          "@CrossfadeTest of "
              + context.getRequiredTestClass().getName()
              + " names no stage; leave stages out for all of them");
    }
    return Arrays.stream(test.stages()).distinct().sorted().map(stage -> new InStage(test, stage));
  }

  private static InStage inStage(ExtensionContext context) {
    InStage found = context.getStore(OURS).get(InStage.class, InStage.class);
    if (found == null) {
      throw new ExtensionConfigurationException(
          "a stage is known to the tests of a class that is a @CrossfadeTest only");
    }
    return found;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    OnlyIn only =
        AnnotationSupport.findAnnotation(context.getTestMethod(), OnlyIn.class).orElse(null);
    if (only == null) {
      return enabled("in every stage of the class");
    }
    List<Stage> stages = List.of(only.value());
    InStage current = inStage(context);
    if (stages.stream().noneMatch(List.of(current.test().stages())::contains)) {
      throw new ExtensionConfigurationException(
          context.getRequiredTestMethod().getName()
              + " is @OnlyIn"
              + stages
              + " and would never run: its class runs in "
              + List.of(current.test().stages())
              + "; change one of them");
    }
    return stages.contains(current.stage())
        ? enabled("in " + current.stage().id())
        : disabled("not in " + current.stage().id());
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    application(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestApplication application =
        context.getStore(OURS).get(TestApplication.class, TestApplication.class);
    if (application != null) {
      application.end(context.getExecutionException().isEmpty());
    }
  }

  /** Where a test does not come to its end, JUnit closes it with its context. */
  private static TestApplication application(ExtensionContext context) {
    InStage current = inStage(context);
    boolean parallel =
        context.getConfigurationParameter(PARALLEL, Boolean::parseBoolean).orElse(false);
    return context
        .getStore(OURS)
        .getOrComputeIfAbsent(
            TestApplication.class,
            type -> TestApplication.in(current.stage(), templates(context, current), !parallel),
            TestApplication.class);
  }

  /** Once per setup and run of tests. */
  private static Templates templates(ExtensionContext context, InStage current) {
    Class<? extends CrossfadeSetup> type = current.test().value();
    Store store = context.getRoot().getStore(OURS);
    return store.getOrComputeIfAbsent(type, setup -> Templates.of(instance(type)), Templates.class);
  }

  private static CrossfadeSetup instance(Class<? extends CrossfadeSetup> type) {
    try {
      Constructor<? extends CrossfadeSetup> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new ExtensionConfigurationException(
          "the setup "
              + type.getName()
              + " cannot be made: it must be a class (not an inner one) with a constructor without"
              + " parameters that does not throw",
          e);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Crossfade.class
        || type == Migration.class
        || type == Stage.class
        || type == Faults.class
        || type == CrossfadeKit.class
        || (type.isInterface()
            && (Repository.class.isAssignableFrom(type)
                || ViewRepository.class.isAssignableFrom(type)));
  }

  /**
   * A part of the test's application.
   *
   * @throws ParameterResolutionException outside of a test
   * @throws dev.crossfade.ConfigurationException if the wiring does not fit
   */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    if (context.getTestMethod().isEmpty()) {
      throw new ParameterResolutionException(
          "each test has an application of its own, so there is none for "
              + parameter.getDeclaringExecutable()
              + "; take the "
              + type.getSimpleName()
              + " as a parameter of @BeforeEach or of the test");
    }
    return part(type, application(context), context);
  }

  private static Object part(Class<?> type, TestApplication application, ExtensionContext context) {
    if (type == Crossfade.class) {
      return application.crossfade();
    } else if (type == Stage.class) {
      return inStage(context).stage();
    } else if (type == Faults.class) {
      return application.faults();
    } else if (type == CrossfadeKit.class) {
      return application.kit();
    } else if (type == Migration.class) {
      return onlyMigration(application.crossfade());
    }
    return ViewRepository.class.isAssignableFrom(type)
        ? application.crossfade().view(view(type))
        : application.crossfade().repository(repository(type));
  }

  @SuppressWarnings("unchecked") // has been checked
  private static Class<? extends ViewRepository<?>> view(Class<?> type) {
    return (Class<? extends ViewRepository<?>>) type.asSubclass(ViewRepository.class);
  }

  @SuppressWarnings("unchecked") // has been checked
  private static Class<? extends Repository<?, ?>> repository(Class<?> type) {
    return (Class<? extends Repository<?, ?>>) type.asSubclass(Repository.class);
  }

  private static Migration onlyMigration(Crossfade crossfade) {
    List<Migration> all = crossfade.migrations();
    if (all.size() > 1) {
      throw new ParameterResolutionException(
          "the application has "
              + all.size()
              + " migrations; take the Crossfade as a parameter and call migration(name)");
    }
    return all.get(0);
  }
}
