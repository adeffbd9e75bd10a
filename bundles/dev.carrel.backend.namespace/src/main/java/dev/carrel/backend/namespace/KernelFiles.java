package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.Optional;

/**
 * Covers what /proc and /sys tell of the kernel, and makes what changes it read-only: the default paths of the OCI runtimes.
 * The current directory is the root of the file system itself, so that no path leads elsewhere (CVE-2019-19921), and what
 * covers is a device directory that nobody inside can change (CVE-2025-31133).
 *
 * @param program where it is written
 * @param nullDevice the path of a null device
 * @param emptyDirectory the path of an empty directory; without one, an empty file system is made each time
 */
record KernelFiles(ProgramBuilder program, String nullDevice, Optional<String> emptyDirectory) {
  private static final String[] COVERED_FILES = {"interrupts", "kcore", "keys", "latency_stats", "sched_debug", "timer_list", "timer_stats"};
  private static final String[] COVERED_DIRECTORIES = {"acpi", "scsi"};
  private static final String[] READ_ONLY = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
  private static final String[] COVERED_IN_SYS = {"firmware", "devices/virtual/powercap"};

  /** In the root of a proc file system. */
  void protectProc() {
    for (String name : READ_ONLY) {
      program.purpose("make /proc/" + name + " read-only");
      Operand place = program.string(name).address();
      ifPresent(name, () -> program.call(SystemCall.MOUNT, NULL, place, NULL, Kernel.mountFlags(Kernel.MS_BIND | Kernel.MS_REMOUNT
          | Kernel.MS_RDONLY | Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC), NULL), place, NULL, Kernel.mountFlags(Kernel.MS_BIND), NULL);
    }
    for (String name : COVERED_FILES) {
      program.purpose("cover /proc/" + name);
      ifPresent(name, () -> {}, program.string(nullDevice).address(), NULL, Kernel.mountFlags(Kernel.MS_BIND), NULL);
    }
    for (String name : COVERED_DIRECTORIES) {
      program.purpose("cover /proc/" + name);
      coverDirectory(name);
    }
  }

  /** In the root of a sysfs file system. */
  void protectSys() {
    for (String name : COVERED_IN_SYS) {
      program.purpose("cover /sys/" + name);
      coverDirectory(name);
    }
  }

  private void coverDirectory(String name) {
    if (emptyDirectory.isPresent()) {
      ifPresent(name, () -> {}, program.string(emptyDirectory.get()).address(), NULL, Kernel.mountFlags(Kernel.MS_BIND), NULL);
    } else {
      Operand type = program.string("tmpfs").address();
      ifPresent(name, () -> {}, type, type, Kernel.mountFlags(Kernel.MS_RDONLY | Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC),
          program.string("size=4k,nr_inodes=1").address());
    }
  }

  /** Mounts something at a place. Where that fails, there has to be nothing; or the failure counts. */
  private void ifPresent(String name, Runnable then, Operand source, Operand type, Operand flags, Operand options) {
    Operand place = program.string(name).address();
    Label failed = program.label("not_mounted");
    Label mounted = program.label("mounted");
    Label absent = program.label("absent");
    program.callOr(failed, SystemCall.MOUNT, source, place, type, flags, options);
    program.jump(mounted);
    program.place(failed);
    program.callOr(absent, SystemCall.FACCESSAT, CURRENT, place, ZERO);
    program.call(SystemCall.MOUNT, source, place, type, flags, options); // fails again, and says why
    program.place(mounted);
    then.run();
    program.place(absent);
  }
}
