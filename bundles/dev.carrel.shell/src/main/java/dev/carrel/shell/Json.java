package dev.carrel.shell;

import com.google.gson.GsonBuilder;

/** Data as JSON, indented, with a line's end at the end. */
final class Json {
  private Json() {}

  static String of(Object data) {
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(data) + "\n";
  }
}
