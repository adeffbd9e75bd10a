package dev.carrel.shell;

/** The texts of {@code --help}. */
final class Help {
  private static final String INSIDE = """

      What is to be seen inside:
        --expose=SRC[=DST]   SRC of the host, read-only, submounts too; at DST, or at the same path
        --share=SRC[=DST]    SRC of the host, writable as far as you may write it
        --no-cwd             do not share the working directory; start in the home directory
        --writable-root      the root directory can be written; what is written there ends with the container

      Who and where it is:
        -u, --user=NAME      be NAME inside, with uid and gid 1000 and the home directory /home/NAME
        --hostname=NAME      the host name inside
        -E, --preserve=REGEX keep the variables whose names match; may be repeated
        --network=none|host  none: nothing but a loopback interface of its own (default);
                             host: the host's network as it is
        -N                   the same as --network=host
        --backend=NAME       which backend starts it; see carrel backend list

        -q, --quiet          no progress
        -h, --help           this text
      """;

  private static final String STATUS = """

      The exit status is that of COMMAND; 128+n if signal n ended it. 125: Carrel could not do it,
      126: COMMAND cannot be executed, 127: COMMAND is not there.
      """;

  static final String RUN = """
      Usage: carrel run [OPTION]... [--] COMMAND [ARGUMENT]...

      Runs COMMAND in a container of its own, with the host's programs and nothing else of the host but
      the working directory and what is named. Without COMMAND: an interactive shell.

        carrel run -- make test
        carrel run --no-cwd --expose=/srv/data --share=/srv/out=/out -- sh -c 'wc -l /srv/data/* > /out/lines'

      Where its programs come from:
        --no-system          not the host's /usr: only what --expose and --share bring
      """ + INSIDE + STATUS;

  static final String PLAN = """
      Usage: carrel plan [--json] shell|environment|run ARGUMENT...

      Shows what the command would do, and does nothing: the packages and what would be downloaded, the
      mounts in order, every system call of the start and the process that makes it.

        carrel plan run -- /bin/true
        carrel plan --json shell hello -- hello

        --json               as JSON
        -h, --help           this text
      """;

  private Help() {}

  static String shell(String name) {
    return """
        Usage: carrel NAME [OPTION]... PACKAGE... [-- COMMAND [ARGUMENT]...]

        Runs COMMAND in a container made of the packages named, what they depend on, and Debian's essential
        packages. Nothing else of the host is inside but the working directory. Without COMMAND: an
        interactive shell. PACKAGE is a name or NAME=VERSION. Packages are downloaded once.

          carrel NAME hello cowsay python3 jq -- python3 -c 'print(6*7)'
          carrel NAME --no-cwd --network=host curl

        Which packages:
          --refresh            fetch the lists of packages anew first
          -r, --root=LINK      make LINK a link to the profile, which keeps it from collection
          -p, --profile=PATH   use a profile that is there instead of naming packages
          --source=NAME        which package source
        """.replace("NAME hello", name + " hello").replace("carrel NAME", "carrel " + name) + INSIDE + STATUS;
  }
}
