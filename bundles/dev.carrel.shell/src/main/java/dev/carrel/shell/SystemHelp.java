package dev.carrel.shell;

/** What {@code carrel system start}, and so each system's run-container, tells of itself. */
final class SystemHelp {
  static final String START = """
      Usage: run-container [OPTION]...
             carrel system start SYSTEM [OPTION]...

      Starts a system that was built, in the foreground: SIGTERM or Ctrl-C stops its services in order. Prints its pid, and
      how to enter it. What is said here replaces what the declaration says by the same word.

        --expose=SRC[=DST]   SRC of the host is to be seen inside, read-only; may be repeated
        --share=SRC[=DST]    the same, writable
        --pid-file=FILE      write the pid of its first process to FILE; may be repeated
        --name=NAME          what carrel exec, list, logs and stop call it; without it, as the system is called. Each
                             name has persistent directories of its own
        -d, --detach         go on by itself; carrel stop NAME stops it. Carrel's own first process is PID 1 then, keeps the
                             output, which carrel logs NAME prints, and the init is its child
        --hostname=NAME      another host name
        --network, -N, --publish, --ip, --mac, --mtu, --dns, --egress, --allow-net, --deny-net, --host-loopback
                             as in carrel run --help; a --publish replaces all that are declared
        --memory, --cpus, --pids and other limits
                             as in carrel run --help
        --backend=NAME       who isolates it, see carrel backend list
        -h, --help           this text

      Persistent directories are kept below CARREL_SYSTEMS, or else below carrel-systems beside the store.
      """;

  private SystemHelp() {}
}
