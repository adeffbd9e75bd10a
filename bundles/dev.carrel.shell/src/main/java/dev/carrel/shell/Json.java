package dev.carrel.shell;

import com.google.gson.GsonBuilder;

/** Data as JSON. */
final class Json {
  private Json() {}

  /** On one line, ended by a line's end. */
  static String line(Object data) {
    return new GsonBuilder().disableHtmlEscaping().create().toJson(data) + "\n";
  }

  /** Indented, with a line's end at the end. */
  static String of(Object data) {
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(data) + "\n";
  }
}
