package dev.carrel.backend.bubblewrap;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mount;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.namespace.ToolBackend.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Writes a launch plan as arguments of bwrap(1). A pure function, but for what it is told of the host. */
final class Arguments {
  private static final Path ROOT = Path.of("/");
  private static final String NULL_DEVICE = "/dev/null";
  private static final List<String> COVERED_FILES =
      List.of("interrupts", "kcore", "keys", "latency_stats", "sched_debug", "timer_list", "timer_stats");
  private static final List<String> COVERED_DIRECTORIES = List.of("acpi", "scsi");
  private static final List<String> READ_ONLY = List.of("bus", "fs", "irq", "sys", "sysrq-trigger");
  /** Of POSIX shared memory, as in Carrel's own backend. */
  private static final long SHARED_MEMORY = 64L << 20;
  /** An empty file system of one page. */
  private static final long NOTHING = 4096;

  private final LaunchPlan plan;
  private final long memory;
  private final Predicate<Path> exists;
  private final List<String> words = new ArrayList<>();
  private final List<byte[]> data = new ArrayList<>();

  private Arguments(LaunchPlan plan, long memory, Predicate<Path> exists) {
    this.plan = plan;
    this.memory = memory;
    this.exists = exists;
  }

  /**
   * All of them, but the program.
   *
   * @param memory of the host, in bytes
   * @param exists whether there is a file in the host's /proc
   */
  static Command of(LaunchPlan plan, long memory, Predicate<Path> exists) {
    return new Arguments(plan, memory, exists).write();
  }

  private Command write() {
    ContainerSpec spec = plan.spec();
    Set<Namespace> namespaces = spec.namespaces();
    add("--unshare-user", "--uid", Long.toString(spec.identity().user().inside()), "--gid", Long.toString(spec.identity().group().inside()));
    add("--unshare-pid", "--as-pid-1");
    addIf(namespaces.contains(Namespace.NETWORK), "--unshare-net");
    addIf(namespaces.contains(Namespace.IPC), "--unshare-ipc");
    addIf(namespaces.contains(Namespace.UTS), "--unshare-uts");
    addIf(namespaces.contains(Namespace.CGROUP), "--unshare-cgroup");
    if (spec.hostname().isPresent()) {
      add("--hostname", spec.hostname().get());
    }
    add("--cap-add", "ALL"); // for the first process: it takes from the program what that is not to have
    boolean ownRoot = true;
    for (Mount mount : plan.mounts().mounts()) {
      if (mount.target().equals(ROOT) && !(mount instanceof Mount.Directory)) {
        ownRoot = false;
      }
      mount(mount);
    }
    for (Mount mount : plan.mounts().mounts()) {
      if (mount instanceof Mount.Dev dev) { // only now: something may have been put there
        add("--remount-ro", dev.target().toString());
      }
    }
    addIf(ownRoot && !plan.mounts().writableRoot(), "--remount-ro", "/");
    return new Command(words, data);
  }

  private void mount(Mount mount) {
    String target = mount.target().toString();
    if (mount instanceof Mount.Bind bind) {
      String option = bind.devices() ? "--dev-bind" : bind.access() == Access.EXPOSE ? "--ro-bind" : "--bind";
      add(option, bind.source().toString(), target);
      addIf(bind.devices() && bind.access() == Access.EXPOSE, "--remount-ro", target);
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      memory(target, tmpfs.mode().orElse(0755), bytes(tmpfs.size()));
    } else if (mount instanceof Mount.Directory directory) {
      addIf(!directory.target().equals(ROOT), "--perms", octal(directory.mode()), "--dir", target);
    } else if (mount instanceof Mount.Symlink link) {
      add("--symlink", link.to(), target);
    } else if (mount instanceof Mount.GeneratedFile file) {
      add("--perms", octal(file.mode()), "--ro-bind-data", Integer.toString(ToolBackend.descriptor(data.size())), target);
      data.add(file.content().bytes());
    } else if (mount instanceof Mount.Proc) {
      proc(target);
    } else if (mount instanceof Mount.Dev) {
      add("--dev", target);
      memory(target + "/shm", 01777, SHARED_MEMORY);
      addIf(plan.spec().namespaces().contains(Namespace.IPC), "--mqueue", target + "/mqueue");
    }
    // Sys: bwrap knows no sysfs of a network namespace of its own. Overlays have been refused.
  }

  private void memory(String target, int mode, long size) {
    add("--perms", octal(mode), "--size", Long.toString(size), "--tmpfs", target);
  }

  /** What is covered is what Carrel's own backend covers. What the host's /proc shows of settings depends on who looks, as everywhere. */
  private void proc(String target) {
    add("--proc", target);
    if (plan.spec().security().has(Weakness.KERNEL_FILES)) {
      return;
    }
    for (String name : READ_ONLY) {
      if (exists.test(Path.of("/proc", name))) {
        add("--ro-bind", "/proc/" + name, target + "/" + name);
      }
    }
    for (String name : COVERED_FILES) {
      if (exists.test(Path.of("/proc", name))) {
        add("--dev-bind", NULL_DEVICE, target + "/" + name);
      }
    }
    for (String name : COVERED_DIRECTORIES) {
      if (exists.test(Path.of("/proc", name))) {
        memory(target + "/" + name, 0555, NOTHING);
        add("--remount-ro", target + "/" + name);
      }
    }
  }

  /** A size in the notation of tmpfs(5), which the specification has checked. */
  private long bytes(String size) {
    char unit = size.charAt(size.length() - 1);
    if (unit >= '0' && unit <= '9') {
      return Long.parseLong(size);
    }
    long number = Long.parseLong(size.substring(0, size.length() - 1));
    return switch (unit) {
      case 'k' -> number << 10;
      case 'm' -> number << 20;
      case 'g' -> number << 30;
      default -> Math.max(memory / 100 * number, NOTHING);
    };
  }

  private static String octal(int mode) {
    return String.format("%04o", mode);
  }

  private void add(String... more) {
    words.addAll(List.of(more));
  }

  private void addIf(boolean wanted, String... more) {
    if (wanted) {
      add(more);
    }
  }
}
