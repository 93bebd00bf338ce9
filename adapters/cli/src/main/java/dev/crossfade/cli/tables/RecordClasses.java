package dev.crossfade.cli.tables;

import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.loading.ByteArrayClassLoader;
import net.bytebuddy.dynamic.scaffold.TypeValidation;

/**
 * Makes classes of records. Column names are taken as they are: what a language would not take as
 * an identifier the virtual machine does. Not safe for use by several threads.
 */
final class RecordClasses {
  private static final String PACKAGE = "dev.crossfade.cli.rows.";

  private final ClassLoader parent = RecordClasses.class.getClassLoader();
  private int made;

  /**
   * A class.
   *
   * @param name of the table, for messages
   * @param components types by name, in order
   */
  Class<? extends Record> make(String name, Map<String, Class<?>> components) {
    String className = PACKAGE + legal(name) + "$" + ++made;
    DynamicType.Builder<? extends Record> builder = recordBuilder().name(className);
    for (Map.Entry<String, Class<?>> component : components.entrySet()) {
      builder = builder.defineRecordComponent(component.getKey(), component.getValue());
    }
    byte[] bytes = builder.make().getBytes();
    try {
      return new ByteArrayClassLoader(parent, Map.of(className, bytes))
          .loadClass(className)
          .asSubclass(Record.class);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the class just made for " + name + " is not found", e);
    }
  }

  @SuppressWarnings("unchecked") // that is what makeRecord makes
  private static DynamicType.Builder<? extends Record> recordBuilder() {
    return (DynamicType.Builder<? extends Record>)
        new ByteBuddy(ClassFileVersion.JAVA_V17).with(TypeValidation.DISABLED).makeRecord();
  }

  /** Without the few characters that have a meaning in class files. */
  static String legal(String name) {
    String legal = name.replaceAll("[.;\\[/<>:]", "_");
    return legal.isEmpty() ? "_" : legal;
  }
}
