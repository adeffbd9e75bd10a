package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes words of a command line of what somebody has written down with {@link ManifestKey}s, and refuses what makes no sense with its place. */
final class KeyWords {
  private final String command;
  private final Path file;
  private final ManifestPaths paths;
  private final List<Word> options = new ArrayList<>();

  /** A word of a command line, and where it comes from. */
  record Word(String text, Place place) {}

  /**
   * For one file.
   *
   * @param command which command says so, when something is refused
   * @param file its absolute path
   */
  KeyWords(String command, Path file) {
    this.command = command;
    this.file = file;
    this.paths = new ManifestPaths(file.getParent(), HomeDirectory.of(ForCaller.environment()));
  }

  ManifestPaths paths() {
    return paths;
  }

  List<Word> options() {
    return options;
  }

  static List<String> texts(List<Word> words) {
    List<String> texts = new ArrayList<>(words.size());
    for (Word word : words) {
      texts.add(word.text());
    }
    return texts;
  }

  /** Takes a key that stands for an option. */
  void take(ManifestKey key, Value value) {
    requireFits(key, value);
    switch (key.kind()) {
      case TEXT -> option(key, ((Value.Text) value).text(), value);
      case PATH -> option(key, path((Value.Text) value), value);
      case WHOLE -> option(key, Long.toString(((Value.Whole) value).number()), value);
      case FLAG -> {
        if (((Value.Truth) value).is()) {
          options.add(new Word("--" + key.option(), value.place()));
        }
      }
      case LIST -> each(key, value, text -> option(key, text.text(), text));
      case PATHS -> each(key, value, text -> option(key, mapping(text), text));
      case MOUNTS -> each(key, value, text -> option(key, told(text, () -> paths.mount(text.text())), text));
      case TABLE -> table(key, (Value.Table) value);
      case WORDS -> throw new IllegalStateException(key.name());
    }
  }

  void requireFits(ManifestKey key, Value value) {
    if (!key.kind().fits(value)) {
      throw wrong(key, value);
    }
  }

  private CarrelException wrong(ManifestKey key, Value value) {
    return refusal(value.place(), key.name() + " is to be " + key.kind().meaning() + ", and here is " + kind(value) + ": write " + key.name() + " = "
        + key.kind().example());
  }

  /** What a value is, in a sentence. */
  static String kind(Value value) {
    if (value instanceof Value.Other other) {
      return other.kind();
    }
    return value instanceof Value.Text ? "a text" : value instanceof Value.Whole ? "a number" : value instanceof Value.Truth ? "true or false"
        : value instanceof Value.Sequence ? "a list" : "a table";
  }

  /** Takes the texts of a list. */
  void each(ManifestKey key, Value value, Consumer<Value.Text> work) {
    requireFits(key, value);
    for (Value element : ((Value.Sequence) value).values()) {
      if (!(element instanceof Value.Text text)) {
        throw wrong(key, element);
      }
      work.accept(text);
    }
  }

  private void table(ManifestKey key, Value.Table table) {
    for (Map.Entry<String, Value> entry : table.values().entrySet()) {
      Value value = entry.getValue();
      if (entry.getKey().indexOf('=') >= 0) {
        throw refusal(value.place(), "'" + entry.getKey() + "' is no name: it has an equals sign");
      }
      if (value instanceof Value.Text text) {
        option(key, entry.getKey() + "=" + text.text(), value);
      } else if (value instanceof Value.Whole whole) {
        option(key, entry.getKey() + "=" + whole.number(), value);
      } else {
        throw wrong(key, value);
      }
    }
  }

  private void option(ManifestKey key, String value, Value from) {
    if (value.isEmpty()) {
      throw refusal(from.place(), key.name() + " has an empty text: write what it is to be, or leave it out");
    }
    options.add(new Word("--" + key.option() + "=" + value, from.place()));
  }

  private String path(Value.Text text) {
    return told(text, () -> paths.absolute(text.text()));
  }

  private String mapping(Value.Text text) {
    return text.text().equals("standard") ? text.text() : told(text, () -> paths.mapping(text.text()));
  }

  /** What comes of reading something; what is wrong with it is told with its place. */
  <T> T told(Value from, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw refusal(from.place(), e.getMessage());
    }
  }

  /**
   * What the command line would refuse is refused here, and where it stands is found by trying each word alone.
   *
   * @param problem what is wrong with some words; empty: nothing
   */
  void judge(List<Word> words, Function<List<String>, Optional<String>> problem) {
    Optional<String> whole = problem.apply(texts(words));
    if (whole.isEmpty()) {
      return;
    }
    for (Word word : words) {
      if (problem.apply(List.of(word.text())).equals(whole)) {
        throw refusal(word.place(), whole.get());
      }
    }
    throw WorkplaceOptions.usage(command, file + ": " + whole.get());
  }

  CarrelException refusal(Place place, String problem) {
    return WorkplaceOptions.usage(command, file + ":" + place + ": " + problem);
  }
}
