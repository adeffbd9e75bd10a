package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;

import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mount;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes how an overlay is made. Its layers are attached in a file system in memory that the overlay then covers: their names there need
 * no escapes, whatever they are called on the host, and the container's ids hold in them.
 */
final class OverlayTree {
  private static final String CHANGES = "changes";
  /** Descriptors of the two directories that overlayfs takes by name. */
  private static final int UPPER = 102;
  private static final int WORK = 103;
  private static final Operand CLOSE_ON_EXEC = Operand.of(0x80000, "O_CLOEXEC");
  /** RESOLVE_NO_MAGICLINKS, NO_SYMLINKS, BENEATH: others may write in the directory that keeps changes. */
  private static final long BENEATH = 0x02 | 0x04 | 0x08;

  private final ProgramBuilder program;
  private final RootTree tree;
  private final Mount.Overlay overlay;
  private final List<Data> lower = new ArrayList<>();
  private Data changes;

  private OverlayTree(ProgramBuilder program, RootTree tree, Mount.Overlay overlay) {
    this.program = program;
    this.tree = tree;
    this.overlay = overlay;
  }

  /** Opens the directories of the host. */
  static OverlayTree open(ProgramBuilder program, RootTree tree, Mount.Overlay overlay) {
    OverlayTree opened = new OverlayTree(program, tree, overlay);
    long flags = Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NODEV;
    overlay.lower().forEach(directory -> {
      program.purpose("put " + directory + " into the overlay at " + overlay.target());
      opened.lower.add(tree.trees().openMapped(directory.toString(), Access.EXPOSE, true, flags | Kernel.MOUNT_ATTR_RDONLY));
    });
    overlay.changes().ifPresent(directory -> {
      program.purpose("keep changes of the overlay at " + overlay.target() + " in " + directory);
      opened.changes = tree.trees().openDirectory(directory.toString(), flags); // not mapped: root, who mounts it, has to be somebody there
    });
    return opened;
  }

  /** Mounts it over the current directory, which is an empty one in memory. */
  void mount() {
    StringBuilder options = new StringBuilder("lowerdir=");
    for (int i = 0; i < lower.size(); i++) {
      attach(lower.get(i), "lower" + i);
      options.append(i == 0 ? "" : ":").append("lower").append(i);
    }
    if (overlay.writable() && changes == null) {
      make("upper");
      make("work");
      options.append(",upperdir=upper,workdir=work");
    } else if (overlay.writable()) {
      attach(changes, CHANGES);
      tree.owners().beRoot();
      reach("upper", UPPER);
      tree.owners().give(Operand.of(UPPER));
      reach("work", WORK);
      options.append(",upperdir=/proc/self/fd/" + UPPER + ",workdir=/proc/self/fd/" + WORK);
    }
    program.purpose("mount an overlay at " + overlay.target());
    tree.owners().beRoot(); // copies files up with the rights of who mounts it
    tree.mountOverlay(options.toString(), changes != null);
    tree.owners().beOwner();
    if (changes != null) {
      program.call(SystemCall.CLOSE, Operand.of(UPPER));
      program.call(SystemCall.CLOSE, Operand.of(WORK));
    }
  }

  private void make(String name) {
    program.call(SystemCall.MKDIRAT, CURRENT, program.string(name).address(), Kernel.mode(0755));
  }

  private void attach(Data layer, String name) {
    make(name);
    program.call(SystemCall.MOVE_MOUNT, layer.value(), program.string("").address(), CURRENT, program.string(name).address(),
        Kernel.FROM_DESCRIPTOR);
    program.call(SystemCall.CLOSE, layer.value());
  }

  private void reach(String name, int number) {
    String path = CHANGES + "/" + name;
    Data how = program.longs("{O_PATH|O_CLOEXEC|O_DIRECTORY, RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS}", 0x200000 | 0x80000 | 0x10000, 0, BENEATH);
    Data found = program.variable("directory");
    program.purpose("keep changes of the overlay at " + overlay.target() + " in " + overlay.changes().orElseThrow() + "/" + name);
    program.attempt(SystemCall.MKDIRAT, CURRENT, program.string(path).address(), Kernel.mode(0755));
    program.callInto(found, SystemCall.OPENAT2, CURRENT, program.string(path).address(), how.address(), Operand.of(24));
    program.call(SystemCall.DUP3, found.value(), Operand.of(number), CLOSE_ON_EXEC);
    program.call(SystemCall.CLOSE, found.value());
  }
}
