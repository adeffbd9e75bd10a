package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes what is set in new namespaces: host name, loopback interface, settings of the kernel, clocks. */
final class NamespaceSettings {
  private static final String DOMAIN_NAME = "kernel.domainname";

  private final ProgramBuilder program;
  private final ContainerSpec spec;
  private final OuterNamespaces outer;
  private final Data hostProc;

  NamespaceSettings(ProgramBuilder program, ContainerSpec spec, OuterNamespaces outer, Data hostProc) {
    this.program = program;
    this.spec = spec;
    this.outer = outer;
    this.hostProc = hostProc;
  }

  /** What belongs to some of them. */
  void write(Set<Namespace> namespaces) {
    spec.hostname().filter(name -> namespaces.contains(Namespace.UTS)).ifPresent(name -> {
      program.purpose("set the host name to " + name);
      program.call(SystemCall.SETHOSTNAME, program.string(name).address(), Operand.of(name.length()));
    });
    if (namespaces.contains(Namespace.NETWORK)) {
      loopbackUp();
    }
    if (!spec.sysctls().isEmpty()) {
      kernelSettings();
    }
  }

  /** Each shows in /proc/sys as it is in the namespaces of who looks; see proc_sys(5). */
  private void kernelSettings() {
    for (Map.Entry<String, String> setting : new TreeMap<>(spec.sysctls()).entrySet()) {
      program.purpose("set " + setting.getKey() + " to " + setting.getValue());
      if (setting.getKey().equals(DOMAIN_NAME)) { // its file is the host's root's
        Data name = program.string(setting.getValue());
        program.call(SystemCall.SETDOMAINNAME, name.address(), Operand.of(setting.getValue().getBytes(StandardCharsets.UTF_8).length));
        continue;
      }
      outer.writeFile(hostProc.value(), "sys/" + setting.getKey().replace('.', '/'), setting.getValue());
    }
  }

  /** time_namespaces(7): the next process that init starts is in it. */
  void enterOwnTime() {
    if (spec.namespaces().contains(Namespace.TIME)) {
      program.purpose("create a time namespace");
      program.call(SystemCall.UNSHARE, Kernel.cloneFlags(Kernel.CLONE_NEWTIME));
      spec.clockOffset().ifPresent(offset -> {
        String ahead = " " + offset.getSeconds() + " " + offset.getNano() + "\n";
        program.purpose("set the clocks of the container");
        outer.writeFile(hostProc.value(), "self/timens_offsets", "monotonic" + ahead + "boottime" + ahead);
      });
    }
  }

  /** netdevice(7): IFF_UP on lo, through any socket. */
  private void loopbackUp() {
    byte[] request = new byte[40];
    request[0] = 'l';
    request[1] = 'o';
    request[16] = 0x41; // IFF_UP | IFF_RUNNING
    Data socket = program.variable("socket");
    program.purpose("bring up the loopback interface");
    program.callInto(socket, SystemCall.SOCKET, Operand.of(2, "AF_INET"), Operand.of(0x80002, "SOCK_DGRAM|SOCK_CLOEXEC"), ZERO);
    program.call(SystemCall.IOCTL, socket.value(), Operand.of(0x8914, "SIOCSIFFLAGS"),
        program.bytes("{lo, IFF_UP|IFF_RUNNING}", request).address());
    program.call(SystemCall.CLOSE, socket.value());
  }
}
