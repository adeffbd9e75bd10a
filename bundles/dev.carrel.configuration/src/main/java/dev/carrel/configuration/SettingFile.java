package dev.carrel.configuration;

import com.google.gson.JsonArray;
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

/** One file in the form of the OSGi Configurator: an object with PIDs, each of which is an object with keys; see OSGi Compendium, 150.3. */
record SettingFile(Path path, JsonObject content) {
  private static final long LARGEST = 1 << 20;
  /** How keys begin that are meant for the Configurator itself. */
  private static final String RESERVED = ":configurator:";

  /** @throws CarrelException if it cannot be read, or is no such file */
  static SettingFile read(Path path) {
    try {
      if (Files.size(path) > LARGEST) {
        throw refusal(path, "it is larger than " + (LARGEST >> 20) + " MiB");
      }
      JsonReader reader = new JsonReader(new StringReader(Files.readString(path)));
      reader.setStrictness(Strictness.STRICT);
      JsonElement all = JsonParser.parseReader(reader);
      if (!all.isJsonObject() || reader.peek() != JsonToken.END_DOCUMENT) {
        throw refusal(path, "it is to be one JSON object, { \"PID\": { \"key\": value } }");
      }
      return new SettingFile(path, all.getAsJsonObject());
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
    return message.lines().findFirst().orElse("").replaceFirst("[. ]*(path \\$\\S*)?[. ]*$", "");
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
          keys.put(one.getKey(), value(entry.getKey() + " " + one.getKey(), one.getValue()));
        }
      }
      values.put(entry.getKey(), keys);
    }
    return values;
  }

  private Object value(String name, JsonElement value) {
    if (value.isJsonPrimitive()) {
      return plain(value.getAsJsonPrimitive());
    }
    if (!value.isJsonArray()) {
      throw refusal(path, name + " is to be a text, a number, true, false, or an array of one of these");
    }
    JsonArray array = value.getAsJsonArray();
    List<Object> values = new ArrayList<>();
    for (JsonElement element : array) {
      if (!element.isJsonPrimitive() || !values.isEmpty() && plain(element.getAsJsonPrimitive()).getClass() != values.get(0).getClass()) {
        throw refusal(path, name + " is to be an array of texts alone, or of numbers alone, or of true and false");
      }
      values.add(plain(element.getAsJsonPrimitive()));
    }
    Object typed = Array.newInstance(values.isEmpty() ? String.class : values.get(0).getClass(), values.size());
    for (int i = 0; i < values.size(); i++) {
      Array.set(typed, i, values.get(i));
    }
    return typed;
  }

  private static Object plain(JsonPrimitive value) {
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
