package dev.carrel.engine;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** A properties file. As {@link Properties} reads it; what that writes begins with a date, which takes its time. */
final class LineFile {
  private LineFile() {}

  /** Whole or not at all. */
  static void write(Path file, Properties lines) throws IOException {
    StringBuilder text = new StringBuilder(1024);
    for (Map.Entry<Object, Object> line : lines.entrySet()) {
      escape(text, (String) line.getKey());
      text.append('=');
      escape(text, (String) line.getValue());
      text.append('\n');
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    if (!fresh.toFile().renameTo(file.toFile())) {
      throw new IOException("it cannot be renamed");
    }
  }

  private static void escape(StringBuilder text, String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      switch (c) {
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\f' -> text.append("\\f");
        case ' ', '=', ':', '#', '!', '\\' -> text.append('\\').append(c);
        default -> text.append(c);
      }
    }
  }

  /** @throws IllegalArgumentException if it is damaged */
  static Properties read(Path file) throws IOException {
    Properties lines = new Properties();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      lines.load(reader);
    }
    return lines;
  }
}
