import static java.lang.classfile.ClassFile.JAVA_8_VERSION;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of a jar that are older than Java 6 the version of Java 8, with the stack maps
 * thatit demands. The JVM's AOT cache leaves older classes out, and picocli is of Java 5: most of
 * what a start loads would come from the jar, unverified and unlinked.
 */
final class UpgradeClasses {

  /** The first version that the AOT cache takes. */
  private static final int JAVA_6_VERSION = 50;

  private UpgradeClasses() {}

  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path upgraded = jar.resolveSibling(jar.getFileName() + ".upgraded");
    try (JarFile from = new JarFile(jar.toFile());
        JarOutputStream to = new JarOutputStream(Files.newOutputStream(upgraded))) {
      ClassFile classFile =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              // Code that shared its pool with the original would be copied as it is.
              ConstantPoolSharingOption.NEW_POOL,
              ClassHierarchyResolverOption.of(hierarchyOf(from)));
      for (JarEntry entry : from.stream().toList()) {
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        to.putNextEntry(copy);
        to.write(upgrade(classFile, entry, read(from, entry)));
        to.closeEntry();
      }
    }
    Files.move(upgraded, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] upgrade(ClassFile classFile, JarEntry entry, byte[] bytes) {
    if (!entry.getName().endsWith(".class")) {
      return bytes;
    }
    ClassModel model = classFile.parse(bytes);
    if (model.majorVersion() >= JAVA_6_VERSION) {
      return bytes;
    }
    byte[] upgraded =
        classFile.build(
            model.thisClass().asSymbol(),
            builder -> {
              builder.withVersion(JAVA_8_VERSION, 0);
              for (ClassElement element : model) {
                switch (element) {
                  case ClassFileVersion _ -> {}
                  case MethodModel method ->
                      builder.transformMethod(
                          method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
                  default -> builder.with(element);
                }
              }
            });
    List<VerifyError> errors = classFile.verify(upgraded);
    if (!errors.isEmpty()) {
      throw new IllegalStateException(entry.getName() + ": " + errors);
    }
    return upgraded;
  }

  private static ClassHierarchyResolver hierarchyOf(JarFile jar) {
    return ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type))
        .orElse(ClassHierarchyResolver.defaultResolver());
  }

  private static InputStream open(JarFile jar, ClassDesc type) {
    String descriptor = type.descriptorString();
    JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
