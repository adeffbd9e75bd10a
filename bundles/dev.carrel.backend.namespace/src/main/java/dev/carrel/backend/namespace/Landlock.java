package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.AccessRule;
import dev.carrel.api.container.AccessRule.FileAction;
import dev.carrel.api.container.AccessRule.OnFiles;
import dev.carrel.api.container.AccessRule.OnPort;
import dev.carrel.api.container.AccessRule.PortAction;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Instruction.Label;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.util.List;

/** Writes the rules that landlock(7) enforces. A kernel without what a rule needs fails the start: it would not hold. */
final class Landlock {
  // Of struct landlock_ruleset_attr.handled_access_fs
  private static final long EXECUTE = 1;
  private static final long WRITE_FILE = 1 << 1;
  private static final long READ_FILE = 1 << 2;
  private static final long READ_DIR = 1 << 3;
  private static final long REMOVE_AND_MAKE = 0x1ff0; // REMOVE_DIR ... MAKE_SYM, ABI 1
  private static final long REFER = 1 << 13; // ABI 2
  private static final long TRUNCATE = 1 << 14; // ABI 3
  private static final long DIRECTORY_ONLY = READ_DIR | REMOVE_AND_MAKE | REFER;
  // Of handled_access_net, ABI 4
  private static final long BIND_TCP = 1;
  private static final long CONNECT_TCP = 1 << 1;

  private final ProgramBuilder program;

  Landlock(ProgramBuilder program) {
    this.program = program;
  }

  void restrict(List<AccessRule> rules) {
    long files = 0;
    long ports = 0;
    for (AccessRule rule : rules) {
      if (rule instanceof OnFiles onFiles) {
        files |= access(onFiles.action());
      } else if (rule instanceof OnPort onPort) {
        ports |= access(onPort.action());
      }
    }
    Data ruleset = program.variable("ruleset");
    program.purpose("restrict access with Landlock");
    program.callInto(ruleset, SystemCall.LANDLOCK_CREATE_RULESET, attributes(files, ports).address(), Operand.of(ports == 0 ? 8 : 16), ZERO);
    for (AccessRule rule : rules) {
      if (rule instanceof OnFiles onFiles) {
        allow(ruleset, onFiles);
      } else if (rule instanceof OnPort onPort) {
        Data attribute = program.longs("{" + onPort.action() + ", " + onPort.port() + "}", access(onPort.action()), onPort.port());
        program.call(SystemCall.LANDLOCK_ADD_RULE, ruleset.value(), Operand.of(2, "LANDLOCK_RULE_NET_PORT"), attribute.address(), ZERO);
      }
    }
    program.purpose("restrict access with Landlock");
    program.call(SystemCall.LANDLOCK_RESTRICT_SELF, ruleset.value(), ZERO);
    program.call(SystemCall.CLOSE, ruleset.value());
  }

  /** Abstract UNIX sockets of others cannot be reached, nor their processes be signalled; from ABI 6 on, else left out. */
  void scope() {
    Data ruleset = program.variable("ruleset");
    Label without = program.label("without_scope");
    program.purpose("keep abstract sockets of the host out of reach");
    Data attributes = program.longs("{scoped=LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET}", 0, 0, 1);
    program.callIntoOr(ruleset, without, SystemCall.LANDLOCK_CREATE_RULESET, attributes.address(), Operand.of(24), ZERO);
    program.call(SystemCall.LANDLOCK_RESTRICT_SELF, ruleset.value(), ZERO);
    program.call(SystemCall.CLOSE, ruleset.value());
    program.place(without);
  }

  private Data attributes(long files, long ports) {
    return program.longs("{fs=0x" + Long.toHexString(files) + ", net=0x" + Long.toHexString(ports) + "}", files, ports);
  }

  private static long access(FileAction action) {
    return switch (action) {
      case READ -> READ_FILE | READ_DIR;
      case WRITE -> WRITE_FILE | REMOVE_AND_MAKE | REFER | TRUNCATE;
      case EXECUTE -> EXECUTE;
    };
  }

  private static long access(PortAction action) {
    return action == PortAction.BIND ? BIND_TCP : CONNECT_TCP;
  }

  /** struct landlock_path_beneath_attr is packed: 64 bits of access, 32 of descriptor. A file takes no access of directories. */
  private void allow(Data ruleset, OnFiles rule) {
    Data attribute = program.longs("{" + rule.action() + ", " + rule.path() + "}", access(rule.action()), 0);
    Data onFile = program.longs("{" + rule.action() + ", " + rule.path() + "}", access(rule.action()) & ~DIRECTORY_ONLY, 0);
    Operand path = program.string(rule.path().toString()).address();
    Operand kind = Operand.of(1, "LANDLOCK_RULE_PATH_BENEATH");
    Label file = program.label("file");
    Label done = program.label("next");
    program.purpose("allow " + rule.action().name().toLowerCase(java.util.Locale.ROOT) + " on " + rule.path());
    program.callInto(attribute.address(8), SystemCall.OPENAT, CURRENT, path, Kernel.PATH_ONLY, ZERO);
    program.callOr(file, SystemCall.LANDLOCK_ADD_RULE, ruleset.value(), kind, attribute.address(), ZERO);
    program.call(SystemCall.CLOSE, attribute.value(8));
    program.jump(done);
    program.place(file);
    program.callInto(onFile.address(8), SystemCall.OPENAT, CURRENT, path, Kernel.PATH_ONLY, ZERO);
    program.call(SystemCall.LANDLOCK_ADD_RULE, ruleset.value(), kind, onFile.address(), ZERO);
    program.call(SystemCall.CLOSE, onFile.value(8));
    program.place(done);
  }
}
