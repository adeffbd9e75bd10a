package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads a manifest, and refuses what makes no sense with its place. */
final class ManifestReader {
  /** A package that there need not be: what a manifest's options say is judged with it. */
  private static final String ANY = "any";

  private final Path file;
  private final Path directory;
  private final ManifestPaths paths;
  private final List<Word> options = new ArrayList<>();
  private final List<Word> packages = new ArrayList<>();
  private final List<String> command = new ArrayList<>();

  /** A word of a command line, and where it comes from. */
  private record Word(String text, Place place) {}

  private ManifestReader(Path file) {
    this.file = file;
    this.directory = file.getParent();
    this.paths = new ManifestPaths(directory, HomeDirectory.of(System.getenv()));
  }

  /**
   * Reads one.
   *
   * @param file its absolute path
   * @throws CarrelException of kind USAGE if it is no manifest
   */
  static Manifest read(Path file, String text, Declarations declarations) {
    ManifestReader reader = new ManifestReader(file);
    for (Map.Entry<String, Value> entry : declarations.read(file.toString(), text).values().entrySet()) {
      reader.take(entry.getKey(), entry.getValue());
    }
    reader.judge();
    return new Manifest(texts(reader.options), texts(reader.packages), reader.command);
  }

  private static List<String> texts(List<Word> words) {
    List<String> texts = new ArrayList<>(words.size());
    for (Word word : words) {
      texts.add(word.text());
    }
    return texts;
  }

  private void take(String name, Value value) {
    ManifestKey key = known(name, value);
    if (!key.kind().fits(value)) {
      throw wrong(key, value);
    }
    switch (key.kind()) {
      case TEXT -> option(key, ((Value.Text) value).text(), value);
      case PATH -> option(key, path(((Value.Text) value).text(), value), value);
      case WHOLE -> option(key, Long.toString(((Value.Whole) value).number()), value);
      case FLAG -> {
        if (((Value.Truth) value).is()) {
          options.add(new Word("--" + key.option(), value.place()));
        }
      }
      case LIST -> each(key, value, text -> option(key, text.text(), text));
      case PATHS -> each(key, value, text -> option(key, mapping(text), text));
      case MOUNTS -> each(key, value, text -> option(key, mount(text), text));
      case TABLE -> table(key, (Value.Table) value);
      case WORDS -> each(key, value, text -> word(key, text));
    }
  }

  private ManifestKey known(String name, Value value) {
    List<String> names = new ArrayList<>();
    for (ManifestKey key : ManifestKey.ALL) {
      if (key.name().equals(name)) {
        return key;
      }
      names.add(key.name());
    }
    String nearest = NearestName.of(name, names);
    throw refusal(value.place(), "there is no key '" + name + "' in a manifest" + (nearest.isEmpty() ? "; there is " + String.join(", ", names)
        : "; did you mean " + nearest + "?"));
  }

  private CarrelException wrong(ManifestKey key, Value value) {
    return refusal(value.place(), key.name() + " is to be " + key.kind().meaning() + ", and here is " + kind(value) + ": write " + key.name() + " = "
        + key.kind().example());
  }

  private static String kind(Value value) {
    if (value instanceof Value.Other other) {
      return other.kind();
    }
    return value instanceof Value.Text ? "a text" : value instanceof Value.Whole ? "a number" : value instanceof Value.Truth ? "true or false"
        : value instanceof Value.Sequence ? "a list" : "a table";
  }

  private void each(ManifestKey key, Value value, Consumer<Value.Text> work) {
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

  private void word(ManifestKey key, Value.Text text) {
    if (key.name().equals(ManifestKey.COMMAND)) {
      command.add(text.text());
      return;
    }
    if (text.text().isEmpty() || text.text().startsWith("-")) {
      throw refusal(text.place(), "'" + text.text() + "' is no name of a package");
    }
    packages.add(new Word(text.text(), text.place()));
  }

  private String path(String text, Value from) {
    return told(from, () -> paths.absolute(text));
  }

  private String mapping(Value.Text text) {
    return text.text().equals("standard") ? text.text() : told(text, () -> paths.mapping(text.text()));
  }

  private String mount(Value.Text text) {
    return told(text, () -> paths.mount(text.text()));
  }

  private interface Reading {
    String read();
  }

  private String told(Value from, Reading reading) {
    try {
      return reading.read();
    } catch (IllegalArgumentException e) {
      throw refusal(from.place(), e.getMessage());
    }
  }

  /** What the command line would refuse is refused here, and where it stands is found by trying each word alone. */
  private void judge() {
    List<Word> all = new ArrayList<>(options);
    all.addAll(packages);
    Optional<String> problem = problem(texts(all));
    if (problem.isEmpty()) {
      return;
    }
    for (Word word : all) {
      if (problem(List.of(word.text())).equals(problem)) {
        throw refusal(word.place(), problem.get());
      }
    }
    throw WorkplaceOptions.usage("shell", file + ": " + problem.get());
  }

  private Optional<String> problem(List<String> words) {
    List<String> line = new ArrayList<>(words);
    line.add(ANY);
    line.add("--");
    line.addAll(command);
    try {
      WorkplaceOptions.SHELL.parse("shell", line.toArray(new String[0]), false).request(Stdio.discard(), word -> {
        throw CarrelException.usage("a manifest cannot join the namespaces of what runs");
      });
      return Optional.empty();
    } catch (CarrelException e) {
      return Optional.of(e.getMessage().replaceFirst("^carrel shell: ", "").replaceFirst("\\.? See carrel shell --help$", ""));
    }
  }

  private CarrelException refusal(Place place, String problem) {
    return WorkplaceOptions.usage("shell", file + ":" + place + ": " + problem);
  }
}
