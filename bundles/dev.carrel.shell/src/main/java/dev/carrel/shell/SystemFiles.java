package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Value;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.SystemFile;
import dev.carrel.api.system.SystemPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the files that a declaration puts below /etc. */
final class SystemFiles {
  private static final Path ETC = Path.of("/etc");
  private static final Path INIT = Path.of("/etc/carrel");
  /** What says the same, of the files that the system itself makes. */
  private static final Map<String, String> MADE = Map.of("/etc/passwd", "[user.NAME]", "/etc/shadow", "[user.NAME] with password",
      "/etc/group", "[group.NAME]", "/etc/gshadow", "[group.NAME]", "/etc/hostname", "hostname", "/etc/localtime", "timezone",
      "/etc/timezone", "timezone", "/etc/machine-id", "nothing, as each start has another one", "/etc/default/locale", "locale");

  private final KeyWords words;
  private final Tables tables;

  /** Judges tables. */
  interface Tables {
    DeclaredTable of(SystemTable kind, String title, String at, Value.Table table);
  }

  SystemFiles(KeyWords words, Tables tables) {
    this.words = words;
    this.tables = tables;
  }

  List<SystemFile> read(DeclaredTable system) {
    List<SystemFile> files = new ArrayList<>();
    system.tables("file").forEach((name, table) -> {
      SystemFile file = file(name, tables.of(SystemTable.FILE, "the file " + name, "file." + name + ".", table));
      for (SystemFile other : files) {
        if (file.path().startsWith(other.path()) || other.path().startsWith(file.path())) {
          throw words.refusal(table.place(), file.path().equals(other.path()) ? "the file " + file.path() + " is declared twice"
              : file.path() + " and " + other.path() + " cannot both be files: one is inside the other");
        }
      }
      files.add(file);
    });
    return files;
  }

  private SystemFile file(String name, DeclaredTable table) {
    Path path = table.told(() -> SystemPath.of(name));
    if (!path.startsWith(ETC) || path.equals(ETC)) {
      throw table.refusal("", "the file " + path + " is not below /etc: other files come from packages, expose and share, or stay in a [directory]");
    }
    if (path.startsWith(INIT)) {
      throw table.refusal("", "what is below " + INIT + " is the init's own: choose another place for " + path);
    }
    String instead = MADE.get(path.toString());
    if (instead != null) {
      throw table.refusal("", path + " is made by the system itself: write " + instead);
    }
    int said = (table.has("text") ? 1 : 0) + (table.has("source") ? 1 : 0) + (table.has("link") ? 1 : 0);
    if (said != 1) {
      throw table.refusal("", "the file " + path + " has " + (said == 0 ? "none" : "more than one") + " of text, source and link: write one of them");
    }
    if (table.has("link")) {
      if (table.has("mode")) {
        throw table.refusal("mode", "a link has no mode");
      }
      return table.told("link", () -> new SystemFile.Link(path, table.text("link", "")));
    }
    int mode = table.mode(0644);
    FileContent content = table.has("text") ? FileContent.of(table.text("text", "")) : content(table);
    return table.told("mode", () -> new SystemFile.Regular(path, mode, content));
  }

  private FileContent content(DeclaredTable table) {
    Path source = table.told("source", () -> Path.of(words.paths().absolute(table.text("source", ""))));
    try {
      return FileContent.of(GivenFile.read(source).content());
    } catch (CarrelException e) {
      throw table.refusal("source", e.getMessage());
    }
  }
}
