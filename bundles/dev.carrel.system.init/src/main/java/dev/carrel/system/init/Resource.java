package dev.carrel.system.init;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Scripts that are the same in every system, kept beside the classes. */
final class Resource {
  private Resource() {}

  /** The text of one. */
  static String text(String name) {
    try (InputStream in = Resource.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the bundle dev.carrel.system.init lacks " + name, e);
    }
  }
}
