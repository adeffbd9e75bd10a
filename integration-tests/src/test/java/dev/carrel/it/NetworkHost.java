package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A host of an ordinary user's own, in namespaces: its address is 10.77.0.2 and fd77::2, and behind it is a world where 10.88.0.1 and
 * fd88::1 answer at port 7001. See network-host.sh.
 */
final class NetworkHost implements AutoCloseable {
  private static final List<String> TOOLS = List.of("pasta", "slirp4netns", "ip", "python3", "nsenter", "setpriv");

  private final Path directory;
  private final Checkout checkout;
  private final Process holder;
  private final long world;
  private final long unprivileged;

  private NetworkHost(Path directory, Checkout checkout, Process holder, String ready) {
    this.directory = directory;
    this.checkout = checkout;
    this.holder = holder;
    this.world = Long.parseLong(ready.split(" ")[1]);
    this.unprivileged = Long.parseLong(ready.split(" ")[2]);
  }

  /** Skips the tests where a part of it is missing. */
  static NetworkHost start() throws IOException {
    for (String tool : TOOLS) {
      assumeTrue(Host.can("sh", "-c", "command -v " + tool), "needs the program " + tool + "; see cnf/test-host-packages");
    }
    boolean root = User.weAreRoot();
    assumeTrue(root || Files.isWritable(Path.of("/dev/net/tun")), "needs /dev/net/tun, which udev opens for all (chmod 0666 /dev/net/tun)");
    Path directory = Files.createTempDirectory("carrel-it-net", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x")); // whatever the umask
    Path script = resource("network-host.sh", directory);
    Path servers = resource("network-servers.py", directory);
    Path work = Files.createDirectory(directory.resolve("work"));
    if (root) {
      user().own(work);
    }
    List<String> command = new ArrayList<>();
    if (root) { // a device as udev makes it
      command.addAll(List.of("unshare", "--mount", "sh", "-c",
          "mount -t tmpfs tun /dev/net && mknod -m 666 /dev/net/tun c 10 200 && chmod 666 /dev/net/tun && exec \"$@\"", "sh"));
    }
    List<String> unprivileged = List.of("unshare", "--map-root-user", "--net", "--mount", script.toString(), servers.toString(),
        "" + user().uid(), "" + user().gid());
    command.addAll(root ? user().command(unprivileged) : unprivileged);
    Process holder = new ProcessBuilder(command).directory(work.toFile()).redirectError(directory.resolve("log").toFile()).start();
    BufferedReader out = holder.inputReader();
    String line = String.valueOf(out.readLine());
    if (!line.startsWith("ready ")) {
      throw new AssertionError("no host for the tests: " + line + " " + Files.readString(directory.resolve("log")));
    }
    return new NetworkHost(directory, root ? copy(directory) : Checkout.underTest(), holder, line);
  }

  private static User user() {
    return (User.weAreRoot() ? User.ordinary() : User.named(System.getProperty("user.name")))
        .orElseGet(() -> abort("needs a user " + User.TEST_USER));
  }

  private static Path resource(String name, Path directory) throws IOException {
    Path file = directory.resolve(name);
    try (InputStream in = Objects.requireNonNull(NetworkHost.class.getResourceAsStream("/" + name))) {
      Files.copy(in, file);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** What root has built may lie where nobody else can read. */
  private static Checkout copy(Path directory) throws IOException {
    Checkout copy = new Checkout(Files.createDirectory(directory.resolve("checkout")));
    Trees.copyForAll(Checkout.underTest().script(), copy.script());
    Files.createDirectories(copy.distribution().getParent());
    Trees.copyForAll(Checkout.underTest().distribution(), copy.distribution());
    return copy;
  }

  /** A directory of the user's. */
  Path work() {
    return directory.resolve("work");
  }

  /** Where its containers are recorded. */
  Path state() {
    return work().resolve("state");
  }

  /** Run on this host by the ordinary user. */
  Carrel carrel(String... words) {
    return carrelAfter("true", words);
  }

  /** The same, after a shell command of one who may do all on this host, and whose mounts are that command line's alone. */
  Carrel carrelAfter(String preparation, String... words) {
    return carrelUnder(List.of("unshare", "--mount", "sh", "-c", preparation + " && exec \"$@\"", "sh"), words);
  }

  /** The same on a host that has no interface but the loopback. */
  Carrel carrelOffline(String... words) {
    return carrelUnder(List.of("unshare", "--net"), words);
  }

  /** A command line by which the ordinary user does another one on this host. */
  List<String> line(List<String> command) {
    List<String> line = prefix(List.of("env"));
    line.addAll(command);
    return User.weAreRoot() ? user().command(line) : line;
  }

  /** What is run is to be readable for that user. */
  Checkout checkout() {
    return checkout;
  }

  private List<String> prefix(List<String> command) {
    List<String> prefix = new ArrayList<>(entering(holder.pid()));
    prefix.addAll(command);
    prefix.addAll(List.of("nsenter", "--preserve-credentials", "--user", "--target", "" + unprivileged, "--")); // root no more
    return prefix;
  }

  private Carrel carrelUnder(List<String> command, String... words) {
    List<String> prefix = prefix(command);
    Carrel carrel = Carrel.command(words).of(checkout).under(prefix.toArray(new String[0])).in(work())
        .withVariable("CARREL_STATE", state().toString()).withVariable("HOME", work().toString()).withVariable("LANG", "C.UTF-8");
    return User.weAreRoot() ? carrel.as(user()) : carrel;
  }

  /** The owner of the user namespace is root in it. */
  private List<String> entering(long pid) {
    return List.of("nsenter", "--preserve-credentials", "--user", "--net", "--mount", "--target", Long.toString(pid));
  }

  /** What a command prints that is run on this host. */
  String says(String... command) {
    return says(holder.pid(), command);
  }

  /** What a command prints that is run in the world. */
  String worldSays(String... command) {
    return says(world, command);
  }

  private String says(long pid, String... command) {
    return Host.says(line(pid, List.of(command)).toArray(new String[0]));
  }

  /** A command line that does another one in the world. */
  List<String> worldLine(List<String> command) {
    return line(world, command);
  }

  private List<String> line(long pid, List<String> command) {
    List<String> line = new ArrayList<>(entering(pid));
    line.addAll(command);
    return User.weAreRoot() ? user().command(line) : line;
  }

  /** How many processes of a name the user has. */
  long processes(String name) {
    return ProcessHandle.allProcesses().filter(process -> {
      String status = status(process.pid());
      return status.startsWith("Name:\t" + name + "\n") && status.contains("\nUid:\t" + user().uid() + "\t") && !status.contains("\nState:\tZ");
    }).count();
  }

  private static String status(long pid) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), "status"));
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    holder.getOutputStream().close(); // it ends by that
    try {
      if (!holder.waitFor(60, TimeUnit.SECONDS)) {
        holder.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Trees.delete(directory);
  }
}
