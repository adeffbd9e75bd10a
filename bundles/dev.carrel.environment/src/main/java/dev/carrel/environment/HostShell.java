package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host's own /bin/sh with the libraries that it loads, file by file, for containers of packages that bring none: programs
 * expect one, system(3) above all.
 */
final class HostShell {
  static final Path SHELL = Path.of("/bin/sh");
  private static final List<Path> LISTERS = List.of(Path.of("/usr/bin/ldd"), Path.of("/bin/ldd"));
  /** {@code libc.so.6 => /lib/libc.so.6 (0x7f...)}, or the loader alone. */
  private static final Pattern LIBRARY = Pattern.compile("\\s(?:\\S+ => )?(/\\S+)(?: \\(0x[0-9a-f]+\\))?");

  private HostShell() {}

  /** Changes when another program is the shell; where its libraries are does not depend on its version. */
  static String state() {
    try {
      return SHELL.toRealPath().toString();
    } catch (IOException e) {
      return "none";
    }
  }

  static Installation find() {
    try {
      List<Item> files = new ArrayList<>();
      files.add(new Item(SHELL, SHELL.toRealPath()));
      for (Path library : libraries()) {
        files.add(new Item(library, library.toRealPath()));
      }
      return new Installation("host", List.of(), files, Map.of(), Map.of());
    } catch (IOException e) {
      throw CarrelException.failed("cannot give the container a /bin/sh: its packages bring none, and that of the host cannot be used: "
          + e.getMessage() + ". Name a package that has a shell, such as nix:bash", e);
    }
  }

  /** A program without libraries has none; the loader, asked to list, runs nothing of it. */
  private static Set<Path> libraries() throws IOException {
    Set<Path> libraries = new TreeSet<>();
    for (Path lister : LISTERS) {
      if (Files.isExecutable(lister) && libraries.isEmpty()) {
        list(new ProcessBuilder(lister.toString(), SHELL.toString()), libraries);
      }
    }
    return libraries;
  }

  private static void list(ProcessBuilder program, Set<Path> libraries) throws IOException {
    program.environment().clear();
    program.environment().put("PATH", "/usr/bin:/bin");
    program.redirectInput(new File("/dev/null")).redirectErrorStream(true);
    Process process = program.start();
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher library = LIBRARY.matcher(line);
        if (library.matches() && Files.isRegularFile(Path.of(library.group(1)))) {
          libraries.add(Path.of(library.group(1)));
        }
      }
    }
  }
}
