package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.PackageInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells of packages what the lists say: deb822(5), as {@code apt-cache} prints it. */
record Catalog(Apt apt) {
  private static final String SPECIAL = ".[]*^$\\+?(){}|";

  /** The packages in whose name or description all words are found. */
  List<PackageInfo> search(List<String> words) {
    List<String> arguments = new ArrayList<>(List.of("search", "--full", "--"));
    for (String word : words) {
      arguments.add(literally(word));
    }
    return new ArrayList<>(run(arguments).values());
  }

  /** Those that there are, in the order of the names. */
  List<PackageInfo> describe(List<String> names) {
    List<String> arguments = new ArrayList<>(List.of("show", "--no-all-versions", "--"));
    arguments.addAll(names);
    Map<String, PackageInfo> known = run(arguments);
    List<PackageInfo> described = new ArrayList<>();
    for (String name : names) {
      PackageInfo info = known.get(PackageName.plain(name));
      if (info != null) {
        described.add(info);
      }
    }
    return described;
  }

  /** Apt takes words for regular expressions. */
  private static String literally(String word) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      text.append(SPECIAL.indexOf(word.charAt(i)) < 0 ? "" : "\\").append(word.charAt(i));
    }
    return text.toString();
  }

  private Map<String, PackageInfo> run(List<String> arguments) {
    Apt.Ran ran = apt.run("apt-cache", arguments);
    // 100 also if one of several is not known: then it has told of the others.
    if (ran.status() != 0 && ran.err().stream().noneMatch(line -> line.contains("No packages found") || line.contains("Unable to locate"))) {
      throw CarrelException.failed("Packages could not be looked up: " + AptMessages.errors(ran) + ". Fetching the lists anew (--refresh) may help.");
    }
    Map<String, PackageInfo> found = new TreeMap<>();
    Map<String, String> fields = new LinkedHashMap<>();
    String last = "";
    for (String line : ran.out()) {
      if (line.isEmpty()) {
        add(fields, found);
        fields.clear();
      } else if (line.startsWith(" ")) {
        String more = line.strip().equals(".") ? "" : line.substring(1);
        fields.merge(last, more, (before, next) -> before + "\n" + next);
      } else {
        int colon = line.indexOf(':');
        last = colon < 0 ? line : line.substring(0, colon).startsWith("Description") && !line.startsWith("Description-md5") ? "Description" : line.substring(0, colon);
        fields.put(last, colon < 0 ? "" : line.substring(colon + 1).strip());
      }
    }
    add(fields, found);
    return found;
  }

  private static void add(Map<String, String> fields, Map<String, PackageInfo> found) {
    String name = fields.get("Package");
    if (name == null) {
      return;
    }
    String[] description = fields.getOrDefault("Description", "").split("\n", 2);
    found.putIfAbsent(name, new PackageInfo(name, fields.getOrDefault("Version", ""), DebianSource.SOURCE, description[0],
        description.length > 1 ? description[1] : "", fields.getOrDefault("Homepage", "")));
  }
}
