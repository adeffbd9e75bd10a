package dev.carrel.api.system;

import java.util.List;

/**
 * What an init needs in a system.
 *
 * @param packages all packages of the system: those that are declared, but for what is left out, and the init's own
 * @param files where they are inside; those below /etc come beside the declared ones
 * @param command the program that is PID 1, and its arguments
 * @param stopSignal the signal that makes it stop all services in order and end: its name without SIG
 * @param options what its container needs besides, in words of {@code carrel run}: mounts
 * @param omitted what was declared and makes no sense in a container
 */
public record InitTree(List<String> packages, List<SystemFile> files, List<String> command, String stopSignal, List<String> options,
    List<Omission> omitted) {
  /**
   * Something that is left out.
   *
   * @param what a package or a service, as {@code the package linux-image-amd64}
   * @param why in a few words
   */
  public record Omission(String what, String why) {}

  public InitTree {
    packages = List.copyOf(packages);
    files = List.copyOf(files);
    command = List.copyOf(command);
    Service.checkCommand(command);
    if (!stopSignal.matches("[A-Z][A-Z0-9+]{1,9}")) {
      throw new IllegalArgumentException("'" + stopSignal + "' is no name of a signal");
    }
    options = List.copyOf(options);
    omitted = List.copyOf(omitted);
  }
}
