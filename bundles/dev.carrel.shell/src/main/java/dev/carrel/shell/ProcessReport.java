package dev.carrel.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of a container, as a table and as data. */
record ProcessReport(List<Line> lines) {
  private static final int LONGEST_COMMAND = 100;

  /**
   * One process.
   *
   * @param pid as the host sees it
   * @param inside its pid in the container
   * @param parent as the host sees it
   * @param cpuMillis processor time it has used
   */
  record Line(long pid, long inside, long parent, long cpuMillis, String command) {}

  static ProcessReport of(List<ProcessHandle> processes) {
    List<Line> lines = new ArrayList<>();
    for (ProcessHandle process : processes) {
      status(process.pid()).ifPresent(status -> lines.add(new Line(process.pid(), status.inside(), process.parent().map(ProcessHandle::pid).orElse(0L),
          process.info().totalCpuDuration().map(java.time.Duration::toMillis).orElse(0L), command(process.pid(), status.name()))));
    }
    return new ProcessReport(lines);
  }

  private record Status(String name, long inside) {}

  /** Nothing of one that has ended meanwhile. */
  private static Optional<Status> status(long pid) {
    try {
      String name = "?";
      long inside = pid;
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"), java.nio.charset.StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("Name:")) {
          name = line.substring("Name:".length()).strip();
        } else if (line.startsWith("NSpid:")) { // the last one is that of its own namespace
          inside = Long.parseLong(line.substring(line.lastIndexOf('\t') + 1));
        }
      }
      return Optional.of(new Status(name, inside));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String command(long pid, String name) {
    try {
      String words = new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), java.nio.charset.StandardCharsets.UTF_8);
      StringBuilder text = new StringBuilder();
      for (String word : words.split("\0")) {
        text.append(text.length() == 0 ? "" : " ").append(Printable.word(word));
      }
      return words.isEmpty() ? "[" + name + "]" : text.toString();
    } catch (IOException e) {
      return "[" + name + "]";
    }
  }

  String pids() {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.pid()).append('\n'));
    return text.toString();
  }

  String table() {
    Table table = new Table("PID", "INSIDE", "PARENT", "CPU", "COMMAND");
    for (Line line : lines) {
      String command = line.command().length() <= LONGEST_COMMAND ? line.command() : line.command().substring(0, LONGEST_COMMAND) + "...";
      table.row(Long.toString(line.pid()), Long.toString(line.inside()), Long.toString(line.parent()), line.cpuMillis() + " ms", command);
    }
    return table.toString();
  }

  String json() {
    List<Object> all = new ArrayList<>();
    for (Line line : lines) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("pid", line.pid());
      data.put("pid-inside", line.inside());
      data.put("parent", line.parent());
      data.put("cpu-milliseconds", line.cpuMillis());
      data.put("command", line.command());
      all.add(data);
    }
    return Json.of(all);
  }
}
