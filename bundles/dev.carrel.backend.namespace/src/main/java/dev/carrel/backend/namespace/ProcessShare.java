package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.IoPriority;
import dev.carrel.api.container.MemoryPolicy;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.SchedulingPolicy;
import dev.carrel.api.container.Security;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.OptionalInt;

/**
 * Writes how a process gets its share of processors, disks and memory, which what it clones inherits. It has to be the process that still
 * has the starter's rights: inside a user namespace, nobody may lower a nice value or the likelihood to be killed.
 */
final class ProcessShare {
  /** How its steps are told, by which their failures are known. */
  static final String NICE = "have the nice value ";
  static final String POLICY = "be scheduled by ";
  static final String CPUS = "run on the CPUs ";
  static final String IO = "have the priority ";
  static final String MEMORY = "have memory by ";
  static final String PERSONALITY = "be towards the program ";

  /** Space for as many bits as any kernel has: it wants to write all that it knows. */
  private static final int MOST_BYTES = (NumberSet.LARGEST + 1) / 8;
  private static final Operand SELF = Operand.of(0);

  private final ProgramBuilder program;
  private final ProcessTraits traits;
  private final OptionalInt oomScoreAdjustment;
  private final Data hostProc;

  /** @param hostProc has a descriptor of the host's /proc */
  ProcessShare(ProgramBuilder program, ProcessTraits traits, Security security, Data hostProc) {
    this.program = program;
    this.traits = traits;
    this.oomScoreAdjustment = security.oomScoreAdjustment();
    this.hostProc = hostProc;
  }

  void write() {
    if (oomScoreAdjustment.isPresent()) {
      String score = Integer.toString(oomScoreAdjustment.getAsInt());
      Data file = program.variable("file");
      program.purpose("set oom_score_adj to " + score);
      program.callInto(file, SystemCall.OPENAT, hostProc.value(), program.string("self/oom_score_adj").address(), Kernel.WRITE_ONLY, ZERO);
      program.call(SystemCall.WRITE, file.value(), program.string(score).address(), Operand.of(score.length()));
      program.call(SystemCall.CLOSE, file.value());
    }
    if (!traits.personality().isEmpty()) {
      personality();
    }
    Scheduling scheduling = traits.scheduling();
    if (scheduling == Scheduling.standard()) {
      return;
    }
    if (scheduling.cpus().isPresent()) {
      cpus(scheduling.cpus().get());
    }
    if (scheduling.memory().isPresent()) {
      memory(scheduling.memory().get());
    }
    if (scheduling.ioPriority().isPresent()) {
      IoPriority priority = scheduling.ioPriority().get();
      program.purpose(IO + priority + " at disks");
      program.call(SystemCall.IOPRIO_SET, Operand.of(1, "IOPRIO_WHO_PROCESS"), SELF, Operand.of(priority.kind().number() << 13 | priority.level()));
    }
    if (scheduling.nice().isPresent()) {
      int nice = scheduling.nice().getAsInt();
      program.purpose(NICE + nice);
      program.call(SystemCall.SETPRIORITY, Operand.of(0, "PRIO_PROCESS"), SELF, Operand.of(nice));
    }
    if (scheduling.policy().isPresent()) { // last: from here on it may be everybody's turn but its own
      SchedulingPolicy policy = scheduling.policy().get();
      program.purpose(POLICY + policy);
      program.call(SystemCall.SCHED_SETSCHEDULER, SELF, Operand.of(policy.kind().number(), "SCHED_" + policy.kind().name()),
          program.longs("{" + policy.priority() + "}", policy.priority()).address());
    }
  }

  private void personality() {
    int bits = 0;
    StringBuilder names = new StringBuilder();
    for (Personality personality : Personality.values()) {
      if (traits.personality().contains(personality)) {
        bits |= personality.bits();
        names.append(names.length() == 0 ? "" : ", ").append(personality.label());
      }
    }
    program.purpose(PERSONALITY + names);
    program.call(SystemCall.PERSONALITY, Operand.of(bits, "0x" + Integer.toHexString(bits)));
  }

  /** The kernel takes no offence at CPUs that are not there, as long as one is: so it is asked what it made of them. */
  private void cpus(NumberSet cpus) {
    long[] bits = cpus.bits();
    Data found = program.space("cpus", MOST_BYTES);
    program.purpose(CPUS + cpus);
    program.call(SystemCall.SCHED_SETAFFINITY, SELF, Operand.of(8L * bits.length), program.longs("[" + cpus + "]", bits).address());
    program.call(SystemCall.SCHED_GETAFFINITY, SELF, Operand.of(MOST_BYTES), found.address());
    require(found, bits);
  }

  private void memory(MemoryPolicy policy) {
    long[] bits = policy.nodes().bits();
    Data found = program.space("nodes", MOST_BYTES);
    program.purpose(MEMORY + policy);
    // The kernel looks at one bit less than it is told.
    program.call(SystemCall.SET_MEMPOLICY, Operand.of(policy.kind().number(), "MPOL_" + policy.kind().name()),
        program.longs("[" + policy.nodes() + "]", bits).address(), Operand.of(64L * bits.length + 1));
    program.call(SystemCall.GET_MEMPOLICY, NULL, found.address(), Operand.of(8L * MOST_BYTES), NULL, ZERO);
    require(found, bits);
  }

  private void require(Data found, long[] bits) {
    for (int i = 0; i < bits.length; i++) {
      program.requireEqual(found.value(8 * i), Operand.of((int) bits[i]));
      program.requireEqual(found.value(8 * i + 4), Operand.of((int) (bits[i] >>> 32)));
    }
  }
}
