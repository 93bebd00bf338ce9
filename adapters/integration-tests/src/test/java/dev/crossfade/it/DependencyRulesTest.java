package dev.crossfade.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.sql.Connection;

/** The directions of DESIGN.md: who may know whom. */
@AnalyzeClasses(
    packages = "dev.crossfade",
    importOptions = {ImportOption.DoNotIncludeTests.class})
class DependencyRulesTest {
  /** The steps of the flow: public to each other, internal to everybody else. */
  private static final String[] INTERNAL = {
    "dev.crossfade.routing..",
    "dev.crossfade.stage..",
    "dev.crossfade.write..",
    "dev.crossfade.journal..",
    "dev.crossfade.rehearsal..",
    "dev.crossfade.copy..",
    "dev.crossfade.shadow..",
    "dev.crossfade.cutover..",
    "dev.crossfade.wiring.."
  };

  private static final DescribedPredicate<JavaClass> CORE =
      resideInAnyPackage("dev.crossfade", "dev.crossfade.store")
          .or(resideInAnyPackage(INTERNAL))
          .as("the core");

  private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.crossfade..");

  /** What a module may use of others beside the JDK. */
  private static ArchRule only(DescribedPredicate<JavaClass> module, String... allowed) {
    return classes()
        .that(module)
        .should()
        .onlyDependOnClassesThat(
            module
                .or(resideInAnyPackage("java..", "javax.sql..", "org.jspecify..", "org.slf4j.."))
                .or(resideInAnyPackage(allowed)))
        .because("DESIGN.md says so, and a new dependency is a decision");
  }

  @ArchTest
  static final ArchRule coreKnowsNoDatabaseAndNoFramework = only(CORE, "io.github.resilience4j..");

  @ArchTest
  static final ArchRule coreUsesNoJdbc =
      noClasses()
          .that(CORE)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("java.sql..", "javax.sql..")
                  .and(not(type(Connection.class)))
                  .as("of JDBC but a connection that is handed on"))
          .because("a store need not be one with JDBC");

  @ArchTest
  static final ArchRule jooqSupportKnowsNoAdapter =
      only(
          resideInAPackage("dev.crossfade.jooq"),
          "org.jooq..",
          "dev.crossfade",
          "dev.crossfade.store");

  @ArchTest
  static final ArchRule postgresKnowsOnlyItsOwnDriver =
      only(
          resideInAnyPackage("dev.crossfade.postgres.."),
          "org.jooq..",
          "org.postgresql..",
          "com.zaxxer.hikari..",
          "org.flywaydb..",
          "dev.crossfade",
          "dev.crossfade.store",
          "dev.crossfade.jooq");

  @ArchTest
  static final ArchRule sqliteKnowsOnlyItsOwnDriver =
      only(
          resideInAnyPackage("dev.crossfade.sqlite.."),
          "org.jooq..",
          "org.sqlite..",
          "dev.crossfade",
          "dev.crossfade.store",
          "dev.crossfade.jooq");

  @ArchTest
  static final ArchRule mongodbKnowsOnlyItsOwnDriver =
      only(
          resideInAnyPackage("dev.crossfade.mongodb.."),
          "com.mongodb..",
          "org.bson..",
          "dev.crossfade",
          "dev.crossfade.store");

  /** The stores it opens are found by what they provide. */
  @ArchTest
  static final ArchRule configKnowsNoStore =
      only(
          resideInAPackage("dev.crossfade.config"),
          "io.smallrye.config..",
          "org.eclipse.microprofile.config..",
          "org.yaml.snakeyaml..",
          "dev.crossfade",
          "dev.crossfade.store");

  @ArchTest
  static final ArchRule mappingKnowsNoDatabase =
      only(
          resideInAPackage("dev.crossfade.mapping.."),
          "org.yaml.snakeyaml..",
          "dev.crossfade",
          "dev.crossfade.store");

  @ArchTest
  static final ArchRule micrometerKnowsOnlyTheApi =
      only(
          resideInAPackage("dev.crossfade.micrometer"),
          "io.micrometer..",
          "dev.crossfade",
          "dev.crossfade.store");

  @ArchTest
  static final ArchRule codegenIsForBuildsOnly =
      noClasses()
          .that(OURS)
          .and()
          .resideOutsideOfPackage("dev.crossfade.jooq.codegen..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.crossfade.jooq.codegen..");

  @ArchTest
  static final ArchRule testKitIsForTestsOnly =
      noClasses()
          .that(OURS)
          .and()
          .resideOutsideOfPackage("dev.crossfade.junit..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.crossfade.junit..", "org.junit..", "org.assertj..");

  @ArchTest
  static final ArchRule testKitKnowsNoAdapter =
      noClasses()
          .that()
          .resideInAPackage("dev.crossfade.junit..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.crossfade.postgres..", "dev.crossfade.sqlite..", "dev.crossfade.jooq..");

  @ArchTest
  static final ArchRule internalsAreTheCoresOwn =
      noClasses()
          .that(DescribedPredicate.not(CORE))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(INTERNAL);

  @ArchTest
  static final ArchRule storesContractKnowsNoEngine =
      noClasses()
          .that()
          .resideInAPackage("dev.crossfade.store")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(INTERNAL);

  /** {@code dev.crossfade} itself is where applications begin, and so above and below the steps. */
  @ArchTest
  static final ArchRule stepsHaveNoCircles =
      slices()
          .matching(
              "dev.crossfade.(routing|stage|write|journal|copy|shadow|rehearsal|cutover|wiring)..")
          .should()
          .beFreeOfCycles();

  @ArchTest
  static final ArchRule nobodyPrints =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.crossfade.jooq.codegen..")
          .and()
          .resideOutsideOfPackage("dev.crossfade.junit..")
          .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule nobodyLogsPastSlf4j =
      noClasses().that(OURS).should().dependOnClassesThat().resideInAPackage("java.util.logging..");

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses()
          .that(OURS)
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "it is Thread.sleep",
                  call ->
                      call.getTargetOwner().isEquivalentTo(Thread.class)
                          && call.getName().equals("sleep")))
          .because("what waits must end when its owner closes");
}
