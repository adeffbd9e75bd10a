package dev.carrel.shell;

import dev.carrel.api.container.Weakness;

/** The texts of {@code --help}. */
final class Help {
  private static final String INSIDE = """

      What is to be seen inside:
        --expose=SRC[=DST]   SRC of the host, read-only, submounts too; at DST, or at the same path.
                             May be repeated; so may --share, and their order is kept
        --share=SRC[=DST]    SRC of the host, writable as far as you may write it
        --mount=type=TYPE,target=DST,...
                             more than that: type=bind,source=SRC[,writable][,noexec][,nosymfollow][,optional]
                             [,noatime|relatime|strictatime][,nodiratime][,propagation=slave|shared|unbindable],
                             where SRC may be /dev/fd/N; type=tmpfs[,size=64m][,mode=1777][,inodes=N];
                             type=directory[,mode=755];
                             type=file,source=SRC[,mode=444], a copy; type=symlink,to=TARGET;
                             type=overlay,lower=DIR[,lower=DIR]...[,changes=DIR][,size=64m][,readonly]. Changes are
                             kept in DIR, or end with the container; type=cgroup, at /sys/fs/cgroup: its own
                             control groups, which it may change. A backslash takes a comma as it is
        --symlink=LINK=TO    the same as --mount=type=symlink,target=LINK,to=TO. With packages, a TO that begins with
                             neither / nor ./ nor ../ is what their profile has there, and refused if it has not
        --mask=PATH, --read-only=PATH
                             cover a file or directory inside, or make it and all below it read-only; repeatable
        --no-cwd             do not share the working directory; start in the home directory
        --writable-root      the root directory can be written; what is written there ends with the container

      Who and where it is:
        -u, --user=NAME      be NAME inside, with uid and gid 1000 and the home directory /home/NAME
        --uid=N --gid=N      the ids inside instead of your own; outside they stay yours
        --ids=N|FIRST:N|auto how many ids exist inside: N from 0 on, these of the host's, or as many as you have in
                             /etc/subuid and /etc/subgid, up to 65536. Default: your own; as root 65536 that are
                             nobody's on the host. --ids=1 as root: the program is root for the host
        --hostname=NAME      the host name inside
        --name=NAME          what carrel list, exec, stop and so on call it
        -d, --detach         start it and return; it goes on when Carrel has ended, and its output is kept.
                             Prints its id
        --restart=on-failure[:N]
                             with --detach: start COMMAND again when it fails, at most N times
        -t, --tty            with --detach: COMMAND has a terminal of its own, whose output is kept
        --hold               with --detach: COMMAND is started by carrel start, all else is made now
        --keep               remember how it ended until carrel remove, also without --detach
        --as-pid-1           COMMAND itself is PID 1 inside: nobody reaps for it, or passes signals on
        --stop-signal=NAME   what asks it to end, in place of TERM; also RTMIN+3 and the like
        --annotation=KEY=VALUE
                             a note about it, which carrel inspect and hooks are told; may be repeated
        --pidfd-socket=PATH  give a pidfd of its first process to who listens at that UNIX socket, with its pid
        --forward-signals=NAME[,NAME]|none
                             which signals go to COMMAND in the foreground; INT,TERM,HUP without this
        --hook=TURN:PROGRAM  run a program of the host when it is created, before COMMAND; started; or ended. It
                             reads the container's state, as the OCI has it; may be repeated
        --pid-file=FILE      write the pid of its first process to FILE, as the host sees it
        -E, --preserve=REGEX keep the variables in whose names REGEX is found; may be repeated
        -e, --env=NAME=VALUE, --setenv=..., --unsetenv=NAME, --clearenv
                             change the variables, in the order of the options
        --argv0=NAME         what COMMAND is called
        --umask=MODE         its umask, in octal digits
        --group-add=GID      give it a supplementary group, which takes --ids; may be repeated, and have lists: 5,7
        --nice=N, --scheduler=other|batch|idle|fifo:PRIORITY|rr:PRIORITY, --cpu-affinity=0-1,3
                             its share of the processors; --io-priority=idle|best-effort:LEVEL|realtime:LEVEL of the
                             disks; --memory-policy=bind:NODES|interleave:NODES|preferred:NODE where its memory is
        --personality=NAME   what the kernel pretends to be, such as linux32 or addr-no-randomize
        --preserve-fds=N     give it the descriptors 3 to 2+N that Carrel was given
        --args=FD            take options from a descriptor of yours, with a NUL character after each word
        --info-fd=FD         write pid and namespaces to a descriptor of yours, as a line of JSON
        --json-status-fd=FD  the same, and its exit status in the end
        --network=none|host  none: nothing but a loopback interface of its own (default);
                             host: the host's network as it is
        -N                   the same as --network=host
        --network            a private network: an interface of its own, from which the outside is reached. Without
                             "=", the next word is not its value
        --network=NAME       a network of carrel network, or the private one of a provider: veth, pasta,
                             slirp4netns
        --network=join:CONTAINER
                             that of another container
        --publish=[ADDRESS:]HOST:GUEST[/udp]
                             a port of the host leads to it; 0: one that is chosen, see carrel inspect. May be repeated,
                             and have ranges: 8000-8009:80-89. This and what follows means --network, if that is not there
        --ip=ADDRESS, --mac=ADDRESS, --mtu=BYTES
                             what its interface is to have
        --dns=ADDRESS        a name server instead of the host's; may be repeated
        --egress=RATE        how much it may send: 10mbit
        --allow-net=CIDR[:PORT[/udp]]
                             it may begin to talk to these, and to nobody else; may be repeated
        --deny-net           it may begin to talk to nobody else
        --host-loopback      what listens on the host's loopback alone is reached at the gateway's address
        -C, --directory=DIR  as if this were said in DIR: it is shared, and COMMAND starts there
        --namespaces=LIST    which namespaces are its own: all (default; not time), all,-ipc, or a list of user, mnt,
                             pid, net, ipc, uts, cgroup, time. Without mnt it sees the host's files
        --join=KIND:WHO      share the net, ipc, uts, cgroup or time namespace of a pid or a container; root also
                             one that a file keeps, such as /run/netns/NAME
        --time-offset=SEC    its monotonic clocks are ahead by that
        --sysctl=NAME=VALUE  a setting of the kernel in its own namespaces, such as net.ipv4.ip_unprivileged_port_start=0
        --backend=NAME       which backend starts it: namespace, bubblewrap, oci, oci-runtime; see carrel backend list

      How closely it is confined (nothing of this is needed for the safe way):
        --cap-add=NAME       keep a capability, such as NET_ADMIN, or ALL; it counts in the container only
        --cap-drop=NAME      take it out again; both may be repeated, and have lists: A,B
        --seccomp=FILE       the system calls that Docker's, Podman's or an OCI profile allows, in the place of
                             Carrel's own, which is called standard. Of several, each has to allow a call
        --ulimit=NAME=SOFT[:HARD]
                             a resource limit, such as nofile=1024; see getrlimit(2)
        --oom-score-adj=N    how likely it is killed when memory runs out: -1000 to 1000
        --allow=RULE         read:PATH, write:PATH, execute:PATH, bind:PORT or connect:PORT; of an action that
                             is named, only that is allowed (Landlock). May be repeated
        --weak=NAME[,NAME]   leave out a part of the confinement:
      """ + weaknesses() + """

      What it may consume, all its processes together:
      """ + LimitHelp.OPTIONS + """

        -q, --quiet          no progress
        -h, --help           this text
      """;

