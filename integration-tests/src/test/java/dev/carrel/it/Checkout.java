package dev.carrel.it;

import java.nio.file.Path;

/**
 * What is tested: a built Carrel.
 *
 * @param directory where the script {@code carrel} is
 */
record Checkout(Path directory) {
  static final String PROPERTY = "carrel.checkout";

  static Checkout underTest() {
    return new Checkout(Path.of(System.getProperty(PROPERTY)).toAbsolutePath().normalize());
  }

  Path script() {
    return directory.resolve("carrel");
  }

  Path distribution() {
    return directory.resolve("launcher").resolve("target").resolve("carrel");
  }
}
