package dev.carrel.toml;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.tomlj.TomlVersion;

/** Reads TOML 1.0. */
@Component
public final class TomlDeclarations implements Declarations {
  private static final Place BEGINNING = new Place(1, 1);
  /** No declaration of people's is as deep; a parser that calls itself has an end. */
  private static final int DEEPEST = 50;
  private static final String NO_TOML = " is no TOML: ";

  @Override
  public Value.Table read(String name, String text) {
    refuseDepth(name, text);
    TomlParseResult result = Toml.parse(text, TomlVersion.V1_0_0);
    if (result.hasErrors()) {
      TomlParseError first = result.errors().get(0);
      String why = first.getMessage().replace("\n", "\\n").replaceAll("\\.$", "");
      throw CarrelException.usage(name + ":" + place(first.position()) + ": this" + NO_TOML + why);
    }
    return new Reading(text.split("\n", -1)).table(BEGINNING, result);
  }

  /** Brackets within brackets, wherever they stand: more than that are no declaration, and would take all of the stack. */
  private static void refuseDepth(String name, String text) {
    int depth = 0;
    int line = 1;
    int begin = -1;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '[', '{' -> depth++;
        case ']', '}' -> depth--;
        case '\n' -> {
          line++;
          begin = i;
        }
        default -> { }
      }
      if (depth > DEEPEST) {
        throw CarrelException.usage(name + ":" + line + ":" + (i - begin) + ": there are more than " + DEEPEST
            + " brackets within each other");
      }
    }
  }

  /**
   * A file that is being read.
   *
   * @param lines of it
   */
  private record Reading(String[] lines) {
    private Value.Table table(Place place, TomlTable table) {
      Map<String, Value> values = new LinkedHashMap<>();
      for (String key : table.keySet()) {
        List<String> path = List.of(key);
        values.put(key, value(place(table.inputPositionOf(path)), table.get(path)));
      }
      return new Value.Table(place, values);
    }

    private Value value(Place place, Object read) {
      if (read instanceof String text) {
        return new Value.Text(place, text);
      }
      if (read instanceof Long number) {
        return new Value.Whole(place, number);
      }
      if (read instanceof Boolean truth) {
        return new Value.Truth(place, truth);
      }
      if (read instanceof TomlTable table) {
        return table(place, table);
      }
      if (read instanceof TomlArray array) {
        List<Value> values = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
          values.add(value(element(array.inputPositionOf(i)), array.get(i)));
        }
        return new Value.Sequence(place, values);
      }
      return new Value.Other(place, read instanceof Double ? "a number with a fraction" : "a date or time");
    }

    /** For the parser, an element of an array begins with the ends of lines and the comments before it. */
    private Place element(TomlPosition position) {
      int line = position.line();
      int column = position.column();
      while (line <= lines.length) {
        String text = lines[line - 1];
        while (column <= text.length() && Character.isWhitespace(text.charAt(column - 1))) {
          column++;
        }
        if (column <= text.length() && text.charAt(column - 1) != '#') {
          return new Place(line, column);
        }
        line++;
        column = 1;
      }
      return place(position);
    }
  }

  private static Place place(TomlPosition position) {
    return new Place(position.line(), position.column());
  }
}