  static final String STATUS = """

      Exit status: that of COMMAND; 128+n if signal n ended it; 125 if Carrel could not do it, 126 if
      COMMAND cannot be executed, 127 if it is not there.
      """;

  static final String RUN = """
      Usage: carrel run [OPTION]... [--] [COMMAND [ARGUMENT]...]

      Runs COMMAND in a container of its own, with the host's programs and nothing else of the host but
      the working directory and what is named. Without COMMAND: an interactive shell. The options of
      COMMAND are its own; -- is needed only before a COMMAND that begins with a dash.

        carrel run -- make test
        carrel run --no-cwd --expose=/srv/data --share=/srv/out=/out -- sh -c 'wc -l /srv/data/* > /out/lines'

      Where its programs come from:
        --no-system          not the host's /usr: only what --expose and --share bring
      """ + INSIDE + STATUS;

  static final String CREATE = """
      Usage: carrel create [OPTION]... [--] [COMMAND [ARGUMENT]...]

      Makes a container as carrel run --detach does, but does not start COMMAND: carrel start does. Until then,
      its namespaces can be prepared, by its pid. Prints its id. The options are those of carrel run.

        carrel create --name=web -- python3 -m http.server && carrel start web

      """ + STATUS;

  static final String PLAN = """
      Usage: carrel plan [--json] shell|environment|run ARGUMENT...

      Shows what the command would do, and does nothing: the packages and what would be downloaded, the
      mounts in order, every system call of the start and the process that makes it.

        carrel plan run -- /bin/true
        carrel plan --json shell hello -- hello

        --json               as JSON
        -h, --help           this text

      Exit status: 0; 125 if the command would fail as well, which tells why.
      """;

