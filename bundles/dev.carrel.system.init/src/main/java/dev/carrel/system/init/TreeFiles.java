package dev.carrel.system.init;

import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Collects the files of an init. */
final class TreeFiles {
  /** Where they are inside. */
  static final Path ROOT = Path.of("/etc/carrel");
  private static final Path SYSTEMD = Path.of("/etc/systemd");
  private static final int PROGRAM = 0755;
  private static final int PLAIN = 0644;

  private final List<SystemFile> files = new ArrayList<>();

  void program(String path, String text) {
    files.add(new SystemFile.Regular(ROOT.resolve(path), PROGRAM, FileContent.of(text)));
  }

  void plain(String path, String text) {
    files.add(new SystemFile.Regular(ROOT.resolve(path), PLAIN, FileContent.of(text)));
  }

  /** What {@code /run} begins with, as one copy can make it: the services that are supervised, and what was taken up last. */
  void beginning() {
    link("run/service", "/etc/carrel/services");
    link("run/carrel/services", "/etc/carrel/services");
    link("run/carrel/order", "/etc/carrel/order");
  }

  private void link(String path, String target) {
    files.add(new SystemFile.Link(ROOT.resolve(path), target));
  }

  /** A unit of systemd's. */
  void unit(String name, String text) {
    systemd("system/" + name, text);
  }

  /** A unit that is another file; {@code /dev/null}: none. */
  void unitLink(String name, String target) {
    files.add(new SystemFile.Link(SYSTEMD.resolve("system").resolve(name), target));
  }

  /** A file of systemd's. */
  void systemd(String path, String text) {
    files.add(new SystemFile.Regular(SYSTEMD.resolve(path), PLAIN, FileContent.of(text)));
  }

  /** The names of services, a line for each step. */
  void order(List<List<Service>> steps) {
    StringBuilder text = new StringBuilder();
    for (List<Service> step : steps) {
      StringJoiner line = new StringJoiner(" ");
      step.forEach(service -> line.add(service.name()));
      text.append(line).append('\n');
    }
    plain("order", text.toString());
  }

  List<SystemFile> files() {
    return files;
  }
}
