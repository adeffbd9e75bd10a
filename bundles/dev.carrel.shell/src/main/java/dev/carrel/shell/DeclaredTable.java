package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import dev.carrel.api.system.SystemPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A table of a declaration: its keys are known, none is missing, and their values are what they are to be. */
final class DeclaredTable {
  private final KeyWords words;
  private final SystemTable kind;
  private final String title;
  private final Value.Table table;

  /**
   * Judges a table.
   *
   * @param title what it is called in a sentence: the service web
   * @param at the key it stands at, with a dot behind; may be empty
   * @param places where the place of each key is put
   */
  DeclaredTable(KeyWords words, SystemTable kind, String title, String at, Value.Table table, Map<String, Place> places) {
    this.words = words;
    this.kind = kind;
    this.title = title;
    this.table = table;
    Map<String, SystemKey> keys = new LinkedHashMap<>();
    kind.keys().forEach(key -> keys.put(key.name(), key));
    for (Map.Entry<String, Value> entry : table.values().entrySet()) {
      places.put(at + entry.getKey(), entry.getValue().place());
      if (keys.containsKey(entry.getKey())) {
        judge(keys.get(entry.getKey()), entry.getValue());
      } else if (kind != SystemTable.SYSTEM || SystemTable.option(entry.getKey()).isEmpty()) {
        throw unknown(entry.getKey(), entry.getValue());
      }
    }
    for (SystemKey key : keys.values()) {
      if (key.required() && !table.values().containsKey(key.name())) {
        throw words.refusal(table.place(), title + " has no " + key.name() + ": write " + key.kind().example(key.name()));
      }
    }
  }

  private void judge(SystemKey key, Value value) {
    if (!key.kind().fits(value)) {
      throw words.refusal(wrong(key, value).place(), key.name() + " is to be " + key.kind().meaning() + ", and here is "
          + KeyWords.kind(wrong(key, value)) + ": write " + key.kind().example(key.name()));
    }
    if (!key.choices().isEmpty() && !key.choices().contains(((Value.Text) value).text())) {
      throw words.refusal(value.place(), key.name() + " is one of " + String.join(", ", key.choices()) + ", and here is '" + ((Value.Text) value).text() + "'");
    }
  }

  /** What of a value does not fit: itself, or one of those in it. */
  private static Value wrong(SystemKey key, Value value) {
    if (key.kind() == SystemKey.Kind.TEXTS && value instanceof Value.Sequence list) {
      return list.values().stream().filter(one -> !(one instanceof Value.Text)).findFirst().orElse(value);
    }
    boolean named = key.kind() == SystemKey.Kind.NAMED;
    if ((named || key.kind() == SystemKey.Kind.VARIABLES) && value instanceof Value.Table inner) {
      return inner.values().values().stream()
          .filter(one -> named ? !(one instanceof Value.Table) : !(one instanceof Value.Text || one instanceof Value.Whole)).findFirst().orElse(value);
    }
    return value;
  }

  private CarrelException unknown(String name, Value value) {
    String nearest = NearestName.of(name, kind.names());
    return words.refusal(value.place(), "there is no key '" + name + "' in " + kind.title()
        + (nearest.isEmpty() ? "; there is " + String.join(", ", kind.names()) : "; did you mean " + nearest + "?"));
  }

  boolean has(String name) {
    return table.values().containsKey(name);
  }

  Optional<String> text(String name) {
    return has(name) ? Optional.of(((Value.Text) table.values().get(name)).text()) : Optional.empty();
  }

  String text(String name, String otherwise) {
    return text(name).orElse(otherwise);
  }

  boolean flag(String name, boolean otherwise) {
    return has(name) ? ((Value.Truth) table.values().get(name)).is() : otherwise;
  }

  /** A number within bounds. */
  long whole(String name, long otherwise, long least, long most) {
    long number = has(name) ? ((Value.Whole) table.values().get(name)).number() : otherwise;
    if (number < least || number > most) {
      throw refusal(name, name + " is " + least + " to " + most + ", and here is " + number);
    }
    return number;
  }

  /** The texts of a list with their places; empty: there is none. */
  List<Value.Text> values(String name) {
    List<Value.Text> texts = new ArrayList<>();
    if (has(name)) {
      ((Value.Sequence) table.values().get(name)).values().forEach(value -> texts.add((Value.Text) value));
    }
    return texts;
  }

  List<String> texts(String name) {
    return values(name).stream().map(Value.Text::text).toList();
  }

  /** The same, none of them twice. */
  List<Value.Text> distinct(String name) {
    Set<String> seen = new HashSet<>();
    for (Value.Text one : values(name)) {
      if (!seen.add(one.text())) {
        throw words.refusal(one.place(), name + " of " + title + " names " + one.text() + " twice");
      }
    }
    return values(name);
  }

  Map<String, String> variables(String name) {
    Map<String, String> variables = new LinkedHashMap<>();
    if (has(name)) {
      ((Value.Table) table.values().get(name)).values().forEach((variable, value) ->
          variables.put(variable, value instanceof Value.Text text ? text.text() : Long.toString(((Value.Whole) value).number())));
    }
    return variables;
  }

  /** The tables by name at a key. */
  Map<String, Value.Table> tables(String name) {
    Map<String, Value.Table> tables = new LinkedHashMap<>();
    if (has(name)) {
      ((Value.Table) table.values().get(name)).values().forEach((one, value) -> tables.put(one, (Value.Table) value));
    }
    return tables;
  }

  /** A path inside. */
  Path path(String name, Path otherwise) {
    return has(name) ? told(name, () -> SystemPath.of(text(name, ""))) : otherwise;
  }

  /** A mode in octal digits. */
  int mode(int otherwise) {
    Optional<String> text = text("mode");
    if (text.isPresent() && !text.get().matches("[01]?[0-7]{3}")) {
      throw refusal("mode", "mode is 000 to 1777 in octal digits, as \"0640\", and here is '" + text.get() + "'");
    }
    return text.isPresent() ? Integer.parseInt(text.get(), 8) : otherwise;
  }

  /** What comes of a key; what is wrong with it is told with its place. */
  <T> T told(String name, Supplier<T> reading) {
    return words.told(has(name) ? table.values().get(name) : table, reading);
  }

  /** What comes of the whole table. */
  <T> T told(Supplier<T> reading) {
    return words.told(table, reading);
  }

  CarrelException refusal(String name, String problem) {
    return words.refusal(has(name) ? table.values().get(name).place() : table.place(), problem);
  }
}