  static final String BACKEND = """
      Usage: carrel backend list [--json]

      Lists what can isolate a container, the best first: name, version, ranking, what it can do, or why
      it cannot be used here. carrel shell --backend=NAME chooses one; otherwise the first usable one is.

        carrel backend list
        carrel backend list --json

        --json               as JSON
        -h, --help           this text

      Exit status: 0; 125 if there is none.
      """;

  static final String DOCTOR = """
      Usage: carrel doctor [--json]

      Looks at what this host allows, and says what to do about what it does not. Changes nothing. Where there are
      add-ons, it tells what their health checks find, too.

        carrel doctor
        carrel doctor --json

        --json               as JSON
        -h, --help           this text

      Exit status: 0 if containers can be started, 1 if not.
      """;

  static final String VERSION = """
      Usage: carrel version

      Prints Carrel's version.
      """;

  static final String OVERVIEW = """
      Containers without images: software lives once in a store and is mounted, not copied.

        shell PACKAGE... [-- COMMAND]   a place to work, made of packages
        environment PACKAGE...          the same, of what building the packages from source needs
        run -- COMMAND                  COMMAND in a container with the host's programs
        create -- COMMAND | start NAME  the same in two steps
        list                            the containers that run
        inspect NAME                    what is known of one
        logs NAME                       what a detached one has printed
        exec NAME [--] COMMAND          COMMAND in a container that runs
        container exec PID COMMAND      the same, by the pid of one of its processes
        processes NAME | events         what runs inside; what becomes of containers, as it happens
        wait | stop | kill NAME         wait for its end, ask for it, send a signal
        pause | resume NAME             have it wait, and go on
        update NAME | top               change what it may consume; what it does
        metrics | web                   figures for Prometheus; pages for a browser
        serve | connect                 do commands for others, who start no JVM then; its shell
        remove NAME | clean             forget what has ended
        network create NAME             networks that containers share; see carrel network --help
        allow | deny                    let carrel shell do what the carrel.toml here says
        lock                            write down exactly which packages that means
        profile install PACKAGE...      packages to keep, in generations that can be rolled back
        store gc                        delete what nothing needs; see carrel store --help
        system container FILE           a whole system with services, from a declaration; see carrel system --help
        plan shell|run ...              what that would do, every system call of it
        backend list                    what can isolate a container here
        config list | set NAME VALUE    what counts where nothing else is said
        addon install FILE              bundles by others; see carrel addon --help
        doctor                          what this host allows, and what to do about the rest
        version                         Carrel's version
        help [COMMAND]                  this text, or what COMMAND does

      In the interactive shell, gogo:help and felix:help list the other commands there.
      """;

