package dev.carrel.system;

/** The program of a system's item that starts it. It needs nothing but a shell and Carrel. */
final class RunScript {
  static final String NAME = "run-container";

  private RunScript() {}

  /**
   * Its text.
   *
   * @param carrel the path of Carrel's command
   */
  static String text(String carrel) {
    return """
        #!/bin/sh
        # Starts the system that lies beside this script. --help tells its options.
        carrel=${CARREL:-%s}
        self=$0
        if [ -h "$self" ]; then self=$(readlink -f -- "$self") || exit 1; fi
        case $self in
          /*) ;;
          */*) self=$PWD/$self ;;
          *) self=$(readlink -f -- "$self") || exit 1 ;;
        esac
        [ -x "$carrel" ] || carrel=$(command -v carrel) || {
          echo "run-container: Carrel is not where it was: set CARREL to the path of its command" >&2
          exit 1
        }
        exec "$carrel" system start "${self%%/*}" "$@"
        """.formatted(quoted(carrel));
  }

  /** As the default of a variable in a shell, where a quote within braces has its usual meaning. */
  private static String quoted(String path) {
    return "'" + path.replace("'", "'\\''") + "'";
  }
}
