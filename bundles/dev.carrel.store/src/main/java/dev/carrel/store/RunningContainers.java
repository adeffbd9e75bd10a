package dev.carrel.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which items are mounted in some container: the kernel tells for each process, proc_pid_mountinfo(5). Nothing has to be written
 * down when a container is started, and one counts from its first mount to the end of its last process, whoever started it.
 *
 * <p>A user sees their own processes, root sees all. Nobody else uses a user's store: others refuse it.
 */
record RunningContainers(Path proc) {
  private static final Pattern ITEM = Pattern.compile("[0-9a-f]{32}-[A-Za-z0-9+._-]+");

  /** The names of items with the pid of a process that sees them mounted. */
  Map<String, String> items() throws IOException {
    Map<String, String> items = new HashMap<>();
    Set<String> seen = new HashSet<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        String pid = process.getFileName().toString();
        try {
          if (seen.add(Files.readSymbolicLink(process.resolve("ns/mnt")).toString())) {
            read(process, pid, items);
          }
        } catch (IOException e) {
          // it has ended, or is another user's
        }
      }
    }
    return items;
  }

  private static void read(Path process, String pid, Map<String, String> items) throws IOException {
    try (InputStream in = Files.newInputStream(process.resolve("mountinfo"));
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = ITEM.matcher(line); // in the mount's root, or among the lower directories of an overlay
        while (matcher.find()) {
          items.putIfAbsent(matcher.group(), pid);
        }
      }
    }
  }
}
