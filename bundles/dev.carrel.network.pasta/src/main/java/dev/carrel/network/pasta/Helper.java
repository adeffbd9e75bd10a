package dev.carrel.network.pasta;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.api.isolation.Running;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.Launcher.Given;
import dev.carrel.linux.Launcher.Launch;
import dev.carrel.linux.Launcher.Owner;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A helper that runs, with its guard. It ends with this JVM until it is {@link #release}d.
 *
 * @param guard its guard, whose streams are the helper's
 */
record Helper(String name, Running guard) {
  private static final long PATIENCE = TimeUnit.SECONDS.toMillis(10);
  private static final int SHOWN = 2000;
  private static final int EINVAL = 22;
  private static final int ESRCH = 3;

  /**
   * Starts one; returns when it is ready.
   *
   * @param guest the pid of the container's first process
   * @param records files that its guard removes in the end
   * @param become who it is in the container's user namespace; empty: this JVM's user
   * @throws CarrelException if it cannot be started, or ends instead; nothing of it is left then
   */
  static Helper start(Launcher launcher, long guest, HelperCommand command, List<Path> records, Optional<InsideRoot> become) {
    Optional<Owner> owner = become.map(root -> new Owner(root.user().outside(), root.group().outside()));
    Stdio stdio = Stdio.pipes().withInput(Redirect.DISCARD);
    try (Image image = launcher.image(HelperProgram.of(guest, command, records, become))) {
      Running guard = launcher.launch(new Launch(image, new Given(stdio, List.of(), Optional.empty(), owner, Optional.empty()), Optional.empty(), Optional.empty()));
      Helper helper = new Helper(command.name(), guard);
      helper.awaitReady();
      return helper;
    } catch (LaunchFailure failure) {
      throw CarrelException.failed("cannot attach the container to a network: " + reason(failure), failure);
    }
  }

  private static String reason(LaunchFailure failure) {
    SystemCall call = failure.failed().call().orElse(null);
    if (call == SystemCall.PIDFD_OPEN && failure.errno() == ESRCH) {
      return "it has ended";
    }
    if (call == SystemCall.SETNS && failure.errno() == EINVAL) {
      return "its network namespace is root's own, and a helper would have to be root to get at it. Use --network=veth";
    }
    return "cannot " + failure.failed().purpose() + ": " + failure.getMessage();
  }

  /** It says a line, or a figure, when it is ready; or it ends. */
  private void awaitReady() {
    Word word = new Word(guard.process().getInputStream());
    word.start();
    try {
      word.join(PATIENCE);
      if (word.heard) {
        return;
      }
      boolean late = word.isAlive();
      String said = late ? "" : said();
      end();
      throw CarrelException.failed("cannot attach the container to a network: " + name + " " + (late
          ? "was not ready within " + TimeUnit.MILLISECONDS.toSeconds(PATIENCE) + " s, and was killed" : "failed" + explained(said)));
    } catch (InterruptedException e) {
      end();
      Thread.currentThread().interrupt();
      throw CarrelException.failed("the start of a container was cancelled: its thread was interrupted", e);
    }
  }

  /** What it wrote to standard error until its end. */
  private String said() {
    try {
      return new String(guard.process().getErrorStream().readNBytes(SHOWN), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static String explained(String said) {
    StringBuilder text = new StringBuilder();
    for (String line : said.split("\n")) {
      if (!line.isBlank() && !isChatter(line)) {
        text.append(text.length() == 0 ? ": " : "; ").append(line.strip());
      }
    }
    if (said.contains("xternal interface not usable") || said.contains("routable interface")) {
      text.append(". It needs an interface of the host with a default route; ip route shows whether there is one");
    } else if (said.contains("tun")) {
      text.append(". It needs to read and write /dev/net/tun");
    }
    return text.toString();
  }

  /** What they say of themselves on every start; and pasta of the system's log, which it does not need. */
  private static boolean isChatter(String line) {
    return line.endsWith("to syslog") || line.startsWith("* ") || line.startsWith("WARNING: Support") || line.startsWith("Starting slirp")
        || line.startsWith("sent tapfd") || line.startsWith("received tapfd");
  }

  /** From now on it lives as long as the container. Nobody listens to it any more. */
  void release() {
    try {
      guard.process().getInputStream().close();
      guard.process().getErrorStream().close();
    } catch (IOException e) {
      // they are closed nevertheless
    }
    guard.detach();
  }

  /** Kills it; returns when it has ended. */
  void end() {
    guard.kill(); // the kernel kills the helper with it
    guard.exit().join();
  }

  /** A read cannot be interrupted, so it is a thread's. */
  private static final class Word extends Thread {
    private final InputStream from;
    private volatile boolean heard;

    Word(InputStream from) {
      super(null, null, "carrel-network-ready", 0, false);
      this.from = from;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        heard = from.read() >= 0;
      } catch (IOException e) {
        return; // it has been killed
      }
    }
  }
}
