package cowherd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms of the house: which package of the library may know which. */
class ArchitectureTest {

  /** The packages of the library, each of which depends only on those before it. */
  private static final List<String> LAYERS =
      List.of(
          "machine",
          "kernel",
          "operation",
          "litmus",
          "property",
          "search",
          "explore",
          "free",
          "report",
          "emit");

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("cowherd");

  static Stream<String> layers() {
    return LAYERS.stream();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void aPackageKnowsOnlyThoseBeforeItAndTheJdk(String layer) {
    onlyEarlierLayers(layer).check(LIBRARY);
  }

  @Test
  void everyClassIsInALayer() {
    String[] packages = LAYERS.stream().map(ArchitectureTest::packageOf).toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage("cowherd..")
        .should()
        .resideInAnyPackage(packages)
        .allowEmptyShould(true)
        .check(LIBRARY);
  }

  @Test
  void theLibraryNeverPrints() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.allowEmptyShould(true).check(LIBRARY);
  }

  @Test
  void theLibraryNeverLogs() {
    NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.allowEmptyShould(true).check(LIBRARY);
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        LIBRARY.stream()
            .map(type -> type.getPackage())
            .distinct()
            .filter(owner ->
                owner.tryGetPackageInfo().isEmpty()
                    || !owner.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
            .map(owner -> owner.getName())
            .toList();
    assertThat(unmarked).as("packages without @NullMarked in a package-info.java").isEmpty();
  }

  private static ArchRule onlyEarlierLayers(String layer) {
    List<String> known = new ArrayList<>(List.of("java..", "org.jspecify.."));
    IntStream.rangeClosed(0, LAYERS.indexOf(layer))
        .mapToObj(index -> packageOf(LAYERS.get(index)))
        .forEach(known::add);
    return classes()
        .that()
        .resideInAPackage(packageOf(layer))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(known.toArray(String[]::new))
        .allowEmptyShould(true);
  }

  private static String packageOf(String layer) {
    return "cowherd." + layer + "..";
  }
}
