package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes what dpkg adds to its database when it unpacks packages and does not configure them; see dpkg(1), dpkg-query(1) and
 * deb-triggers(5).
 */
final class PackageDatabase {
  private static final Set<String> SCRIPTS = Set.of("preinst", "postinst", "config");

  private static final String DATABASE = "var/lib/dpkg";

  private final Path files;
  private final Path additions;
  private final Set<String> skipped;
  private final Set<UnpackedPackage> base;

  /**
   * Below a directory: new files in {@code root}, and in {@code more} what is to be appended to files that may be there.
   *
   * @param skipped names of packages that get no scripts
   * @param base packages whose settings are in their places, as if these had been there before the others
   */
  PackageDatabase(Path material, Set<String> skipped, Set<UnpackedPackage> base) {
    this.files = material.resolve("root").resolve(DATABASE);
    this.additions = material.resolve("more").resolve(DATABASE);
    this.skipped = skipped;
    this.base = base;
  }

  void write(List<UnpackedPackage> packages) throws IOException {
    Path info = Files.createDirectories(files.resolve("info"));
    for (String name : new String[] {"alternatives", "parts", "updates", "triggers"}) {
      Files.createDirectories(files.resolve(name));
    }
    Files.createDirectories(additions.resolve("triggers"));
    StringBuilder status = new StringBuilder();
    Map<String, Set<String>> interests = new TreeMap<>();
    Set<String> paths = new TreeSet<>();
    for (UnpackedPackage one : packages) {
      status.append(paragraph(one)).append('\n');
      boolean withoutScripts = one.isAmong(skipped);
      for (Path file : one.controlFiles()) {
        String kind = file.getFileName().toString();
        if (!(withoutScripts && SCRIPTS.contains(kind))) {
          Files.copy(file, info.resolve(one.name() + "." + kind));
        }
      }
      Files.writeString(info.resolve(one.name() + ".list"), String.join("\n", one.files()) + "\n");
      if (one.has("triggers") && !withoutScripts) {
        addInterests(one, interests, paths);
      }
    }
    Files.writeString(additions.resolve("status"), status);
    Files.writeString(info.resolve("format"), "1\n");
    for (String name : new String[] {"available", "diversions", "statoverride", "triggers/Unincorp"}) {
      Files.writeString(additions.resolve(name), "");
    }
    Files.writeString(additions.resolve("triggers/File"), lines(paths));
    for (Map.Entry<String, Set<String>> interest : interests.entrySet()) {
      Files.writeString(additions.resolve("triggers").resolve(interest.getKey()), lines(interest.getValue()));
    }
  }

  private static String lines(Set<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  private String paragraph(UnpackedPackage one) throws IOException {
    StringBuilder text = new StringBuilder(2000);
    text.append("Package: ").append(one.plainName()).append("\nStatus: install ok unpacked\n");
    for (String line : one.control().lines()) {
      if (!line.regionMatches(true, 0, "Package:", 0, "Package:".length())) {
        text.append(line).append('\n');
      }
    }
    List<String> settings = one.settings();
    if (!settings.isEmpty()) {
      text.append("Conffiles:\n");
      for (String name : settings) {
        text.append(' ').append(name).append(' ').append(base.contains(one) ? md5(one.file(name)) : "newconffile").append('\n');
      }
    }
    return text.toString();
  }

  private static String md5(Path file) throws IOException {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has MD5", e);
    }
  }

  private static void addInterests(UnpackedPackage one, Map<String, Set<String>> interests, Set<String> paths) throws IOException {
    String text = Files.readString(one.controlFile("triggers"), StandardCharsets.ISO_8859_1);
    for (String line : text.split("\n")) {
      String[] words = line.replaceAll("#.*", "").strip().split("\\s+");
      if (words.length != 2 || !words[0].startsWith("interest")) {
        continue;
      }
      String who = one.name() + (words[0].endsWith("-noawait") ? "/noawait" : "");
      if (words[1].startsWith("/")) {
        paths.add(words[1] + " " + who);
      } else if (words[1].matches("[A-Za-z0-9][A-Za-z0-9+._:-]*")) { // it becomes the name of a file
        interests.computeIfAbsent(words[1], key -> new TreeSet<>()).add(who);
      }
    }
  }
}
