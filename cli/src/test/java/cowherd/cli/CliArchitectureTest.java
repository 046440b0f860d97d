package cowherd.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the command line may know: the library, the parser of its arguments and its JSON writer. */
class CliArchitectureTest {

  @Test
  void theCommandLineKnowsOnlyTheLibraryAndItsOwnTools() {
    JavaClasses commands =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("cowherd.cli");
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "cowherd..",
            "java..",
            "com.sun.net.httpserver..",
            "io.avaje..",
            "org.jspecify..",
            "picocli..")
        .allowEmptyShould(true)
        .check(commands);
  }
}
