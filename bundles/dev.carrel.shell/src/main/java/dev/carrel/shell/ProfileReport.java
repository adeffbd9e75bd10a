package dev.carrel.shell;

import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.PackageInfo;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Profiles as text and as JSON. */
final class ProfileReport {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.systemDefault());

  /** A generation, and whether its profile is at it. */
  record Shown(Generation generation, boolean current) {}

  private ProfileReport() {}

  static String count(Generation generation) {
    int count = generation.packages().size();
    return count == 1 ? "1 package" : count + " packages";
  }

  static String requests(List<Chosen> packages, boolean json) {
    if (json) {
      return Json.of(packages.stream().map(ProfileReport::request).toList());
    }
    Table table = new Table("PACKAGE", "VERSION", "SOURCE");
    for (Chosen one : packages) {
      table.row(one.request().toString(), one.version().isEmpty() ? "-" : one.version(), one.source());
    }
    return table.toString();
  }

  private static Map<String, Object> request(Chosen one) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", one.request().name());
    one.request().version().ifPresent(version -> data.put("wantedVersion", version));
    data.put("version", one.version());
    data.put("source", one.source());
    return data;
  }

  static String generations(List<Shown> shown, boolean json) {
    if (json) {
      return Json.of(shown.stream().map(ProfileReport::generation).toList());
    }
    Table table = new Table("", "PROFILE", "GENERATION", "MADE", "PACKAGES");
    for (Shown one : shown) {
      List<String> names = new ArrayList<>();
      one.generation().packages().forEach(chosen -> names.add(chosen.request().toString()));
      table.row(one.current() ? "*" : "", one.generation().profile().name(), Integer.toString(one.generation().number()),
          TIME.format(one.generation().made()), String.join(" ", names));
    }
    return table.toString();
  }

  private static Map<String, Object> generation(Shown shown) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("profile", shown.generation().profile().name());
    data.put("generation", shown.generation().number());
    data.put("current", shown.current());
    data.put("made", shown.generation().made().toString());
    data.put("item", shown.generation().item().toString());
    data.put("packages", shown.generation().packages().stream().map(ProfileReport::request).toList());
    return data;
  }

  static String packages(List<PackageInfo> found, boolean json, boolean whole) {
    if (json) {
      return Json.of(found.stream().map(ProfileReport::info).toList());
    }
    StringBuilder text = new StringBuilder();
    if (whole) {
      for (PackageInfo info : found) {
        text.append(text.length() == 0 ? "" : "\n").append(Printable.line(info.name() + " " + info.version() + " (" + info.source() + ")")).append('\n')
            .append("  ").append(Printable.line(info.summary())).append('\n');
        text.append(info.homepage().isEmpty() ? "" : "  " + Printable.line(info.homepage()) + "\n");
        for (String line : info.description().isEmpty() ? new String[0] : info.description().split("\n")) {
          text.append(line.isEmpty() ? "\n" : "    " + Printable.line(line) + "\n");
        }
      }
      return text.toString();
    }
    Table table = new Table("PACKAGE", "VERSION", "SUMMARY");
    for (PackageInfo info : found) {
      table.row(info.name(), info.version(), info.summary());
    }
    return table.toString();
  }

  private static Map<String, Object> info(PackageInfo info) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", info.name());
    data.put("version", info.version());
    data.put("source", info.source());
    data.put("summary", info.summary());
    data.put("description", info.description());
    data.put("homepage", info.homepage());
    return data;
  }
}
