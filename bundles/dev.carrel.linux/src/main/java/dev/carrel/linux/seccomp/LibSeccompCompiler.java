package dev.carrel.linux.seccomp;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.seccomp.FilterPolicy.Condition;
import dev.carrel.linux.seccomp.FilterPolicy.Rule;
import java.util.Arrays;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Compiles filters with libseccomp, which is loaded at the first one. */
@Component
public final class LibSeccompCompiler implements FilterCompiler {
  private static final int BAD_ARCHITECTURE = 2; // SCMP_FLTATR_ACT_BADARCH
  private static final int OPTIMIZE = 8; // SCMP_FLTATR_CTL_OPTIMIZE
  private static final int BINARY_TREE = 2;
  private static final int UNKNOWN = -1; // __NR_SCMP_ERROR
  private static final int CONDITION_SIZE = 24; // struct scmp_arg_cmp
  private static final int I386 = 0x40000003; // AUDIT_ARCH_I386
  private static final int ARM = 0x40000028; // AUDIT_ARCH_ARM
  /** Far above what filters need; the kernel takes 4096 instructions of 8 bytes. */
  private static final int LARGEST = 4096 * 8;

  @Activate
  public LibSeccompCompiler() {}

  @Override
  public byte[] compile(FilterPolicy policy) {
    Pointer filter;
    try {
      filter = LibSeccomp.seccomp_init(policy.otherwise().code());
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw CarrelException.failed("cannot build the filter of system calls: this host has no usable libseccomp.so.2. Install it"
          + " (Debian's package is libseccomp2), or run without a filter with --weak=system-calls", e);
    }
    if (filter == null) {
      throw CarrelException.failed("cannot build the filter of system calls: libseccomp refuses its default action");
    }
    try {
      return compile(filter, policy);
    } finally {
      LibSeccomp.seccomp_release(filter);
    }
  }

  private static byte[] compile(Pointer filter, FilterPolicy policy) {
    check("set the action for other architectures", LibSeccomp.seccomp_attr_set(filter, BAD_ARCHITECTURE, policy.foreign().code()));
    LibSeccomp.seccomp_attr_set(filter, OPTIMIZE, BINARY_TREE); // older ones do not know it: a longer way to the same
    if (policy.foreignAbi()) {
      check("add the 32-bit architecture",
          LibSeccomp.seccomp_arch_add(filter, Architecture.host() == Architecture.X86_64 ? I386 : ARM));
    }
    for (Rule rule : policy.rules()) {
      if (!rule.action().equals(policy.otherwise())) { // libseccomp refuses what changes nothing
        add(filter, rule);
      }
    }
    return export(filter);
  }

  private static void add(Pointer filter, Rule rule) {
    int call = LibSeccomp.seccomp_syscall_resolve_name(rule.call());
    if (call == UNKNOWN) {
      if (rule.action().permits()) {
        return;
      }
      throw CarrelException.usage("cannot build the filter of system calls: it has a rule against " + rule.call()
          + ", which the libseccomp of this host does not know. Correct its name, leave the rule out, or install a newer libseccomp");
    }
    List<Condition> conditions = rule.conditions();
    Memory array = conditions.isEmpty() ? null : LibC.zeros(CONDITION_SIZE * conditions.size());
    for (int i = 0; i < conditions.size(); i++) {
      Condition condition = conditions.get(i);
      array.setInt((long) i * CONDITION_SIZE, condition.argument());
      array.setInt((long) i * CONDITION_SIZE + 4, condition.comparison().code());
      array.setLong((long) i * CONDITION_SIZE + 8, condition.value());
      array.setLong((long) i * CONDITION_SIZE + 16, condition.other());
    }
    check("add the rule on " + rule.call(),
        LibSeccomp.seccomp_rule_add_array(filter, rule.action().code(), call, conditions.size(), array));
  }

  private static byte[] export(Pointer filter) {
    int file = LibC.memfd_create("carrel-filter", 1); // MFD_CLOEXEC
    if (file < 0) {
      throw CarrelException.failed("cannot build the filter of system calls: memfd_create: " + LibC.lastError());
    }
    try {
      check("write it", LibSeccomp.seccomp_export_bpf(filter, file));
      LibC.lseek(file, 0, 0);
      byte[] buffer = new byte[LARGEST];
      long size = LibC.readFully(file, buffer);
      if (size <= 0 || size % 8 != 0) {
        throw CarrelException.failed("cannot build the filter of system calls: libseccomp wrote " + size + " bytes");
      }
      return Arrays.copyOf(buffer, (int) size);
    } finally {
      LibC.close(file);
    }
  }

  private static void check(String what, int result) {
    if (result < 0) {
      throw CarrelException.failed("cannot build the filter of system calls: libseccomp cannot " + what + ": " + Errno.describe(-result));
    }
  }
}
