package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.AccessTimes;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.Propagation;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.HashMap;
import java.util.Map;

/** Writes how trees of the host are cloned as mounts of their own that are attached nowhere yet, with their flags on all submounts. */
final class SourceTrees {
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final int STATX_SIZE = 256;
  private static final int INODE = 0x20;
  private static final int DEVICE = 0x88;
  private static final Operand STATX_INO = Operand.of(0x100, "STATX_INO");
  private static final Operand STRUCTURE_SIZE = Operand.of(32);

  private final ProgramBuilder program;
  private final MountOwners owners;
  private final Map<String, Data> structures = new HashMap<>();

  SourceTrees(ProgramBuilder program, MountOwners owners) {
    this.program = program;
    this.owners = owners;
  }

  /** The source of a bind mount. */
  Data open(Mount.Bind bind) {
    program.purpose((bind.access() == Access.EXPOSE ? "expose " : "share ") + bind.source()
        + (bind.source().equals(bind.target()) ? "" : " as " + bind.target()));
    long flags = Kernel.MOUNT_ATTR_NOSUID
        | (bind.devices() ? 0 : Kernel.MOUNT_ATTR_NODEV)
        | (bind.access() == Access.EXPOSE ? Kernel.MOUNT_ATTR_RDONLY : 0)
        | (bind.options().flags().contains(MountFlag.NO_EXEC) ? Kernel.MOUNT_ATTR_NOEXEC : 0)
        | (bind.options().flags().contains(MountFlag.NO_SYMLINKS) ? Kernel.MOUNT_ATTR_NOSYMFOLLOW : 0)
        | (bind.options().flags().contains(MountFlag.NO_DIRECTORY_TIMES) ? Kernel.MOUNT_ATTR_NODIRATIME : 0);
    Data tree = openHost(bind.source().toString(), bind.kind() == Mapping.Kind.DIRECTORY);
    if (bind.identity().isPresent()) {
      requireSame(tree, bind.identity().get());
    }
    owners.set(tree, bind.access(), bind.kind() == Mapping.Kind.DIRECTORY, new Attributes(flags, bind));
    return tree;
  }

  /** A tree with its files' owners as the container has them. */
  Data openMapped(String source, Access access, boolean directory, long flags) {
    Data tree = openHost(source, directory);
    owners.set(tree, access, directory, new Attributes(flags, null));
    return tree;
  }

  /** A directory with its files' owners as they are. */
  Data openDirectory(String source, long flags) {
    Data tree = openHost(source, true);
    set(tree, structure(flags, 0, Kernel.MS_PRIVATE, 0));
    return tree;
  }

  /**
   * A detached copy of what is mounted at a path of the host, which had no symbolic link in it when it was looked up. One that
   * is there now was put there since, by somebody who can write there, such as another container; see openat2(2).
   */
  private Data openHost(String source, boolean directory) {
    String name = directory ? "{O_PATH|O_CLOEXEC|O_DIRECTORY, RESOLVE_NO_SYMLINKS}" : "{O_PATH|O_CLOEXEC, RESOLVE_NO_SYMLINKS}";
    Data how = structures.get(name);
    if (how == null) {
      how = program.longs(name, 0x200000 | 0x80000 | (directory ? 0x10000 : 0), 0, RESOLVE_NO_SYMLINKS);
      structures.put(name, how);
    }
    Data found = program.variable("source");
    program.callInto(found, SystemCall.OPENAT2, CURRENT, program.string(source).address(), how.address(), Operand.of(24));
    Data tree = copy(found);
    program.call(SystemCall.CLOSE, found.value());
    return tree;
  }

  /** A detached copy of what a descriptor leads to, with its submounts. */
  Data copy(Data opened) {
    Data tree = program.variable("tree");
    program.callInto(tree, SystemCall.OPEN_TREE, opened.value(), program.string("").address(), Kernel.CLONE_TREE_OF_DESCRIPTOR);
    return tree;
  }

  /** A tree with its files' owners as they are, which may be a device or one of Carrel's own. */
  Data open(Operand directory, String source, long flags) {
    Data tree = openTree(directory, source);
    set(tree, structure(flags, 0, Kernel.MS_PRIVATE, 0));
    return tree;
  }

