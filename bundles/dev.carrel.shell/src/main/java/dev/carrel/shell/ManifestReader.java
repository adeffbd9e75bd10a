package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.declaration.Value;
import dev.carrel.shell.KeyWords.Word;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a manifest, and refuses what makes no sense with its place. */
final class ManifestReader {
  /** A package that there need not be: what a manifest's options say is judged with it. */
  private static final String ANY = "any";

  private final KeyWords words;
  private final List<Word> packages = new ArrayList<>();
  private final List<String> command = new ArrayList<>();

  private ManifestReader(Path file) {
    this.words = new KeyWords("shell", file);
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
    List<Word> all = new ArrayList<>(reader.words.options());
    all.addAll(reader.packages);
    reader.words.judge(all, reader::problem);
    return new Manifest(KeyWords.texts(reader.words.options()), KeyWords.texts(reader.packages), reader.command);
  }

  private void take(String name, Value value) {
    ManifestKey key = known(name, value);
    if (key.kind() == ManifestKey.Kind.WORDS) {
      words.each(key, value, text -> word(key, text));
    } else {
      words.take(key, value);
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
    throw words.refusal(value.place(), "there is no key '" + name + "' in a manifest"
        + (nearest.isEmpty() ? "; there is " + String.join(", ", names) : "; did you mean " + nearest + "?"));
  }

  private void word(ManifestKey key, Value.Text text) {
    if (key.name().equals(ManifestKey.COMMAND)) {
      command.add(text.text());
      return;
    }
    if (text.text().isEmpty() || text.text().startsWith("-")) {
      throw words.refusal(text.place(), "'" + text.text() + "' is no name of a package");
    }
    packages.add(new Word(text.text(), text.place()));
  }

  private Optional<String> problem(List<String> said) {
    List<String> line = new ArrayList<>(said);
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
}
