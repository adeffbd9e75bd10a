package dev.carrel.shell;

/**
 * Descriptors that whoever started this process has left open for it, in contrast to those that the JVM has opened by itself. Only
 * the script that has started the JVM knows them.
 */
final class GivenDescriptors {
  private static final String PROPERTY = "carrel.descriptors";

  private GivenDescriptors() {}

  static boolean has(int descriptor) {
    return System.getProperty(PROPERTY, "").contains("," + descriptor + ",");
  }
}
