package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IdMapping;
import dev.carrel.linux.Launcher.IdMaps;
import dev.carrel.linux.libc.LibC;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Has newuidmap(1) and newgidmap(1), which are setuid root, map ids that an administrator has given to the user. */
final class SubordinateMaps {
  /** Not the PATH of the user, in which anything may stand. */
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private SubordinateMaps() {}

  /**
   * Maps, and says so to the process that waits for it.
   *
   * @param control the socket to it
   * @throws CarrelException if that is not allowed; the process still waits then
   */
  static void write(int pid, IdMaps maps, int control) {
    Process users = start("newuidmap", pid, maps.users());
    Process groups;
    try {
      groups = start("newgidmap", pid, maps.groups());
    } catch (CarrelException e) {
      users.destroy();
      throw e;
    }
    finish("newuidmap", "/etc/subuid", users);
    finish("newgidmap", "/etc/subgid", groups);
    LibC.send(control, new byte[] {1}, 1, LibC.MSG_NOSIGNAL); // if it is gone, its status pipe tells
  }

  private static Process start(String program, int pid, List<IdMapping> mappings) {
    List<String> command = new ArrayList<>(2 + 3 * mappings.size());
    command.add(find(program));
    command.add(Integer.toString(pid));
    for (IdMapping mapping : mappings) {
      command.add(Long.toString(mapping.inside()));
      command.add(Long.toString(mapping.outside()));
      command.add(Long.toString(mapping.count()));
    }
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw CarrelException.failed("cannot give a container more than one id: cannot run " + program + ": " + e.getMessage(), e);
    }
  }

  private static String find(String program) {
    for (String directory : PATH.split(":")) {
      Path path = Path.of(directory, program);
      if (Files.isExecutable(path)) {
        return path.toString();
      }
    }
    throw CarrelException.failed("cannot give a container more than one id: the program " + program + " is not installed."
        + " Ask an administrator to install it (Debian: apt install uidmap), or use --ids=1");
  }

  private static void finish(String program, String file, Process process) {
    try (InputStream output = process.getInputStream()) {
      String said = new String(output.readNBytes(4096), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw CarrelException.failed("cannot give a container more than one id: " + (said.isEmpty() ? program + " failed" : said)
            + ". What you may give away stands in " + file + "; " + program + " has to be setuid root");
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot give a container more than one id: cannot read what " + program + " says: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw CarrelException.failed("the start of a container was cancelled: its thread was interrupted");
    }
  }
}