  private Help() {}

  private static String weaknesses() {
    StringBuilder text = new StringBuilder();
    for (Weakness weakness : Weakness.values()) {
      text.append("          ").append(weakness.label()).append(": ").append(weakness.opens()).append('\n');
    }
    return text.toString();
  }

  /** Of {@code shell}, under the name by which it was called. */
  static String shell(String name) {
    boolean inputs = name.equals("environment");
    return "Usage: carrel " + name + " [OPTION]... [PACKAGE]... " + (inputs ? "[--ad-hoc PACKAGE...] " : "") + "[-- COMMAND [ARGUMENT]...]\n" + (inputs ? """

        Runs COMMAND in a container made of what building the packages named from source needs (what apt-get
        build-dep would install), of the packages after --ad-hoc themselves, of all that these depend on, and
        of Debian's essential packages. Nothing else of the host is inside but the working directory. Without
        COMMAND: an interactive shell. PACKAGE is a name or NAME=VERSION. Packages are downloaded once; lists
        of source packages are fetched when they are needed first.

          carrel environment hello -- sh -c 'cd hello-2.10 && dpkg-buildpackage -b -us -uc'
          carrel environment hello --ad-hoc gdb strace
        """ : """

        Runs COMMAND in a container made of the packages named, what they depend on, and Debian's essential
        packages. Nothing else of the host is inside but the working directory. Without COMMAND: an
        interactive shell. PACKAGE is a name or NAME=VERSION. Packages are downloaded once.

        nix:NAME and guix:NAME are packages of the Nix or Guix store of this host, as is the path of an item of
        it; they are mounted where they are, and may stand beside Debian's.

        Without a PACKAGE, the manifest carrel.toml says it all, if it was allowed (carrel allow): that of this directory
        or of the nearest of your directories above. If carrel.lock is beside it (carrel lock), it says exactly which
        packages these are. What is said here counts more than what is said there.

          carrel shell hello cowsay python3 jq -- python3 -c 'print(6*7)'
          carrel shell --no-cwd --network=host curl
          carrel shell nix:hello /nix/store/...-gcc-wrapper-12.3 jq
        """) + """

        Which packages:
          --refresh            fetch the lists of packages anew first
          -r, --root=LINK      make LINK a link to the profile, which keeps it from collection
          -m, --manifest=FILE  what a manifest says, and PACKAGEs besides; needs no permission. May be repeated
          --export-manifest    print the manifest that says what this command line says, and do nothing
          --no-lock            do as if there were no lock
          --archive=ADDRESS    where to look for locked packages that are gone from where they were; may be repeated
          -p, --profile=NAME|PATH
                               use a profile that is there instead of naming packages: one of carrel profile by its
                               name, another by a path with a slash or a dot in front
          --source=NAME        where packages without a prefix come from: debian, nix or guix
          -D, --development=PACKAGE
                               what building PACKAGE from source needs, and not the package; may be repeated
          --ad-hoc             of carrel environment: words after it are packages themselves
          --build              have Nix or Guix build or fetch those that are not in their stores
          --no-scripts         do not configure them: no script of theirs is run; alternatives, users, caches
                               and certificates are missing then
          --skip-failed-scripts
                               go on without the script of a package that fails, and say so
          --script-timeout=SECONDS
                               how long the script of one package may take; 300
          --link-profile       make ~/.carrel-profile inside a link to the profile

        Without a container, for programs of the host (options about containers are refused then):
          --pure               run COMMAND with the packages' variables, and of yours with HOME, USER, LOGNAME, DISPLAY,
                               XAUTHORITY, TERM, TZ and PAGER alone, and what --preserve and --env say
          --search-paths       print the packages' variables as shell code, or as JSON with --json, and start nothing
          --check              start your shell and tell which of the variables its start-up files change; ends with
                               1 if they do
        Programs of Debian's packages get the host's libraries and settings there; only a container gives them their own.
        """ + INSIDE + STATUS;
  }
}
