package dev.carrel.shell;

/** The texts of {@code --help} of what is done with containers that are there. */
final class LifeHelp {
  private LifeHelp() {}

  static final String LIST = """
      Usage: carrel list [-a] [--json | -q]

      Lists your containers that run or are paused, in the order of their start.

        carrel list
        carrel list --all --json

        -a, --all            also detached ones that have ended
        -q, --quiet          only their ids
        --json               as JSON
        -h, --help           this text
      """;

  static final String INSPECT = """
      Usage: carrel inspect [--json] NAME...

      Tells what is known of containers: NAME is a name, an id or the beginning of an id.

        carrel inspect web

        --json               accepted; it is always JSON
        -h, --help           this text
      """;

  static final String LOGS = """
      Usage: carrel logs [OPTION]... NAME[/SERVICE]

      Prints what the program of a detached container has printed, each of its two streams to that stream
      here. The last 4 MiB are kept, at least. With SERVICE, what that service of a running system has printed,
      from its log inside, whose lines have their times: --follow and --tail are for it.

        carrel logs --follow --since=10m web

        -f, --follow         go on until the container has ended
        -t, --timestamps     the time before each line
        --since=TIME         only from then on: 30s, 10m, 2h or 3d ago, or 2026-05-01T12:00:00Z
        -n, --tail=N         only the last N lines
        --json               each line as JSON, with its time and stream
        -h, --help           this text
      """;

  static final String WAIT = """
      Usage: carrel wait NAME...

      Waits until the containers have ended and prints the exit status of each.

        carrel wait build && carrel logs build

        -h, --help           this text

      Exit status: that of the last container's program; 128+n if signal n ended it.
      """;

  static final String STOP = """
      Usage: carrel stop [-t SECONDS] NAME...

      Asks the program of a container to end (SIGTERM), and kills everything inside if it has not after a
      while. It is not started again.

        carrel stop --time=2 web

        -t, --time=SECONDS   how long it may take, 10 without this
        -h, --help           this text
      """;

  static final String START = """
      Usage: carrel start NAME...

      Starts the program of a container that carrel create, or carrel run --hold, has made.

        carrel start web

        -h, --help           this text

      Exit status: 0 if it runs; 125, 126 or 127 as with carrel run.
      """;

  static final String EVENTS = """
      Usage: carrel events [--json] [NAME]...

      Prints a line whenever one of your containers is created, running, paused, resumed, ended (if it is detached,
      with its exit status: that of another is told to who started it alone) or removed, or loses a process as its
      memory ran out (out-of-memory), until it is interrupted; of those that are named, until they are forgotten.

      Where none is named, also when a collection of the store begins (collecting) and ends (collected, with how
      many items and bytes went, or collection-failed), by whomever; and in the interactive shell when a part of
      Carrel, such as a backend, has come or gone there.

        carrel events --json web

        --json               each line as JSON
        -h, --help           this text
      """;

  static final String PROCESSES = """
      Usage: carrel processes [--json | -q] NAME

      Lists the processes in a container: their pids on the host and inside, their parents, the processor time
      they have used, and what they are.

        carrel processes web

        -q, --quiet          only their pids, as the host sees them
        --json               as JSON
        -h, --help           this text
      """;

  static final String KILL = """
      Usage: carrel kill [-s SIGNAL] [-a] NAME...

      Sends a signal to the program of a container; KILL ends everything inside.

        carrel kill --signal=HUP web

        -s, --signal=SIGNAL  its name or number, KILL without this
        -a, --all            to every process inside
        -h, --help           this text
      """;

  static final String PAUSE = """
      Usage: carrel pause NAME...

      Stops everything in a container (SIGSTOP) until carrel resume.

        -h, --help           this text
      """;

  static final String RESUME = """
      Usage: carrel resume NAME...

      Lets everything in a paused container go on.

        -h, --help           this text
      """;

  static final String REMOVE = """
      Usage: carrel remove [-f] NAME...

      Forgets detached containers that have ended: their exit status and their output.

        -f, --force          stop it first, and do not complain if there is none
        -h, --help           this text
      """;

  static final String CLEAN = """
      Usage: carrel clean

      Removes what belongs to no living container: detached ones that have ended, and what a killed process
      has left behind. Prints what it removed.

        -h, --help           this text
      """;

  static final String EXEC = """
      Usage: carrel exec [OPTION]... NAME [--] COMMAND [ARGUMENT]...

      Runs COMMAND in a container that runs, with its variables and confined as it is; on a terminal it
      gets one of its own inside.

        carrel exec web -- sh

        -u, --user=UID[:GID] be somebody else there, where the container has more ids than one (--ids)
        -e, --env=NAME=VALUE, --setenv=..., --unsetenv=NAME, --clearenv, --argv0=NAME, --umask=MODE,
        --group-add=GID, --preserve-fds=N, --nice=N, --scheduler=POLICY, --cpu-affinity=LIST,
        --io-priority=CLASS, --memory-policy=POLICY, --personality=NAME
                             as with carrel run
        --forward-signals=NAME[,NAME]|none
                             which signals go to COMMAND; INT,TERM,HUP without this
        -w, --workdir=DIR    where it starts, inside; without this, where the container's program did
        -h, --help           this text
      """ + Help.STATUS;

  static final String CONTAINER = """
      Usage: carrel container exec PID COMMAND [ARGUMENT]...

      Runs COMMAND in the container in which the process PID is, at / and with no variable but TERM.
      carrel list shows the pids.

        carrel container exec 4711 /bin/sh

        -h, --help           this text
      """ + Help.STATUS;
}
