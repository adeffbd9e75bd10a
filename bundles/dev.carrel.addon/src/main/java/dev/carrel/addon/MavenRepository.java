package dev.carrel.addon;

import dev.carrel.api.CarrelException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Artifacts by their coordinates: from the local repository, or fetched into it by the host's Maven. That knows the user's mirrors, proxies
 * and passwords, and compares with the checksums of the repository; a Maven of our own would be thrice as large as all of Carrel's bundles.
 */
final class MavenRepository {
  private static final String WORD = "([A-Za-z0-9_][A-Za-z0-9_.-]*)";
  private static final Pattern COORDINATES = Pattern.compile(WORD + ":" + WORD + ":" + WORD);
  private static final String GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:get";
  private static final String COLOURS = "\u001b\\[[0-9;]*m";
  /** Written by its option -X. */
  private static final Pattern CHOSEN = Pattern.compile("(?m)^\\[DEBUG] Using local repository at (/.*?)\\s*$");
  /** As much of what Maven wrote as is told. */
  private static final int LONGEST_REASON = 400;

  private final Path local;
  private final List<String> maven;

  /**
   * @param local where Maven is expected to keep artifacts
   * @param maven the beginning of a command line
   */
  MavenRepository(Path local, List<String> maven) {
    this.local = local;
    this.maven = List.copyOf(maven);
  }

  static boolean isMeant(String word) {
    return COORDINATES.matcher(word).matches();
  }

  /** @throws CarrelException if it cannot be had, or is not what its checksum says */
  Path find(String coordinates) {
    Matcher matcher = COORDINATES.matcher(coordinates);
    if (!matcher.matches() || coordinates.contains("..")) {
      throw CarrelException.usage("cannot install " + coordinates + ": write group:artifact:version");
    }
    String artifact = matcher.group(2);
    String version = matcher.group(3);
    String inside = matcher.group(1).replace('.', '/') + "/" + artifact + "/" + version + "/" + artifact + "-" + version + ".jar";
    Path file = local.resolve(inside);
    if (!Files.isRegularFile(file)) {
      file = fetch(coordinates).resolve(inside);
    }
    if (!Files.isRegularFile(file)) {
      throw CarrelException.failed("cannot install " + coordinates + ": Maven has fetched it, but not to " + file + ". Give the path of the jar");
    }
    check(coordinates, file);
    return file;
  }

  /** Into the local repository of Maven's own choice, and says which that is: files that Maven alone reads may choose it, too. */
  private Path fetch(String coordinates) {
    List<String> command = new ArrayList<>(maven);
    command.addAll(List.of("-B", "-X", "-U", "--strict-checksums", GOAL, "-Dartifact=" + coordinates, "-Dtransitive=false"));
    String said;
    int status;
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
      said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      status = process.waitFor();
    } catch (IOException e) {
      throw CarrelException.failed("cannot install " + coordinates + ": it is not in " + local + ", and there is no mvn that could fetch it."
          + " Install Debian's package maven, or give the path of a jar", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("cannot install " + coordinates + ": interrupted while Maven fetched it", e);
    }
    if (status != 0) {
      throw CarrelException.failed("cannot install " + coordinates + ": Maven could not fetch it: " + reason(said));
    }
    Matcher chosen = CHOSEN.matcher(said.replaceAll(COLOURS, ""));
    return chosen.find() ? Path.of(chosen.group(1)) : local;
  }

  private static String reason(String said) {
    String first = said.replaceAll(COLOURS, "").lines().filter(line -> line.startsWith("[ERROR]")).findFirst().orElse(said).replace("[ERROR]", "").strip();
    int end = first.indexOf(" -> [Help");
    String whole = end < 0 ? first : first.substring(0, end);
    return whole.length() > LONGEST_REASON ? whole.substring(0, LONGEST_REASON) + " ..." : whole;
  }

  /** What came from a repository has its checksum beside it; what was built here has none. */
  private static void check(String coordinates, Path file) {
    Path noted = file.resolveSibling(file.getFileName() + ".sha1");
    try {
      if (!Files.isRegularFile(noted)) {
        return;
      }
      String expected = Files.readString(noted).strip().split("\\s+")[0];
      String actual = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(file)));
      if (!expected.equalsIgnoreCase(actual)) {
        throw CarrelException.failed("cannot install " + coordinates + ": " + file + " is not what its repository says: its SHA-1 is " + actual
            + ", and should be " + expected + ". Delete it and try again");
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot install " + coordinates + ": " + file + " cannot be read: " + e, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-1", e);
    }
  }
}
