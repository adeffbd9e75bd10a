package dev.carrel.api.isolation;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What a backend has to know of a container to take hold of it again.
 *
 * <p>Its directory has the files whose names are here, from before the start on. In the end a backend writes the siginfo_t of
 * the program to {@value #EXIT}. The output of a detached container goes to {@value #LOG} and {@value #OTHER_LOG}, which take
 * turns, in pieces, each behind a header of 32 bytes: the time as a struct timespec, the size, and 1 or 2 for the stream.
 *
 * @param directory where it is recorded
 * @param pid of its first process, as the host sees it
 * @param startTime of that process, in clock ticks since the host was booted; see proc_pid_stat(5)
 */
public record ContainerRecord(Path directory, long pid, long startTime) {
  /** The file with the exit status. */
  public static final String EXIT = "exit";
  /** A file with the output. */
  public static final String LOG = "log";
  /** The other file with the output. */
  public static final String OTHER_LOG = "log.other";
  /** The file with the times to wait before each restart: struct timespec. */
  public static final String RESTARTS = "restarts";

  /** What became of the start of a program that was held: as the backend writes it. */
  public static final String START = "start";

  public ContainerRecord {
    Objects.requireNonNull(directory);
  }
}
