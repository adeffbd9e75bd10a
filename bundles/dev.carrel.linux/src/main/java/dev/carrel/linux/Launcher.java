package dev.carrel.linux;

import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.machine.Program;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Starts programs of the system-call machine as child processes of this JVM. Safe to use from many threads.
 *
 * <p>What a program finds: descriptors 0 to 2 as asked; {@value #STATUS}, a close-on-exec pipe; {@value #CONTROL}, a
 * socket whose other end only this JVM has. It writes records of 16 bytes to the status pipe: first the pid of the
 * process that is the container (a child of this JVM, made with CLONE_PARENT) and 0; then nothing, if that executed its
 * program, or a failure record. With a terminal, it first sends its controlling side over the control socket. When the
 * container ends, it writes the siginfo_t of its program there; when the control socket is closed, this JVM is gone.
 */
@ProviderType
public interface Launcher {
  /** The descriptor with the pipe for pid and failures. */
  int STATUS = 3;

  /** The descriptor with the socket to the JVM. */
  int CONTROL = 4;

  /**
   * Links a program and puts it into memory, where nobody can change it.
   *
   * @throws dev.carrel.api.CarrelException if the kernel refuses
   */
  Image image(Program program);

  /**
   * Starts an image; returns when the container's program was executed.
   *
   * @throws LaunchFailure if one of the program's instructions failed; nothing is left then
   * @throws dev.carrel.api.CarrelException if no process could be started
   */
  Running launch(Image image, Stdio stdio) throws LaunchFailure;

  /**
   * Starts an image that joins a template; otherwise as {@link #launch(Image, Stdio)}.
   *
   * @throws IllegalStateException if the image or the template is closed
   */
  Running launch(Image image, Stdio stdio, MountTemplate template) throws LaunchFailure;

  /**
   * Runs an image that builds mounts in namespaces of its own, writes a record of 1 and 0 to the status pipe, and waits
   * for the end of the control socket.
   *
   * @param sources the files of the host that it mounts, by which {@link MountTemplate#isCurrent} is judged
   * @throws LaunchFailure if one of the program's instructions failed; nothing is left then
   */
  MountTemplate template(Image image, List<String> sources) throws LaunchFailure;
}
