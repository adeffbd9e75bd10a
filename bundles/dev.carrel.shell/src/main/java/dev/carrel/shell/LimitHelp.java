package dev.carrel.shell;

/** The texts of {@code --help} about what containers consume. */
final class LimitHelp {
  private LimitHelp() {}

  /** The options that name limits. */
  static final String OPTIONS = """
        --memory=SIZE        bytes of memory, such as 512M or 2G. When there is no more, the kernel ends it
        --memory-high=SIZE   from then on it is slowed down, and what it can spare is taken back
        --swap=SIZE          bytes of swap, beside the memory
        --cpus=N             processor time, such as 1.5 processors
        --cpu-weight=N       its share where processors are contended: 1 to 10000, where others have 100
        --cpuset=LIST        the processors it may use, such as 0-1,3
        --pids=N             how many processes and threads there may be
        --io-weight=N        its share where disks are contended, like --cpu-weight
        --io-max=DEV:rbps=SIZE,wbps=SIZE,riops=N,wiops=N
                             how fast it may use a disk, by its file or MAJOR:MINOR; may be repeated
        --hugetlb=PAGE=SIZE  bytes of huge pages, such as 2MB=64M; may be repeated
                             'unlimited' in the place of a SIZE or N limits nothing, and can be changed later
      """;

  static final String UPDATE = """
      Usage: carrel update OPTION... NAME...

      Changes what containers that run may consume. What is not named stays as it is. A container that was
      started without any limit is in no control group of its own, and cannot be limited later.

        carrel update --memory=1G --cpus=2 web

      """ + OPTIONS + """
        -h, --help           this text
      """;

  static final String TOP = """
      Usage: carrel top [OPTION]... [NAME]...

      Shows what your containers consume, those that use most processor time first. Of one that was started
      without a limit nothing is counted. On a terminal it is written anew until it is interrupted.

        carrel top --sort=memory
        carrel top --once web

        -s, --sort=WHAT      by cpu, memory, pids, io or name
        -i, --interval=SEC   how often it is written anew: every two seconds without this
        -1, --once           only once, as it always is where no terminal is
        --json               once, as JSON, with limits and pressure
        -h, --help           this text
      """;
}
