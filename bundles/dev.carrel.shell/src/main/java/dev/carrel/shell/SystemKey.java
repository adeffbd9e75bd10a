package dev.carrel.shell;

import dev.carrel.api.declaration.Value;
import java.util.List;

/**
 * A key of a declaration of a system. The reader and the schema for editors are made of the same ones.
 *
 * @param required whether its table cannot do without it
 * @param says what it means, for who writes one
 * @param choices the words that it may be; empty: any
 * @param table of {@link Kind#NAMED}, what the tables by name have
 */
record SystemKey(String name, Kind kind, boolean required, String says, List<String> choices, SystemTable table) {
  /** What a key's value is, and how it is written. */
  enum Kind {
    TEXT("a text", "\"...\""),
    WHOLE("a whole number", "60"),
    FLAG("true or false", "true"),
    TEXTS("a list of texts", "[\"...\", \"...\"]"),
    /** Names with a text or a number each. */
    VARIABLES("a table of names with a text or a number each", "{ NAME = \"...\" }"),
    /** Tables by their names. */
    NAMED("tables by name", "a line [KEY.NAME] and its keys below");

    private final String meaning;
    private final String example;

    Kind(String meaning, String example) {
      this.meaning = meaning;
      this.example = example;
    }

    /** In a sentence: it is to be ... */
    String meaning() {
      return meaning;
    }

    /** How the value of a key is written. */
    String example(String name) {
      return this == NAMED ? example.replace("KEY", name) : name + " = " + example;
    }

    boolean fits(Value value) {
      return switch (this) {
        case TEXT -> value instanceof Value.Text;
        case WHOLE -> value instanceof Value.Whole;
        case FLAG -> value instanceof Value.Truth;
        case TEXTS -> value instanceof Value.Sequence list && list.values().stream().allMatch(Value.Text.class::isInstance);
        case VARIABLES -> value instanceof Value.Table table
            && table.values().values().stream().allMatch(one -> one instanceof Value.Text || one instanceof Value.Whole);
        case NAMED -> value instanceof Value.Table table && table.values().values().stream().allMatch(Value.Table.class::isInstance);
      };
    }
  }

  static SystemKey of(String name, Kind kind, String says) {
    return new SystemKey(name, kind, false, says, List.of(), SystemTable.NONE);
  }

  static SystemKey required(String name, Kind kind, String says) {
    return new SystemKey(name, kind, true, says, List.of(), SystemTable.NONE);
  }

  static SystemKey oneOf(String name, String says, String... choices) {
    return new SystemKey(name, Kind.TEXT, false, says, List.of(choices), SystemTable.NONE);
  }

  static SystemKey named(String name, String says, SystemTable table) {
    return new SystemKey(name, Kind.NAMED, false, says, List.of(), table);
  }
}
