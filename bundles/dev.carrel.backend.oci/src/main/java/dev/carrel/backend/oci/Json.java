package dev.carrel.backend.oci;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Namespace;
import java.math.BigInteger;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Pieces of a config.json. */
final class Json {
  /** The oldest version that has all that is used here, so that older runtimes take it. */
  static final String VERSION = "1.0.2";

  private static final Map<Namespace, String> NAMES = new EnumMap<>(Map.of(Namespace.USER, "user", Namespace.MOUNT, "mount", Namespace.PID, "pid",
      Namespace.NETWORK, "network", Namespace.IPC, "ipc", Namespace.UTS, "uts", Namespace.CGROUP, "cgroup"));

  private Json() {}

  /** The text of a file. */
  static String text(JsonObject object) {
    return new GsonBuilder().disableHtmlEscaping().create().toJson(object);
  }

  static JsonArray array(Collection<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  static JsonObject mount(String target, String type, String source, List<String> options) {
    JsonObject mount = new JsonObject();
    mount.addProperty("destination", target);
    mount.addProperty("type", type);
    mount.addProperty("source", source);
    mount.add("options", array(options));
    return mount;
  }

  static JsonArray namespaces(Collection<Namespace> wanted) {
    JsonArray namespaces = new JsonArray();
    for (Map.Entry<Namespace, String> name : NAMES.entrySet()) {
      if (wanted.contains(name.getKey())) {
        JsonObject namespace = new JsonObject();
        namespace.addProperty("type", name.getValue());
        namespaces.add(namespace);
      }
    }
    return namespaces;
  }

  static JsonArray mappings(List<IdMapping> ids) {
    JsonArray mappings = new JsonArray();
    for (IdMapping id : ids) {
      JsonObject mapping = new JsonObject();
      mapping.addProperty("containerID", id.inside());
      mapping.addProperty("hostID", id.outside());
      mapping.addProperty("size", id.count());
      mappings.add(mapping);
    }
    return mappings;
  }

  /** Of getrlimit(2). */
  static JsonObject limit(String name, long soft, long hard) {
    JsonObject limit = new JsonObject();
    limit.addProperty("type", "RLIMIT_" + name);
    limit.addProperty("soft", unsigned(soft));
    limit.addProperty("hard", unsigned(hard));
    return limit;
  }

  /** The kernel's numbers of 64 bits have no sign. */
  static BigInteger unsigned(long number) {
    return new BigInteger(Long.toUnsignedString(number));
  }
}
