package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A value for a file of a control group.
 *
 * @param purpose what it is good for, completing "cannot ..."
 * @param file the file
 * @param value what is written
 * @param absent what it means if there is no such file, and what to do about it
 */
record Setting(String purpose, Path file, String value, String absent) {
  /** @throws CarrelException if the kernel has no such thing */
  private void require() {
    if (!Files.exists(file)) {
      throw CarrelException.failed("cannot " + purpose + ": this host's control groups have no " + file.getFileName() + ", " + absent);
    }
  }

  /**
   * Makes all of them. If one cannot be made, those before it are undone.
   *
   * @throws CarrelException naming that one
   */
  static void apply(List<Setting> settings) {
    settings.forEach(Setting::require);
    List<Setting> undone = new ArrayList<>();
    for (Setting setting : settings) {
      Optional<String> before = KernelFile.read(setting.file());
      try {
        KernelFile.write(setting.file(), setting.value());
      } catch (IOException e) {
        undo(undone);
        throw setting.failure(e);
      }
      // What has a line for each device keeps what it says of others.
      if (before.isPresent() && before.get().indexOf('\n') < 0 && !before.get().isEmpty()) {
        undone.add(0, new Setting(setting.purpose(), setting.file(), before.get(), setting.absent()));
      }
    }
  }

  private static void undo(List<Setting> settings) {
    for (Setting setting : settings) {
      try {
        KernelFile.write(setting.file(), setting.value());
      } catch (IOException e) {
        continue; // the failure that is told matters more
      }
    }
  }

  private CarrelException failure(IOException e) {
    String reason = e.getMessage() == null ? "" : e.getMessage();
    String advice = reason.contains("busy") ? ". It uses more than that now: set a higher one, or have it use less"
        : reason.contains("denied") || reason.contains("not permitted") ? ". You may not change it, or a group around it has less"
        : reason.contains("Read-only") ? ". Control groups are read-only here, as in a container: limit from outside"
        : reason.contains("No such device") ? ". There is no such disk: name a whole one, no partition of it"
        : reason.contains("Invalid") || reason.contains("out of range") ? ". The kernel does not take this value here" : "";
    return CarrelException.failed("cannot " + purpose + ": the kernel refuses '" + value + "' in " + file + ": "
        + reason.substring(reason.lastIndexOf('(') + 1).replace(")", "") + advice, e);
  }
}
