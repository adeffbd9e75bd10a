package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Controllers that Carrel has enabled in the group around its own, which is the host's. As an attribute of that group tells, whoever takes Carrel's
 * group away disables them, too: where version 1 is used beside version 2, other programs do not expect any in there.
 *
 * @param around the group around
 * @param base Carrel's own in it
 */
record Borrowed(Path around, Path base) {
  private static final String MARK = "carrel.";

  /**
   * Enables those that are not. What another process disables at the same time has to be enabled again.
   *
   * @throws CarrelException if the kernel refuses one, naming it
   */
  void enable(Set<Controller> controllers) {
    Set<Controller> missing = EnumSet.noneOf(Controller.class);
    missing.addAll(controllers);
    missing.removeAll(enabled());
    missing.forEach(this::mark); // it may be killed after the next line
    SecondBase.write(around, missing);
    missing.forEach(this::mark); // who gives them back may just have taken that away
  }

  /** A kernel without such attributes leaves them enabled. */
  private void mark(Controller controller) {
    try {
      Files.setAttribute(around, "user:" + MARK + controller.second().orElseThrow(), new byte[] {'1'});
    } catch (IOException | UnsupportedOperationException e) {
      return; // before Linux 5.7
    }
  }

  private void unmark(Controller controller) throws IOException {
    view().delete(MARK + controller.second().orElseThrow());
  }

  private UserDefinedFileAttributeView view() {
    return Files.getFileAttributeView(around, UserDefinedFileAttributeView.class);
  }

  private Set<Controller> noted() {
    Set<Controller> noted = EnumSet.noneOf(Controller.class);
    try {
      Set<String> names = Set.copyOf(view().list());
      for (Controller controller : Controller.values()) {
        if (controller.second().isPresent() && names.contains(MARK + controller.second().get())) {
          noted.add(controller);
        }
      }
    } catch (IOException e) {
      return noted; // before Linux 5.7, or there is no such group
    }
    return noted;
  }

  private Set<Controller> enabled() {
    return Bases.listed(around.resolve("cgroup.subtree_control"));
  }

  /** Takes Carrel's group away if nothing is in it, and disables what nobody else uses. */
  void giveBack() {
    Set<Controller> noted = noted();
    if (!noted.isEmpty()) {
      base.toFile().mkdir(); // a group as the kernel makes it, to compare others with
      noted.removeIf(this::isUsedBesides);
    }
    if (base.toFile().delete()) {
      noted.forEach(this::disable);
    }
  }

  /** The kernel refuses that while a group inside hands it on, as that of a Carrel does which has just begun: it is left to that one. */
  private void disable(Controller controller) {
    try {
      KernelFile.write(around.resolve("cgroup.subtree_control"), "-" + controller.second().orElseThrow());
      unmark(controller);
      if (enabled().contains(controller)) {
        mark(controller); // by another Carrel, meanwhile
      }
    } catch (IOException e) {
      return;
    }
  }

  /** Whether a group beside Carrel's says anything else of it than a new one does. */
  private boolean isUsedBesides(Controller controller) {
    String[] groups = around.toFile().list((parent, name) -> !base.endsWith(name) && Files.isDirectory(parent.toPath().resolve(name), LinkOption.NOFOLLOW_LINKS));
    String[] files = base.toFile().list((parent, name) -> isSetting(parent.toPath().resolve(name), controller));
    for (String group : groups == null ? new String[0] : groups) {
      for (String file : files == null ? new String[0] : files) {
        Optional<String> value = setting(around.resolve(group).resolve(file));
        if (value.isPresent() && !value.equals(setting(base.resolve(file)))) {
          return true;
        }
      }
    }
    return false;
  }

  /** That there is no limit is said by a word, or by more than any machine has. */
  private static Optional<String> setting(Path file) {
    Optional<String> value = KernelFile.read(file);
    OptionalLong number = KernelFile.number(file);
    return number.isPresent() && number.getAsLong() > Long.MAX_VALUE / 2 ? Optional.of("max") : value;
  }

  /** Not what counts, though some of that may be written to. */
  private static boolean isSetting(Path file, Controller controller) {
    String name = file.getFileName().toString();
    try {
      return name.startsWith(controller.second().orElseThrow() + ".") && !name.endsWith(".peak") && !name.endsWith(".pressure")
          && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_WRITE);
    } catch (IOException e) {
      return false; // it is gone
    }
  }
}
