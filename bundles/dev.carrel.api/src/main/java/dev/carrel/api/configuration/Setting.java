package dev.carrel.api.configuration;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that can be configured: an attribute of an object class definition, as Metatype has it.
 *
 * @param name the PID without {@code dev.carrel.}, a dot, and the attribute's id: {@code store.directory}
 * @param description what it means, in a sentence
 * @param type what each value is
 * @param many whether there can be several values
 * @param standard what counts if nobody has set it; empty: as the description says
 * @param values what it is set to; empty: nobody has set it
 * @param origin the file that says so
 */
public record Setting(String name, String description, Type type, boolean many, List<String> standard, List<String> values, Optional<Path> origin) {
  /** What a value can be. */
  public enum Type {
    TEXT("a text"),
    NUMBER("a whole number"),
    TRUTH("true or false");

    private final String meaning;

    Type(String meaning) {
      this.meaning = meaning;
    }

    /** As a message says it. */
    public String meaning() {
      return meaning;
    }
  }

  public Setting {
    Objects.requireNonNull(name);
    Objects.requireNonNull(description);
    Objects.requireNonNull(type);
    standard = List.copyOf(standard);
    values = List.copyOf(values);
    if (origin.isPresent() == values.isEmpty()) {
      throw new IllegalArgumentException("what is set is set by a file");
    }
  }
}