  private Data openTree(Operand directory, String source) {
    Data tree = program.variable("tree");
    program.callInto(tree, SystemCall.OPEN_TREE, directory, program.string(source).address(), Kernel.CLONE_TREE);
    return tree;
  }

  /** Whoever could exchange what lies at a path did not. */
  private void requireSame(Data tree, FileIdentity identity) {
    Data found = program.space("file", STATX_SIZE);
    program.call(SystemCall.STATX, tree.value(), program.string("").address(), Kernel.EMPTY_PATH, STATX_INO, found.address());
    program.requireEqual(found.value(INODE), Operand.of((int) identity.inode()));
    program.requireEqual(found.value(INODE + 4), Operand.of((int) (identity.inode() >>> 32)));
    program.requireEqual(found.value(DEVICE), Operand.of(identity.major()));
    program.requireEqual(found.value(DEVICE + 4), Operand.of(identity.minor()));
  }

  /** Makes the mount at a path read-only, but not what is mounted below it. */
  void makeReadOnly(Operand directory, String path, long moreFlags) {
    program.call(SystemCall.MOUNT_SETATTR, directory, program.string(path).address(), ZERO,
        structure(Kernel.MOUNT_ATTR_RDONLY | moreFlags, 0, Kernel.MS_PRIVATE, 0).address(), STRUCTURE_SIZE);
  }

  /** Makes a tree and all submounts read-only, and nothing else. */
  void makeAllReadOnly(Data tree) {
    set(tree, structure(Kernel.MOUNT_ATTR_RDONLY, 0, 0, 0));
  }

  /** Says what becomes of later mounts below a mount and its submounts. */
  void propagate(Data mount, Propagation propagation) {
    set(mount, structure(0, 0, kernels(propagation), 0));
  }

  private static long kernels(Propagation propagation) {
    return switch (propagation) {
      case PRIVATE -> Kernel.MS_PRIVATE;
      case SLAVE -> Kernel.MS_SLAVE;
      case UNBINDABLE -> Kernel.MS_UNBINDABLE;
      case SHARED -> Kernel.MS_SHARED;
    };
  }

  private void set(Data tree, Data structure) {
    program.call(SystemCall.MOUNT_SETATTR, tree.value(), program.string("").address(), Kernel.EMPTY_PATH_RECURSIVE, structure.address(),
        STRUCTURE_SIZE);
  }

  /** A struct mount_attr. */
  private Data structure(long set, long clear, long propagation, int namespace) {
    String name = Kernel.attributeNames(set, clear, propagation) + (namespace == 0 ? "" : namespace);
    Data known = structures.get(name);
    if (known == null) {
      known = program.longs(name, set, clear, propagation, namespace);
      structures.put(name, known);
    }
    return known;
  }

  /** What else is set on a tree than whose its files are. */
  private final class Attributes implements MountOwners.Attribute {
    private final long flags;
    private final long cleared;
    private final long propagation;

    /** @param bind what it is for, or null: nothing special */
    Attributes(long flags, Mount.Bind bind) {
      AccessTimes times = bind == null ? null : bind.options().accessTimes().orElse(null);
      this.flags = flags | (times == AccessTimes.NEVER ? Kernel.MOUNT_ATTR_NOATIME : 0)
          | (times == AccessTimes.ALWAYS ? Kernel.MOUNT_ATTR_STRICTATIME : 0);
      this.cleared = times == null ? 0 : Kernel.MOUNT_ATTR_ATIMES;
      this.propagation = bind != null && bind.options().propagation() == Propagation.SLAVE ? Kernel.MS_SLAVE : Kernel.MS_PRIVATE;
    }

    @Override
    public void set(Data tree, long more, int namespace) {
      SourceTrees.this.set(tree, structure(flags | more, cleared, propagation, namespace));
    }

    @Override
    public void setOr(Label failed, Data tree, long more, int namespace) {
      program.callOr(failed, SystemCall.MOUNT_SETATTR, tree.value(), program.string("").address(), Kernel.EMPTY_PATH_RECURSIVE,
          structure(flags | more, cleared, propagation, namespace).address(), STRUCTURE_SIZE);
    }
  }
}
