package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.Propagation;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes the part of a program that builds the new root.
 *
 * <p>A target in a directory of Carrel's own is reached by its path, as nobody else can change that directory. A target
 * in a tree of the host (below a bind mount) may have been exchanged for a symbolic link by somebody who can write there:
 * it is resolved with the new root as the root, and what was found is mounted upon, not a name (CVE-2021-30465).
 */
final class RootTree {
  private static final Path ROOT = Path.of("/");
  /** Longer contents are not shown with the system call that writes them. */
  private static final int SHOWN = 1000;
  private static final String STAGED_FILE = ".carrel-file";
  /** How many files a /dev can have: mount points and links. */
  private static final long DEVICES = 1024;

  private final ProgramBuilder program;
  private final MountPlan plan;
  private final Places places = new Places();
  /** The binds' sources by their targets: hashing a whole record costs the first start of a process 15 ms. */
  private final Map<Path, Data> sources = new HashMap<>();
  private final Map<Path, OverlayTree> overlays = new HashMap<>(0);
  private final Map<String, Data> ways = new HashMap<>(4);
  private final SourceTrees trees;
  private final DeviceDirectory devices;
  private final Data root;
  private final MountOwners owners;
  private String ownedBy = "";

  RootTree(ProgramBuilder program, MountPlan plan, MountOwners owners) {
    this.program = program;
    this.plan = plan;
    this.owners = owners;
    this.trees = new SourceTrees(program, owners);
    this.devices = new DeviceDirectory(program, this);
    this.root = program.variable("new_root");
  }

