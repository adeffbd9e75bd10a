package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * OpenSSH's server on a port of the loopback, run by the tests' own user, who alone can come in, with a key made for it. Whoever comes
 * finds the commands of one directory before all others.
 */
final class SshServer implements AutoCloseable {
  private static final String SERVER = "/usr/sbin/sshd";
  private static final int ATTEMPTS = 2400;
  private static final long PAUSE = 50; // milliseconds

  private final Path directory;
  private final int port;
  private final Process process;

  private SshServer(Path directory, int port, Process process) {
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts one.
   *
   * @param directory an empty one
   * @param variables for whoever comes in, as NAME=VALUE
   */
  static SshServer start(Path directory, List<String> variables) throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of(SERVER)), "needs " + SERVER + " (Debian's package openssh-server)");
    assumeTrue(Host.can("ssh", "-V"), "needs ssh (Debian's package openssh-client)");
    if (User.weAreRoot()) {
      Files.createDirectories(Path.of("/run/sshd")); // it insists on this directory
    }
    for (String key : List.of("host", "user")) {
      Host.says("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory.resolve(key).toString());
    }
    int port = freePort();
    Path commands = Files.createDirectory(directory.resolve("commands"));
    Files.writeString(directory.resolve("sshd_config"), """
        ListenAddress 127.0.0.1
        Port %d
        HostKey %s/host
        AuthorizedKeysFile %s/user.pub
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        PermitRootLogin prohibit-password
        SetEnv PATH=%s:%s %s
        """.formatted(port, directory, directory, commands, System.getenv("PATH"), String.join(" ", variables)));
    Files.writeString(directory.resolve("ssh_config"), """
        Host *
          IdentityFile %s/user
          IdentitiesOnly yes
          BatchMode yes
          GlobalKnownHostsFile none
          UserKnownHostsFile %s/known
        """.formatted(directory, directory));
    Files.writeString(directory.resolve("known"), "[127.0.0.1]:" + port + " " + Files.readString(directory.resolve("host.pub")));
    Path client = Files.createDirectory(directory.resolve("client"));
    script(client.resolve("ssh"), "exec " + Host.says("sh", "-c", "command -v ssh") + " -F " + directory.resolve("ssh_config") + " \"$@\"");
    Process process = new ProcessBuilder(SERVER, "-D", "-e", "-f", directory.resolve("sshd_config").toString()).redirectErrorStream(true)
        .redirectOutput(directory.resolve("log").toFile()).start();
    SshServer server = new SshServer(directory, port, process);
    server.await();
    if (!Host.can(client.resolve("ssh").toString(), server.address(), "true")) {
      server.close();
      abort("needs an account that may come in by ssh: " + Files.readString(directory.resolve("log")));
    }
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void await() throws IOException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS && process.isAlive(); attempt++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        Thread.sleep(PAUSE);
      }
    }
    throw new AssertionError("the server does not listen: " + Files.readString(directory.resolve("log")));
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What is called carrel there, from now on. */
  void carrelIs(String text) throws IOException {
    script(directory.resolve("commands/carrel"), text);
  }

  void carrelIsNotThere() throws IOException {
    Files.delete(directory.resolve("commands/carrel"));
  }

  /** Where it is, in the words of ssh(1). */
  String address() {
    return "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port;
  }

  /** The search path on which ssh is a client that knows this server. */
  String path() {
    return directory.resolve("client") + ":" + System.getenv("PATH");
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
