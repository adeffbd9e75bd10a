package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.AccessRule;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.ResourceLimit.Range;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.Inside;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Writes the last steps of a program before it executes: what it can do from then on, and everything it starts. */
final class Confinement {
  private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;
  private static final int LARGEST_CAPABILITY = 63;
  /** No file is that small, and it is by 1 alone that the kernel pipes none to a program of the host; see core_pattern in core(5). */
  private static final Range NO_CORE = new Range(1, 1);

  private final ProgramBuilder program;
  private final Security security;
  private final List<byte[]> filters;
  private final Operand hostProc;
  private final boolean root;
  private final boolean hostNetwork;
  private final int notifying;

  /**
   * For a container.
   *
   * @param hostProc a descriptor of the host's /proc
   * @param filters the kernel's form of the filters of system calls
   */
  Confinement(ProgramBuilder program, Inside inside, Operand hostProc, List<byte[]> filters) {
    this.program = program;
    this.security = inside.security();
    this.filters = filters;
    this.hostProc = hostProc;
    this.hostNetwork = !inside.namespaces().contains(Namespace.NETWORK);
    this.notifying = security.systemCalls() instanceof SystemCallFilter.Standard ? -1 : CallListeners.position(security);
    this.root = inside.identity().user().inside() == 0;
  }

  /** What init does for itself, and its children inherit. */
  void ofInit() {
    if (!security.has(Weakness.KEYRING)) {
      program.purpose("join a session keyring of its own");
      Operand join = Operand.of(KEYCTL_JOIN_SESSION_KEYRING, "KEYCTL_JOIN_SESSION_KEYRING");
      boolean own = security.systemCalls() instanceof SystemCallFilter.Standard || security.systemCalls() instanceof SystemCallFilter.PretendedRoot;
      if (own && !filters.isEmpty()) {
        program.attempt(SystemCall.KEYCTL, join, NULL); // fails where a user has too many keys; the filter forbids to use any
      } else {
        program.call(SystemCall.KEYCTL, join, NULL);
      }
    }
  }

  /**
   * What the program's process does, directly before it executes.
   *
   * @param more how many descriptors it keeps beside its standard streams
   * @param control the socket to the JVM
   */
  void ofProgram(int more, Operand control) {
    limits();
    boolean late = !security.has(Weakness.NEW_PRIVILEGES);
    if (!late) {
      filterSystemCalls(control); // takes CAP_SYS_ADMIN or no_new_privs
    }
    capabilities();
    if (late) {
      program.purpose("drop privileges");
      program.call(SystemCall.PRCTL, Operand.of(38, "PR_SET_NO_NEW_PRIVS"), Operand.of(1), ZERO, ZERO, ZERO);
    }
    restrictAccess();
    program.purpose("drop privileges");
    program.call(SystemCall.CLOSE_RANGE, Operand.of(3 + more), Operand.of(0xFFFF_FFFFL, "~0"),
        Operand.of(4, "CLOSE_RANGE_CLOEXEC"));
    if (late) {
      filterSystemCalls(control);
    }
  }

  /** Unless they are wanted, or somebody has said how large they may be. */
  static boolean forbidsCoreDumps(Security security) {
    return !security.has(Weakness.CORE_DUMPS) && !security.limits().containsKey(ResourceLimit.CORE);
  }

  private void limits() {
    if (forbidsCoreDumps(security)) {
      program.purpose("forbid core dumps");
      // Fails where the user's own limit is 0 for good.
      program.attempt(SystemCall.PRLIMIT64, ZERO, name(ResourceLimit.CORE), value(NO_CORE).address(), NULL);
    }
    Map<ResourceLimit, Range> limits = new EnumMap<>(ResourceLimit.class); // in their order
    limits.putAll(security.limits());
    for (Map.Entry<ResourceLimit, Range> entry : limits.entrySet()) {
      program.purpose("set the limit " + entry.getKey().label() + " to " + entry.getValue().soft() + ":" + entry.getValue().hard());
      program.call(SystemCall.PRLIMIT64, ZERO, name(entry.getKey()), value(entry.getValue()).address(), NULL);
    }
  }

  private static Operand name(ResourceLimit limit) {
    return Operand.of(limit.number(), "RLIMIT_" + limit.name());
  }

  private Data value(Range range) {
    return program.longs("{" + range.soft() + ", " + range.hard() + "}", range.soft(), range.hard());
  }

  /** capabilities(7): nothing but what was asked for is left, and no file can give anything back. */
  private void capabilities() {
    program.purpose("drop privileges");
    long kept = 0;
    for (Capability capability : security.capabilities()) {
      kept |= 1L << capability.number();
    }
    Label dropped = program.label("dropped");
    for (int capability = 0; capability <= LARGEST_CAPABILITY; capability++) {
      if ((kept >> capability & 1) == 0) {
        // Fails at the first number this kernel has no capability for.
        program.callOr(dropped, SystemCall.PRCTL, Operand.of(24, "PR_CAPBSET_DROP"), Operand.of(capability));
      }
    }
    program.place(dropped);
    program.call(SystemCall.PRCTL, Operand.of(47, "PR_CAP_AMBIENT"), Operand.of(4, "PR_CAP_AMBIENT_CLEAR_ALL"), ZERO, ZERO, ZERO);
    long low = kept & 0xFFFF_FFFFL;
    long high = kept >>> 32;
    // Root gets at execve what the bounding set has; others keep what is ambient, for which it has to be inheritable.
    long lowInherited = root ? 0 : low;
    long highInherited = root ? 0 : high;
    program.call(SystemCall.CAPSET, program.longs("{_LINUX_CAPABILITY_VERSION_3, 0}", 0x20080522).address(),
        program.longs("{" + names() + "}", low | low << 32, lowInherited | high << 32, high | highInherited << 32).address());
    if (!root) {
      for (Capability capability : security.capabilities()) {
        program.call(SystemCall.PRCTL, Operand.of(47, "PR_CAP_AMBIENT"), Operand.of(2, "PR_CAP_AMBIENT_RAISE"),
            Operand.of(capability.number(), capability.label()), ZERO, ZERO);
      }
    }
  }

  private String names() {
    List<String> names = new ArrayList<>();
    security.capabilities().forEach(capability -> names.add(capability.label()));
    names.sort(null);
    return names.isEmpty() ? "0, 0, 0" : String.join("|", names);
  }

  private void restrictAccess() {
    if (hostNetwork && !security.has(Weakness.ABSTRACT_SOCKETS)) {
      new Landlock(program).scope();
    }
    List<AccessRule> rules = security.rules();
    if (!rules.isEmpty()) {
      new Landlock(program).restrict(rules);
    }
  }

  /** Whether who is told of system calls has to let its start go on. */
  boolean notifies() {
    return notifying >= 0;
  }

  private void filterSystemCalls(Operand control) {
    for (int i = 0; i < filters.size(); i++) {
      byte[] filter = filters.get(i);
      program.purpose("filter system calls");
      Data instructions = program.bytes("<" + filter.length / 8 + " instructions>", filter);
      Data filterProgram = program.longs("{" + filter.length / 8 + ", filter}", filter.length / 8, 0).pointer(8, instructions);
      Operand set = Operand.of(1, "SECCOMP_SET_MODE_FILTER");
      if (i == notifying) {
        HandedDescriptor listener = new HandedDescriptor(program, "listener");
        program.callInto(listener.place(), SystemCall.SECCOMP, set, Operand.of(8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"), filterProgram.address());
        listener.send(control);
      } else {
        program.call(SystemCall.SECCOMP, set, ZERO, filterProgram.address());
      }
    }
  }
}
