package dev.carrel.shell;

/** The texts of {@code --help} about whole systems. */
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

  static final String SYSTEM = """
      Usage: carrel system COMMAND [OPTION]... [ARGUMENT]...

      Whole systems, each declared in a file in TOML: packages, users, files of /etc and services, which an init starts.

        carrel system container web.toml
        $(carrel system container web.toml) --detach

        container FILE          build the system, and print the path of the script that starts it; the script has a --help
          --expose=SRC[=DST], --share=SRC[=DST]
                                SRC of the host is to be seen inside, read-only or writable; may be repeated
          --pid-file=FILE       the script writes the pid of the system to FILE
          -d, --detach          the system goes on by itself
          --network, -N, --publish and more of networks, --memory and other limits
                                as in carrel run --help; they count more than what FILE says
        build FILE              build the system, and print where it is in the store
          -r, --root=LINK       with build and container: make LINK a link to it, which keeps it from collection
          --refresh             with build, container and reconfigure: fetch the lists of packages anew first
        reconfigure FILE|NAME   build the system and make it a new generation of its name; of a NAME, the present generation.
                                Containers of that system that run take up its services
        describe FILE|NAME      what a system is made of
        list-generations [NAME] the generations of systems
        roll-back NAME          go to the generation before
        switch-generation NAME N
                                go to generation N
        start SYSTEM            what the script does: SYSTEM is the directory of one, or a link to it
        schema                  a JSON Schema of declarations, for editors

        --json                  with describe and list-generations: as JSON
        -q, --quiet             no progress
        -h, --help              this text

      A word with a slash, or that ends with .toml, is a FILE. The present generation of a NAME is started by
      profiles/system.NAME/run-container in the store.
      """;

  private SystemHelp() {}
}
