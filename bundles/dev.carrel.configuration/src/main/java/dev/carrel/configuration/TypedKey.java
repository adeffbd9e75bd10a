package dev.carrel.configuration;

import com.google.gson.JsonPrimitive;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/**
 * A key as the OSGi Configurator reads it: {@code name}, or {@code name:Type}; see OSGi Compendium, 150.3. A type is one of a single value, that with
 * {@code []}, or {@code Collection<Type>}.
 *
 * @param type empty: that which the value has in JSON
 */
record TypedKey(String name, String type) {
  private static final String COLLECTION = "Collection";

  static TypedKey of(String key) {
    int colon = key.lastIndexOf(':');
    return colon < 0 ? new TypedKey(key, "") : new TypedKey(key.substring(0, colon), key.substring(colon + 1).strip());
  }

  /**
   * Values as this type wants them.
   *
   * @param single whether it is no array in the file
   * @throws IllegalArgumentException if they do not fit, or there is no such type
   */
  Object value(List<JsonPrimitive> values, boolean single) {
    boolean collection = type.equals(COLLECTION) || type.startsWith(COLLECTION + "<") && type.endsWith(">");
    boolean array = type.endsWith("[]");
    String each = array ? type.substring(0, type.length() - 2) : collection ? ofCollection() : type;
    List<Object> converted = new ArrayList<>();
    for (JsonPrimitive value : values) {
      converted.add(converted(each, value));
    }
    if (collection) {
      return converted;
    }
    if (array) {
      Object typed = Array.newInstance(type(each), converted.size());
      for (int i = 0; i < converted.size(); i++) {
        Array.set(typed, i, converted.get(i));
      }
      return typed;
    }
    if (!single) {
      throw new IllegalArgumentException("it has several values; " + type + "[] is the type of these");
    }
    return converted.get(0);
  }

  private String ofCollection() {
    return type.equals(COLLECTION) ? "" : type.substring(COLLECTION.length() + 1, type.length() - 1).strip();
  }

  private static Object converted(String each, JsonPrimitive value) {
    String text = value.getAsString();
    return switch (each) {
      case "" -> SettingFile.plain(value);
      case "String" -> text;
      case "Integer", "int" -> Integer.valueOf(text);
      case "Long", "long" -> Long.valueOf(text);
      case "Short", "short" -> Short.valueOf(text);
      case "Byte", "byte" -> Byte.valueOf(text);
      case "Double", "double" -> Double.valueOf(text);
      case "Float", "float" -> Float.valueOf(text);
      case "Boolean", "boolean" -> truth(text);
      case "Character", "char" -> character(text);
      case "binary" -> throw new IllegalArgumentException("binary is for files inside bundles");
      default -> throw new IllegalArgumentException("the OSGi Configurator has no type " + each);
    };
  }

  private static Class<?> type(String each) {
    return switch (each) {
      case "String" -> String.class;
      case "Integer" -> Integer.class;
      case "int" -> int.class;
      case "Long" -> Long.class;
      case "long" -> long.class;
      case "Short" -> Short.class;
      case "short" -> short.class;
      case "Byte" -> Byte.class;
      case "byte" -> byte.class;
      case "Double" -> Double.class;
      case "double" -> double.class;
      case "Float" -> Float.class;
      case "float" -> float.class;
      case "Boolean" -> Boolean.class;
      case "boolean" -> boolean.class;
      case "Character" -> Character.class;
      case "char" -> char.class;
      default -> throw new IllegalArgumentException("the OSGi Configurator has no type " + each + "[]");
    };
  }

  private static Boolean truth(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("it is to be true or false");
    }
    return Boolean.valueOf(text);
  }

  private static Character character(String text) {
    if (text.length() != 1) {
      throw new IllegalArgumentException("it is to be one character");
    }
    return text.charAt(0);
  }
}
