package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.NULL;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.Optional;

/**
 * Writes the life of a template's process once its mounts are built: it receives the descriptors of a container, clones that as
 * a child of the JVM, and waits for the next. A start from it needs no new program, and no namespace is joined.
 */
final class TemplateService {
  private static final Operand CLOSE_ON_EXEC = Operand.of(0x80000, "O_CLOEXEC");
  private static final Operand CONTROL = Operand.of(Launcher.CONTROL);
  /** Standard streams, status, control. */
  private static final int ALWAYS = 5;
  /** Above every number that a received descriptor is moved to. */
  private static final int FIRST_FREE = 16;
  private static final int ANCILLARY_HEADER = 16;

  private final ProgramBuilder program;
  private final int files;
  private final int more;
  private final int firstFree;
  private final Optional<ControlGroups> groups;
  private final Data received;

  /**
   * For containers that all get as much.
   *
   * @param files how many files
   * @param more how many descriptors that its program gets, too
   * @param groups into which they come
   */
  TemplateService(ProgramBuilder program, int files, int more, Optional<ControlGroups> groups) {
    this.groups = groups;
    this.more = more;
    this.firstFree = more == 0 ? FIRST_FREE : Launcher.MORE + more;
    this.program = program;
    this.files = files;
    this.received = program.space("received", ANCILLARY_HEADER + 4 * (ALWAYS + files + more + descriptors()) + 8);
  }

  /** Says that it is ready. What is received gets numbers that are in nobody's way, as all others are taken. */
  void open(Data hostProc) {
    program.call(SystemCall.CLOSE_RANGE, Operand.of(firstFree), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    program.callInto(hostProc, SystemCall.FCNTL, hostProc.value(), Operand.of(1030, "F_DUPFD_CLOEXEC"), Operand.of(firstFree));
    program.call(SystemCall.PRCTL, Operand.of(15, "PR_SET_NAME"), program.string("carrel-template").address());
    program.call(SystemCall.PRCTL, Operand.of(4, "PR_SET_DUMPABLE"), ZERO);
    // Ctrl-C at the JVM's terminal is not meant for it.
    program.call(SystemCall.RT_SIGPROCMASK, Operand.of(2, "SIG_SETMASK"), program.longs("~[]", -1L).address(), NULL, Operand.of(8));
    program.call(SystemCall.WRITE, Operand.of(Launcher.STATUS), program.longs("{1, 0}", 1, 0).address(), Operand.of(16));
    for (int number = Launcher.STATUS; number < firstFree; number++) {
      if (number != Launcher.CONTROL) {
        program.call(SystemCall.DUP3, ZERO, Operand.of(number), CLOSE_ON_EXEC);
      }
    }
  }

  /** How the ids of each container are mapped from outside. */
  interface Mapping {
    /** Before it is cloned. */
    void open();

    /** After it was. */
    void serve(Label failed, Label gone);
  }

  /**
   * What follows is run by each container's first process.
   *
   * @param prepare writes what is done before each, while nobody waits
   * @param undo writes what is done after each
   * @param mapping writes how its ids are mapped, if it does not do that itself
   */
  void cloneContainers(long namespaces, Runnable prepare, Runnable undo, Optional<Mapping> mapping) {
    Data record = program.space("pid", 16);
    Data count = program.variable("count");
    Label next = program.label("next_container");
    Label asked = program.label("asked");
    Label parent = program.label("parent");
    Label failed = program.label("not_cloned");
    Label told = program.label("told");
    Label container = program.label("container");
    int ancillarySize = ANCILLARY_HEADER + 4 * (ALWAYS + files + more + descriptors()) + 7 & ~7;
    Data payload = program.variable("payload");
    Data vector = program.longs("[{&payload, 1}]", 0, 1).pointer(0, payload);
    Data message = program.longs("{[{&payload, 1}], SCM_RIGHTS}", 0, 0, 0, 1, 0, ancillarySize, 0).pointer(16, vector).pointer(32, received);
    program.place(next);
    prepare.run();
    program.purpose("wait for a container to start");
    program.callInto(count, SystemCall.RECVMSG, CONTROL, message.address(), Operand.of(0x40000000, "MSG_CMSG_CLOEXEC"));
    program.unlessEqual(count.value(), ZERO, asked);
    program.call(SystemCall.EXIT_GROUP, ZERO);
    program.place(asked);
    if (mapping.isPresent()) {
      mapping.get().open();
    }
    program.purpose("create the container's namespaces");
    long flags = namespaces | Kernel.CLONE_PARENT | Kernel.SIGCHLD;
    if (groups.isPresent()) {
      groups.get().clone(flags, record, Optional.empty(), groups(), Optional.of(failed));
    } else {
      program.callIntoOr(record, failed, SystemCall.CLONE, Kernel.cloneFlags(flags), NULL, NULL, NULL, NULL);
    }
    program.unlessEqual(record.value(), ZERO, parent);
    program.jump(container);
    program.place(parent);
    program.attempt(SystemCall.WRITE, descriptor(Launcher.STATUS), record.address(), Operand.of(16));
    if (mapping.isPresent()) {
      mapping.get().serve(failed, told);
    }
    program.jump(told);
    program.place(failed);
    program.attempt(SystemCall.WRITE, descriptor(Launcher.STATUS), new Operand.FailureRecord(), Operand.of(16));
    program.place(told);
    program.call(SystemCall.CLOSE_RANGE, descriptor(0), Operand.of(0xFFFF_FFFFL, "~0"), ZERO);
    undo.run();
    program.jump(next);
    program.place(container);
    program.actor("init");
    program.purpose("take the container's descriptors");
    for (int i = 0; i < ALWAYS; i++) {
      program.call(SystemCall.DUP3, descriptor(i), Operand.of(i), i < Launcher.STATUS ? ZERO : CLOSE_ON_EXEC);
    }
    for (int i = 0; i < files; i++) {
      program.call(SystemCall.DUP3, descriptor(ALWAYS + i), Operand.of(Launcher.FILES + i), CLOSE_ON_EXEC);
    }
    for (int i = 0; i < more; i++) {
      program.call(SystemCall.DUP3, descriptor(ALWAYS + files + i), Operand.of(Launcher.MORE + i), CLOSE_ON_EXEC);
    }
  }

  private int descriptors() {
    return groups.isPresent() ? groups.get().descriptors() : 0;
  }

  /** Where a container finds the descriptors of its control groups. */
  ControlGroups.Place groups() {
    return index -> descriptor(ALWAYS + files + more + index);
  }

  /** The low 32 bits are the descriptor; that is all of a register that the kernel looks at. */
  private Operand descriptor(int index) {
    return received.value(ANCILLARY_HEADER + 4 * index);
  }
}
