package dev.carrel.configuration;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Array;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One file in the form of the OSGi Configurator: an object with PIDs, each of which is an object with keys; see OSGi Compendium, 150.3.
 *
 * @param commented whether it has comments, too
 */
record SettingFile(Path path, JsonObject content, boolean commented) {
  private static final long LARGEST = 1 << 20;
  /** How keys begin that are meant for the Configurator itself. */
  private static final String RESERVED = ":configurator:";

  /** @throws CarrelException if it cannot be read, or is no such file */
  static SettingFile read(Path path) {
    try {
      if (!Files.isRegularFile(path)) { // to read a pipe would be to wait for who writes to it
        throw refusal(path, Files.exists(path) ? "it is no file" : "it is a link to what is not there");
      }
      if (Files.size(path) > LARGEST) {
        throw refusal(path, "it is larger than " + (LARGEST >> 20) + " MiB");
      }
      String text = Files.readString(path);
      String json = Comments.blanked(text);
      JsonReader reader = new JsonReader(new StringReader(json));
      reader.setStrictness(Strictness.STRICT);
      JsonElement all = JsonParser.parseReader(reader);
      if (!all.isJsonObject() || reader.peek() != JsonToken.END_DOCUMENT) {
        throw refusal(path, "it is to be one JSON object, { \"PID\": { \"key\": value } }");
      }
      return new SettingFile(path, all.getAsJsonObject(), !json.equals(text));
    } catch (CharacterCodingException e) {
      throw refusal(path, "it is no text in UTF-8");
    } catch (JsonParseException e) {
      throw refusal(path, "it is no JSON: " + firstLine(e));
    } catch (IOException e) {
      throw refusal(path, "it cannot be read: " + e.getMessage());
    }
  }

  private static String firstLine(JsonParseException e) {
    String message = e.getCause() == null ? String.valueOf(e.getMessage()) : String.valueOf(e.getCause().getMessage());
    return message.replaceFirst("^Use JsonReader\\S* to accept ", "").lines().findFirst().orElse("").replaceFirst("[. ]*(path \\$\\S*)?[. ]*$", "");
  }

  private static CarrelException refusal(Path path, String problem) {
    return CarrelException.usage("cannot take the configuration from " + path + ": " + problem + ". Mend it or remove it; see carrel config --help");
  }

  /** What it says, for each PID. */
  Map<String, Map<String, Object>> values() {
    Map<String, Map<String, Object>> values = new TreeMap<>();
    for (Map.Entry<String, JsonElement> entry : content.entrySet()) {
      if (entry.getKey().startsWith(RESERVED)) {
        continue;
      }
      if (!entry.getValue().isJsonObject()) {
        throw refusal(path, "what it says of " + entry.getKey() + " is to be an object, { \"key\": value }");
      }
      Map<String, Object> keys = new TreeMap<>();
      for (Map.Entry<String, JsonElement> one : entry.getValue().getAsJsonObject().entrySet()) {
        if (!one.getKey().startsWith(RESERVED)) {
          TypedKey key = TypedKey.of(one.getKey());
          Object value = value(entry.getKey() + " " + one.getKey(), key, one.getValue());
          if (keys.put(key.name(), value) != null) {
            throw refusal(path, "it has " + entry.getKey() + " " + key.name() + " twice, with different types");
          }
        }
      }
      values.put(entry.getKey(), keys);
    }
    return values;
  }

  private Object value(String name, TypedKey key, JsonElement value) {
    List<JsonPrimitive> primitives = new ArrayList<>();
    if (value.isJsonArray()) {
      for (JsonElement element : value.getAsJsonArray()) {
        primitives.add(primitive(name, element));
      }
    } else {
      primitives.add(primitive(name, value));
    }
    if (!key.type().isEmpty()) {
      return typed(name, key, primitives, !value.isJsonArray());
    }
    return value.isJsonArray() ? array(name, primitives) : plain(primitives.get(0));
  }

  private JsonPrimitive primitive(String name, JsonElement value) {
    if (!value.isJsonPrimitive()) {
      throw refusal(path, name + " is to be a text, a number, true, false, or an array of one of these");
    }
    return value.getAsJsonPrimitive();
  }

  private Object typed(String name, TypedKey key, List<JsonPrimitive> values, boolean single) {
    try {
      return key.value(values, single);
    } catch (NumberFormatException e) {
      throw refusal(path, name + " has a value that is no " + key.type());
    } catch (IllegalArgumentException e) {
      throw refusal(path, name + " cannot be: " + e.getMessage());
    }
  }

  private Object array(String name, List<JsonPrimitive> primitives) {
    List<Object> values = new ArrayList<>();
    for (JsonPrimitive primitive : primitives) {
      values.add(plain(primitive));
      if (values.get(0).getClass() != values.get(values.size() - 1).getClass()) {
        throw refusal(path, name + " is to be an array of texts alone, or of numbers alone, or of true and false");
      }
    }
    Object typed = Array.newInstance(values.isEmpty() ? String.class : values.get(0).getClass(), values.size());
    for (int i = 0; i < values.size(); i++) {
      Array.set(typed, i, values.get(i));
    }
    return typed;
  }

  /** As it is in JSON. */
  static Object plain(JsonPrimitive value) {
    if (value.isBoolean()) {
      return value.getAsBoolean();
    }
    if (value.isString()) {
      return value.getAsString();
    }
    try {
      return Long.valueOf(value.getAsString());
    } catch (NumberFormatException e) {
      return value.getAsDouble();
    }
  }
}
