package dev.carrel.shell;

import dev.carrel.api.mount.Access;
import dev.carrel.api.store.Generation;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import dev.carrel.api.system.SystemGroup;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemUser;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Systems as text and as JSON. */
final class SystemReport {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.systemDefault());

  private SystemReport() {}

  /** The name of a generation's system. */
  static String name(Generation generation) {
    return generation.profile().name().substring(SystemName.PROFILE.length());
  }

  static String generations(List<ProfileReport.Shown> shown, boolean json) {
    if (json) {
      return Json.of(shown.stream().map(SystemReport::generation).toList());
    }
    Table table = new Table("", "SYSTEM", "GENERATION", "MADE", "ITEM");
    for (ProfileReport.Shown one : shown) {
      table.row(one.current() ? "*" : "", name(one.generation()), Integer.toString(one.generation().number()), TIME.format(one.generation().made()),
          one.generation().item().toString());
    }
    return table.toString();
  }

  private static Map<String, Object> generation(ProfileReport.Shown shown) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("system", name(shown.generation()));
    data.put("generation", shown.generation().number());
    data.put("current", shown.current());
    data.put("made", shown.generation().made().toString());
    data.put("item", shown.generation().item().toString());
    return data;
  }

  /** What a declaration says. Of passwords, only whether there is one. */
  static String declared(SystemDeclaration declaration, boolean json) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", declaration.name().name());
    data.put("hostname", declaration.hostname());
    declaration.timezone().ifPresent(zone -> data.put("timezone", zone));
    data.put("locale", declaration.locale());
    data.put("init", declaration.init());
    data.put("packages", declaration.packages());
    data.put("groups", declaration.groups().stream().map(SystemGroup::name).toList());
    data.put("users", declaration.users().stream().map(SystemUser::name).toList());
    data.put("files", declaration.files().stream().map(SystemFile::path).map(Path::toString).toList());
    data.put("services", declaration.services().stream().map(Service::name).toList());
    data.put("persistent", declaration.persistent().stream().map(directory -> directory.path().toString()).toList());
    data.put("mappings", declaration.mappings().stream().map(SystemReport::mapping).toList());
    data.put("options", declaration.options());
    return said(data, json);
  }

  /** What a system that is kept was made of. */
  static String kept(Generation generation, SystemStart start, boolean json) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", start.name().name());
    data.put("generation", generation.number());
    data.put("made", json ? generation.made().toString() : TIME.format(generation.made()));
    data.put("item", start.item().toString());
    data.put("profile", start.profile().toString());
    data.put("hostname", start.hostname());
    data.put("locale", start.locale());
    data.put("init", start.init());
    data.put("services", List.copyOf(start.services().keySet()));
    data.put("persistent", start.persistent().stream().map(kept -> kept.path().toString()).toList());
    data.put("mappings", start.mappings().stream().map(SystemReport::mapping).toList());
    data.put("options", start.options());
    data.put("omitted", start.omitted());
    return said(data, json);
  }

  private static String mapping(SystemMapping mapping) {
    return mapping.source() + (mapping.target().equals(mapping.source()) ? "" : "=" + mapping.target()) + " ("
        + (mapping.access() == Access.SHARE ? "writable" : "read-only") + (mapping.optional() ? ", if it is there" : "") + ")";
  }

  private static String said(Map<String, Object> data, boolean json) {
    if (json) {
      return Json.of(data);
    }
    StringBuilder text = new StringBuilder();
    data.forEach((key, value) -> {
      if (value instanceof List<?> list) {
        list.forEach(one -> line(text, key, one.toString()));
      } else {
        line(text, key, value.toString());
      }
    });
    return text.toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append(": ").append(Printable.line(value)).append('\n');
  }
}