  /** Clones every source as a mount of its own that is attached nowhere yet. */
  void openSources() {
    owners.open();
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Bind bind) {
        sources.put(bind.target(), trees.open(bind));
      } else if (mount instanceof Mount.Overlay overlay) {
        overlays.put(overlay.target(), OverlayTree.open(program, this, overlay));
      } else if (mount instanceof Mount.Dev) {
        devices.openSources();
      }
    }
    owners.close();
    if (followsHost()) {
      program.purpose("keep mounts from the host"); // the clones follow it by themselves
      program.call(SystemCall.MOUNT, NULL, program.string("/").address(), NULL, Kernel.REC_PRIVATE, NULL);
    }
  }

  /** Whether some source shows what the host mounts there later. */
  boolean followsHost() {
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Bind bind && bind.options().propagation() == Propagation.SLAVE) {
        return true;
      }
    }
    return false;
  }

  MountOwners owners() {
    return owners;
  }

  SourceTrees trees() {
    return trees;
  }

  /**
   * Builds everything that needs no namespace of the container, on a new mount at {@code base}.
   *
   * @param fresh whether to make also what each container has for itself; see {@link #mountFresh()}
   */
  void build(String base, boolean fresh) {
    program.purpose("make the new root directory");
    owners.beOwner();
    Operand here = program.string(base).address();
    Mount first = plan.mounts().isEmpty() ? null : plan.mounts().get(0);
    boolean ownRoot = !(first != null && first.target().equals(ROOT) && !(first instanceof Mount.Directory));
    ownedBy = owners.memoryOptions();
    mountRoot(first, here, ownRoot);
    program.call(SystemCall.CHDIR, here);
    openRoot();
    for (Mount mount : plan.mounts()) {
      if (!mount.target().equals(ROOT)) {
        if (fresh || !isFresh(mount)) {
          if (isForeign(mount.target())) {
            owners.beRoot(); // only root may go everywhere
            place(mount, fresh);
            owners.beOwner();
          } else {
            place(mount, fresh);
          }
        } else if (mount instanceof Mount.Tmpfs && !places.isBelowTmpfs(mount.target())) {
          makeMountPoint(mount);
        }
      }
      places.add(mount);
    }
    closeDevices();
    if (ownRoot && !plan.writableRoot()) {
      program.purpose("make the root directory read-only");
      trees.makeReadOnly(CURRENT, ".", Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NODEV);
    }
    owners.beRoot();
  }

  /** Where something lies in a /dev, that is closed only once it is there. */
  private void closeDevices() {
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Dev && isAround(mount)) {
        enter(relative(mount.target()));
        devices.close();
        leave();
      }
    }
  }

  private boolean isAround(Mount outer) {
    for (Mount mount : plan.mounts()) {
      if (mount != outer && mount.target().startsWith(outer.target())) {
        return true;
      }
    }
    return false;
  }

  /** @param first the first mount of the plan, which is that of the root directory unless the root is Carrel's own */
  private void mountRoot(Mount first, Operand here, boolean ownRoot) {
    if (ownRoot) {
      tmpfs(here, MemoryTree.options(0755, "10%", Mount.Tmpfs.INODES), 0);
    } else if (first instanceof Mount.Tmpfs memory) {
      tmpfs(here, MemoryTree.options(memory), 0);
    } else if (first instanceof Mount.Overlay overlay) {
      tmpfs(here, MemoryTree.options(0755, overlay.size(), Mount.Tmpfs.INODES), 0);
      program.call(SystemCall.CHDIR, here);
      overlays.get(ROOT).mount();
    } else {
      program.call(SystemCall.MOVE_MOUNT, sources.get(ROOT).value(), program.string("").address(), CURRENT, here, Kernel.FROM_DESCRIPTOR);
    }
  }

  private void makeMountPoint(Mount mount) {
    if (!isForeign(mount.target())) {
      program.purpose("make the directory " + mount.target());
      program.attempt(SystemCall.MKDIRAT, CURRENT, program.string(relative(mount.target())).address(), Kernel.mode(0755));
    }
  }

  /** Init's part of a start from a template: what is in memory and writable, each container for itself. */
  void mountFresh() {
    places.clear();
    ownedBy = ""; // init is the owner itself
    openRoot();
    for (Mount mount : plan.mounts()) {
      if (isFresh(mount)) {
        place(mount, true);
      } else if (mount instanceof Mount.Dev) {
        program.purpose("make the devices in " + mount.target());
        enter(relative(mount.target()));
        devices.mountFresh();
        leave();
      }
      places.add(mount);
    }
  }

  private boolean isFresh(Mount mount) {
    return mount instanceof Mount.Tmpfs || places.isBelowTmpfs(mount.target());
  }

  void openRoot() {
    program.purpose("open the new root directory");
    program.callInto(root, SystemCall.OPENAT, CURRENT, program.string(".").address(), Kernel.PATH_ONLY, ZERO);
  }

  private void place(Mount mount, boolean fresh) {
    String path = relative(mount.target());
    boolean foreign = isForeign(mount.target());
    if (mount instanceof Mount.Directory directory) {
      program.purpose("make the directory " + mount.target());
      program.attempt(SystemCall.MKDIRAT, CURRENT, program.string(path).address(), Kernel.mode(directory.mode()));
    } else if (mount instanceof Mount.Symlink link) {
      program.purpose("make the symbolic link " + mount.target());
      program.call(SystemCall.SYMLINKAT, program.string(link.to()).address(), CURRENT, program.string(path).address());
    } else if (mount instanceof Mount.Bind bind) {
      program.purpose("mount " + bind.source() + " at " + bind.target());
      attach(sources.get(bind.target()), path, bind.kind(), foreign);
    } else if (mount instanceof Mount.GeneratedFile file) {
      program.purpose("make the file " + mount.target());
      generate(file, path, foreign);
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      program.purpose("mount a tmpfs at " + mount.target());
      if (foreign && tmpfs.mode().isEmpty()) {
        likeCovered(tmpfs, path);
      } else {
        onDirectory(path, foreign, target -> tmpfs(target, MemoryTree.options(tmpfs), 0));
      }
    } else if (mount instanceof Mount.Overlay overlay) {
      program.purpose("mount an overlay at " + mount.target());
      onDirectory(path, foreign, target -> tmpfs(target, MemoryTree.options(0755, overlay.size(), Mount.Tmpfs.INODES), 0));
      enter(path);
      owners.beOwner();
      overlays.get(mount.target()).mount();
      leave();
    } else if (mount instanceof Mount.Dev dev) {
      program.purpose("make the devices in " + mount.target());
      onDirectory(path, foreign, target -> tmpfs(target, MemoryTree.options(0755, "64k", DEVICES), Kernel.MS_NOEXEC));
      enter(path);
      devices.populate(dev.console());
      if (fresh) {
        devices.mountFresh();
      }
      if (!isAround(mount)) {
        devices.close();
      }
      leave();
    } else if (!foreign) { // Proc, Sys and ControlGroups: init mounts them
      program.purpose("make the directory " + mount.target());
      program.attempt(SystemCall.MKDIRAT, CURRENT, program.string(path).address(), Kernel.mode(0555));
    }
  }

  /** Mounts a detached tree. */
  private void attach(Data tree, String path, Mapping.Kind kind, boolean foreign) {
    Operand nothing = program.string("").address();
    if (foreign) {
      Data target = resolve(path);
      program.call(SystemCall.MOVE_MOUNT, tree.value(), nothing, target.value(), nothing, Kernel.FROM_AND_TO_DESCRIPTOR);
      program.call(SystemCall.CLOSE, target.value());
    } else {
      Operand target = program.string(path).address();
      if (kind == Mapping.Kind.DIRECTORY) {
        program.attempt(SystemCall.MKDIRAT, CURRENT, target, Kernel.mode(0755));
      } else {
        program.attempt(SystemCall.MKNODAT, CURRENT, target, Kernel.mode(Kernel.S_IFREG | 0444), ZERO);
      }
      program.call(SystemCall.MOVE_MOUNT, tree.value(), nothing, CURRENT, target, Kernel.FROM_DESCRIPTOR);
    }
    program.call(SystemCall.CLOSE, tree.value());
  }

  private void generate(Mount.GeneratedFile file, String path, boolean foreign) {
    if (!foreign) {
      write(path, file);
      return;
    }
    // A file of our own, mounted over the one in the tree; its name is gone before anybody inside can see it.
    write(STAGED_FILE, file);
    Data tree = trees.open(CURRENT, STAGED_FILE,
        Kernel.MOUNT_ATTR_RDONLY | Kernel.MOUNT_ATTR_NOSUID | Kernel.MOUNT_ATTR_NODEV);
    attach(tree, path, Mapping.Kind.FILE, true); // before the name goes: what is unlinked cannot be mounted
    program.call(SystemCall.UNLINKAT, CURRENT, program.string(STAGED_FILE).address(), ZERO);
  }

  private void write(String path, Mount.GeneratedFile file) {
    int length = file.content().size();
    Data descriptor = program.variable("file");
    program.callInto(descriptor, SystemCall.OPENAT, CURRENT, program.string(path).address(), Kernel.CREATE,
        Kernel.mode(file.mode()));
    String shown = length > SHOWN ? "<" + length + " bytes>" : Data.quoted(file.content().toString());
    program.call(SystemCall.WRITE, descriptor.value(), program.bytes(shown, file.content().bytes()).address(), Operand.of(length));
    program.call(SystemCall.CLOSE, descriptor.value());
  }

  /** Memory over a directory of the host, whose mode it takes over. */
  private void likeCovered(Mount.Tmpfs tmpfs, String path) {
    enter(path);
    Data mode = MemoryTree.mode(program);
    tmpfs(program.string(".").address(), MemoryTree.options(tmpfs), 0);
    leave();
    enter(path);
    MemoryTree.setMode(program, mode);
    leave();
  }

  /** Something that is mounted on a directory, whose path it is given. */
  private interface OnDirectory {
    void mount(Operand target);
  }

  private void onDirectory(String path, boolean foreign, OnDirectory action) {
    if (foreign) {
      enter(path);
      action.mount(program.string(".").address());
      leave();
    } else {
      Operand target = program.string(path).address();
      program.attempt(SystemCall.MKDIRAT, CURRENT, target, Kernel.mode(0755));
      action.mount(target);
    }
  }

  void tmpfs(Operand target, String options, long moreFlags) {
    mountNew("tmpfs", target, Kernel.MS_NOSUID | Kernel.MS_NODEV | moreFlags, options + ownedBy);
  }

  /**
   * Over the current directory. What overlayfs notes is kept in attributes that users may write, unless root mounts what ends with the
   * container: memory has no such attributes before Linux 6.6.
   */
  void mountOverlay(String options, boolean kept) {
    mountNew("overlay", program.string(".").address(), Kernel.MS_NOSUID | Kernel.MS_NODEV, options + (owners.root() && !kept ? "" : ",userxattr"));
  }

  /** Mounts a new file system. */
  void mountNew(String type, Operand target, long flags, String options) {
    Operand name = program.string(type).address();
    program.call(SystemCall.MOUNT, name, target, name, Kernel.mountFlags(flags),
        options.isEmpty() ? NULL : program.string(options).address());
  }

  void enter(String path) {
    Data directory = resolve(path);
    program.call(SystemCall.FCHDIR, directory.value());
    program.call(SystemCall.CLOSE, directory.value());
  }

  void leave() {
    program.call(SystemCall.FCHDIR, root.value());
  }

  /** Opens what is at a path below the new root, which no symbolic link leaves; see openat2(2). */
  private Data resolve(String path) {
    return resolve(path, 0);
  }

  Data resolve(String path, long more) {
    String name = "{O_PATH|O_CLOEXEC, RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS" + (more == 0 ? "}" : "|RESOLVE_NO_SYMLINKS}");
    Data how = ways.computeIfAbsent(name, text -> program.longs(text, 0x200000 | 0x80000, 0, 0x10 | 0x02 | more));
    Data found = program.variable("target");
    program.callInto(found, SystemCall.OPENAT2, root.value(), program.string(path).address(), how.address(), Operand.of(24));
    return found;
  }

  /** Devices are mounted by others, too. */
  DeviceDirectory devices() {
    return devices;
  }

  /** Whether a target lies in a tree of the host, where others may write. */
  boolean isForeign(Path target) {
    return places.isForeign(target);
  }

  static String relative(Path target) {
    return target.equals(ROOT) ? "." : target.toString().substring(1);
  }
}
