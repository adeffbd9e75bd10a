package dev.carrel.linux.seccomp;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The functions of libseccomp that are needed; see the man page of each. */
final class LibSeccomp {
  static {
    Native.register(LibSeccomp.class, NativeLibrary.getInstance("libseccomp.so.2"));
  }

  private LibSeccomp() {}

  static native Pointer seccomp_init(int defaultAction);

  static native void seccomp_release(Pointer filter);

  static native int seccomp_attr_set(Pointer filter, int attribute, int value);

  static native int seccomp_arch_add(Pointer filter, int architecture);

  static native int seccomp_syscall_resolve_name(String name);

  static native int seccomp_rule_add_array(Pointer filter, int action, int call, int count, Pointer conditions);

  static native int seccomp_export_bpf(Pointer filter, int descriptor);
}
