package dev.carrel.shell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON Schema of declarations, for editors: from the same keys as the reader's. */
final class SystemSchema {
  private static final String STRING = "string";
  private static final String TYPE = "type";
  private static final String PROPERTIES = "additionalProperties";
  private static final Map<SystemTable, String> NAMES = Map.of(
      SystemTable.GROUP, "^[a-z_][a-z0-9_-]{0,31}$",
      SystemTable.USER, "^[a-z_][a-z0-9_-]{0,31}$",
      SystemTable.FILE, "^/etc/.",
      SystemTable.DIRECTORY, "^/.",
      SystemTable.SERVICE, "^[a-z0-9][a-z0-9_-]{0,39}$");

  private SystemSchema() {}

  /** As data for JSON. */
  static Map<String, Object> of() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "A system of Carrel");
    schema.putAll(table(SystemTable.SYSTEM));
    return schema;
  }

  private static Map<String, Object> table(SystemTable table) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (SystemKey key : table.keys()) {
      properties.put(key.name(), described(key.says(), value(key)));
      if (key.required()) {
        required.add(key.name());
      }
    }
    if (table == SystemTable.SYSTEM) {
      SystemTable.options().forEach(key -> properties.put(key.name(), described("as --" + key.option() + " of carrel run", value(key.kind()))));
    }
    Map<String, Object> schema = typed("object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put(PROPERTIES, false);
    return schema;
  }

  private static Map<String, Object> described(String says, Map<String, Object> value) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("description", says);
    described.putAll(value);
    return described;
  }

  private static Map<String, Object> value(SystemKey key) {
    return switch (key.kind()) {
      case TEXT -> {
        Map<String, Object> text = typed(STRING);
        if (!key.choices().isEmpty()) {
          text.put("enum", key.choices());
        }
        yield text;
      }
      case WHOLE -> typed("integer");
      case FLAG -> typed("boolean");
      case TEXTS -> list();
      case VARIABLES -> variables();
      case NAMED -> {
        Map<String, Object> named = typed("object");
        named.put("propertyNames", Map.of("pattern", NAMES.get(key.table())));
        named.put(PROPERTIES, table(key.table()));
        yield named;
      }
    };
  }

  private static Map<String, Object> value(ManifestKey.Kind kind) {
    return switch (kind) {
      case TEXT, PATH -> typed(STRING);
      case WHOLE -> typed("integer");
      case FLAG -> typed("boolean");
      case LIST, PATHS, MOUNTS, WORDS -> list();
      case TABLE -> variables();
    };
  }

  private static Map<String, Object> list() {
    Map<String, Object> list = typed("array");
    list.put("items", typed(STRING));
    return list;
  }

  private static Map<String, Object> variables() {
    Map<String, Object> variables = typed("object");
    Map<String, Object> value = new LinkedHashMap<>();
    value.put(TYPE, List.of(STRING, "integer"));
    variables.put(PROPERTIES, value);
    return variables;
  }

  private static Map<String, Object> typed(String type) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put(TYPE, type);
    return schema;
  }
}
