package dev.carrel.linux;

import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.machine.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Starts programs of the system-call machine as child processes of this JVM. Safe to use from many threads.
 *
 * <p>What a program finds: descriptors 0 to 2 as asked; {@value #STATUS}, a close-on-exec pipe; {@value #CONTROL}, a
 * socket whose other end only this JVM has; from {@value #FILES} on the files that were asked for, from {@value #MORE} on what else the
 * container's program gets. It writes records of 16
 * bytes to the status pipe: first the pid of the process that is the container (a child of this JVM, made with CLONE_PARENT)
 * and 0; then nothing, if that executed its program, or a failure record. With a terminal, it first sends its controlling side
 * over the control socket. A program whose ids only newuidmap(1) can map first writes a record of 0 and 0, and reads a byte from the
 * control socket once that has been done. When the container ends, it writes the siginfo_t of its program there; when the control socket is
 * closed, this JVM is gone. One byte there tells a program that it may outlive this JVM.
 *
 * <p>A program that is held writes a record of 0 and 0 when all but its last step is done, and goes on at {@value #PROCEED}. One whose
 * filter tells of system calls sends the listener over the control socket, behind the terminal.
 */
@ProviderType
public interface Launcher {
  /** The descriptor with the pipe for pid and failures. */
  int STATUS = 3;

  /** The descriptor with the socket to the JVM. */
  int CONTROL = 4;

  /** The descriptor with the pidfd of a container that is entered. */
  int CONTAINER = 5;

  /** The first of the descriptors with files. */
  int FILES = 7;

  /** The first of the descriptors that are the program's, beside its standard streams; see {@link Stdio#more}. */
  int MORE = 32;

  /** The signal by which a first process is told to send another one, its value, to everything inside. */
  int SIGNAL_ALL = 60;

  /** The signal by which a container that is held is told to execute its program. */
  int PROCEED = 61;

  /** The signal by which a container's first process is told to stop everything inside. */
  int PAUSE = 62;

  /** The signal by which a container's first process is told to let everything inside go on. */
  int RESUME = 63;

  /** The signal by which a container's first process is told not to start its program again. */
  int RENOUNCE_RESTART = 64;

  /**
   * Links a program and puts it into memory, where nobody can change it.
   *
   * @throws dev.carrel.api.CarrelException if the kernel refuses
   */
  Image image(Program program);

  /** A user and a group of the host. */
  record Owner(long uid, long gid) {}

  /**
   * Who decides about system calls that a filter tells of.
   *
   * @param socket the UNIX socket where it listens
   * @param message what it is told with the descriptor, by the pid
   */
  record Listener(Path socket, LongFunction<String> message) {}

  /**
   * What a container is given of this JVM.
   *
   * @param files opened for reading and writing, in this order
   * @param group control groups into which it comes: their descriptors are behind those of the files, first that of the directory in which it
   *     is made, then those it writes to; a template gets them last
   * @param owner who gets the pipes, and so can open them again by their names in /dev; empty: this JVM's user keeps them
   * @param held whether it waits for {@link #proceed}
   * @param guarded whether its first process is the program itself, and another one, which stays, ends it with this JVM; with files, that one is
   *     its parent, writes its end to the first of them, and stays as long as it
   * @param unattended whether its terminal is its own affair, and not to be handed over
   * @param listener who is told of system calls
   * @param pidfdSocket who is given a pidfd of its first process
   */
  record Given(Stdio stdio, List<Path> files, Optional<GroupEntry> group, Optional<Owner> owner, boolean held, boolean guarded, boolean unattended, Optional<Listener> listener,
      Optional<Path> pidfdSocket) {
    public Given {
      files = List.copyOf(files);
    }

    /** Of a program that is executed at once. */
    public Given(Stdio stdio, List<Path> files, Optional<GroupEntry> group, Optional<Owner> owner, Optional<Listener> listener) {
      this(stdio, files, group, owner, false, false, false, listener, Optional.empty());
    }
  }

  /** Ids of a user namespace whose ids on the host are not all the caller's own. */
  record IdMaps(List<IdMapping> users, List<IdMapping> groups) {
    public IdMaps {
      users = List.copyOf(users);
      groups = List.copyOf(groups);
    }
  }

  /**
   * What is started.
   *
   * @param container the container that the image enters, which it finds as a pidfd in {@value #CONTAINER}
   * @param outer the ids that the program asks to be mapped
   */
  record Launch(Image image, Given given, Optional<Running> container, Optional<IdMaps> outer) {}

  /**
   * Starts an image; returns when the container's program was executed.
   *
   * @throws LaunchFailure if one of the program's instructions failed; nothing is left then
   * @throws dev.carrel.api.CarrelException if no process could be started
   * @throws IllegalStateException if the image is closed
   */
  Running launch(Launch launch) throws LaunchFailure;

  /**
   * Starts an image that executes a program of the host's, a tool, which makes the container; returns when the container's program was executed.
   * It sends a descriptor over the control socket, of a file in memory that is the tool's standard error. The container's first process executes
   * another program of the machine. That one sends a pidfd of itself over the control socket, reads a byte from there, and then does as one
   * that was launched without the tool.
   *
   * @param inside what the first process executes
   * @throws LaunchFailure if an instruction of one of the two programs failed; nothing is left then
   * @throws ToolFailure if the tool ended before the first process was there; nothing is left then
   * @throws dev.carrel.api.CarrelException if no process could be started
   * @throws IllegalStateException if the image is closed
   */
  Running launchThrough(Image image, Program inside, Given given) throws LaunchFailure, ToolFailure;

  /**
   * Has a container that is held execute its program; returns when it was executed.
   *
   * @param start the file that a detached one was given last, by which it tells what became of it
   * @throws LaunchFailure if one of the program's instructions failed; the container ends then
   * @throws dev.carrel.api.CarrelException if it has ended before
   * @throws IllegalStateException if it is not held
   */
  void proceed(Running held, Optional<Path> start) throws LaunchFailure;

  /**
   * Runs an image that builds mounts, writes a record of 1 and 0 to the status pipe, and from then on receives descriptors over
   * the control socket, one byte with each set: the standard streams, a status pipe, a control socket, and the files. For each it
   * clones a container, which goes on as an image that was launched with them. It ends at the end of the control socket.
   *
   * @param sources the files of the host that it mounts, by which {@link MountTemplate#isCurrent} is judged
   * @param outer the ids that it asks to be mapped
   * @throws LaunchFailure if one of the program's instructions failed; nothing is left then
   */
  MountTemplate template(Image image, List<String> sources, Optional<IdMaps> outer) throws LaunchFailure;

  /**
   * Has a template clone a container; returns when the container's program was executed.
   *
   * @throws LaunchFailure if one of the program's instructions failed; nothing is left then
   * @throws IllegalStateException if the template is closed, or its process has ended
   */
  Running launch(MountTemplate template, Given given) throws LaunchFailure;

  /**
   * Takes hold of a container's first process, which some other process has started.
   *
   * @param startTime in clock ticks since the host was booted; see proc_pid_stat(5)
   * @param exit the file to which it writes the siginfo_t of its program in the end
   * @return nothing if no process with that pid and start time is there
   * @throws dev.carrel.api.CarrelException if the kernel refuses
   */
  Optional<Running> adopt(long pid, long startTime, Path exit);
}
