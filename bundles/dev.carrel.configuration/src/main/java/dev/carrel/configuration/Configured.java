package dev.carrel.configuration;

import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What all files say together.
 *
 * @param byPid for each PID, by the key
 */
record Configured(Map<String, Map<String, Value>> byPid) {
  /**
   * One value.
   *
   * @param value of one of the types that ConfigAdmin has, an array or a collection of these
   * @param origin the file that says so
   */
  record Value(Object value, Path origin) {
    /** Each as text. */
    List<String> texts() {
      if (value instanceof Collection<?> values) {
        return values.stream().map(Object::toString).toList();
      }
      if (!value.getClass().isArray()) {
        return List.of(value.toString());
      }
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        texts.add(Array.get(value, i).toString());
      }
      return texts;
    }
  }

  static Configured nothing() {
    return new Configured(new TreeMap<>());
  }

  /** Has one more file count, before those that were there already. */
  void add(Path file, Map<String, Map<String, Object>> content) {
    content.forEach((pid, values) -> values.forEach(
        (key, value) -> byPid.computeIfAbsent(pid, name -> new TreeMap<>()).put(key, new Value(value, file))));
  }

  Optional<Value> get(String pid, String key) {
    return Optional.ofNullable(byPid.getOrDefault(pid, Map.of()).get(key));
  }

  /** As ConfigAdmin wants it. */
  Dictionary<String, Object> dictionary(String pid) {
    Dictionary<String, Object> dictionary = new Hashtable<>();
    byPid.getOrDefault(pid, Map.of()).forEach((key, value) -> dictionary.put(key, value.value()));
    return dictionary;
  }

  /** Comparable: arrays are not. */
  Map<String, List<String>> texts(String pid) {
    Map<String, List<String>> texts = new TreeMap<>();
    byPid.getOrDefault(pid, Map.of()).forEach((key, value) -> texts.put(key, value.texts()));
    return texts;
  }
}
