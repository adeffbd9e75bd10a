package dev.carrel.launcher;

/** What {@code carrel --help} says. */
final class Usage {
  static final String TEXT = """
      Usage: carrel COMMAND [ARGUMENT]...
             carrel                       the interactive shell

      Containers without images: software lives once in a store and is mounted, not copied.

        carrel shell PACKAGE... [-- COMMAND]   a place to work, made of packages
        carrel environment PACKAGE...          the same, of what building them from source needs
        carrel run -- COMMAND                  COMMAND in a container with the host's programs
        carrel create | start                  the same in two steps
        carrel list | inspect | logs | wait    containers, and what is known of one
        carrel processes | events              what runs inside; what becomes of containers, as it happens
        carrel exec NAME -- COMMAND            COMMAND in a container that runs
        carrel top | update                    what they consume; what they may
        carrel metrics | web                   figures for Prometheus; pages for a browser
        carrel serve | connect                 do commands for others, who start no JVM then; its shell
        carrel network create | list ...       networks that containers share
        carrel stop | kill | pause | resume    end a container, or have it wait
        carrel remove | clean                  forget those that have ended
        carrel allow | lock                    let the carrel.toml here say all that; exactly which packages
        carrel profile install PACKAGE...      packages to keep, in generations that can be rolled back
        carrel store gc | verify | export ...  what is on disk
        carrel system container FILE           a whole system with services, from a declaration
        carrel plan shell|run ...              what that would do, every system call of it
        carrel backend list                    what can isolate a container here
        carrel addon install FILE | list ...   bundles by others
        carrel config list | set NAME VALUE    what counts where nothing else is said
        carrel doctor                          what this host allows, and what to do about the rest
        carrel --version

      carrel COMMAND --help tells more. Exit status: that of the contained program; 125 Carrel failed,
      126 it cannot be executed, 127 it was not found, 128+n it died by signal n.
      """;

  private Usage() {}

  static String version() {
    String version = Usage.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
