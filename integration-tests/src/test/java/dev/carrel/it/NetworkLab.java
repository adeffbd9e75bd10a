package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Two hosts in network namespaces of their own, with a cable between them: Carrel runs on {@code host}, {@code outside} is another one to
 * which all leads that is not on it. Nothing leaves this machine.
 */
final class NetworkLab implements AutoCloseable {
  static final String PYTHON = "/usr/bin/python3";
  static final String HOST = "192.0.2.1";
  static final String OUTSIDE = "192.0.2.2";
  static final String HOST6 = "2001:db8::1";
  static final String OUTSIDE6 = "2001:db8::2";

  private final Path directory;
  private final Process host;
  private final Process outside;
  private final List<Process> started = new ArrayList<>();
  private final Map<String, String> variables = new HashMap<>();

  NetworkLab(Path directory) throws IOException {
    this.directory = directory;
    this.host = namespace();
    this.outside = namespace();
    onHost("ip", "link", "add", "up0", "type", "veth", "peer", "name", "out0", "netns", Long.toString(outside.pid()));
    onHost("sysctl", "-q", "-w", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0"); // a new namespace may have what this machine has
    setUp(host, "up0", HOST, HOST6);
    setUp(outside, "out0", OUTSIDE, OUTSIDE6);
    onHost("ip", "route", "add", "default", "via", OUTSIDE);
    onHost("ip", "-6", "route", "add", "default", "via", OUTSIDE6);
    Files.writeString(directory.resolve("serve.py"), """
        import socket, sys, threading
        def bound(kind):
          s = socket.socket(socket.AF_INET6, kind)
          s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
          s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          s.bind(("::", int(sys.argv[1])))
          return s
        tcp, udp = bound(socket.SOCK_STREAM), bound(socket.SOCK_DGRAM)
        tcp.listen(50)
        def answer():
          while True:
            data, who = udp.recvfrom(2000)
            udp.sendto(b"udp from " + who[0].encode(), who)
        threading.Thread(target=answer, daemon=True).start()
        print("serves", flush=True)
        while True:
          c, who = tcp.accept()
          c.sendall(b"tcp from " + who[0].encode())
          c.close()
        """);
    Files.writeString(directory.resolve("ask.py"), """
        import concurrent.futures, socket, sys, time
        def once(patience, kind, host, port):
          try:
            where = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)[0]
            with socket.socket(where[0], where[1]) as s:
              s.settimeout(1 if kind == "udp" else patience)
              s.connect(where[4])
              if kind == "udp":
                s.send(b"?")
              return s.recv(100).decode().replace("::ffff:", "")
          except OSError as e:
            return "no answer"
        def ask(question):
          seconds = 1 if question[0] == "!" else 60
          end = time.monotonic() + seconds
          answer = once(seconds, *question.lstrip("!").split(","))
          while answer == "no answer" and question[0] != "!" and time.monotonic() < end: # a datagram may be lost
            time.sleep(0.1)
            answer = once(seconds, *question.split(","))
          return answer
        with concurrent.futures.ThreadPoolExecutor(len(sys.argv)) as all: # who waits for no answer holds up nobody
          for answer in all.map(ask, sys.argv[1:]):
            print(answer)
        """);
  }

  /** Whether this machine has what it takes. */
  static boolean possible() {
    return User.weAreRoot() && Host.can("unshare", "-n", "ip", "link", "add", "veth7", "type", "veth") && Host.can("unshare", "-n", "nft", "list", "tables")
        && Files.isExecutable(Path.of(PYTHON));
  }

  private Process namespace() throws IOException {
    Process process = new ProcessBuilder("unshare", "-n", "sh", "-c", "echo ready; exec sleep 4321").redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.inputReader().readLine(); // it is there now
    return process;
  }

  private static void setUp(Process where, String device, String address, String address6) {
    in(where, "ip", "link", "set", "lo", "up");
    in(where, "ip", "addr", "add", address + "/24", "dev", device);
    in(where, "ip", "addr", "add", address6 + "/64", "dev", device, "nodad");
    in(where, "ip", "link", "set", device, "up");
  }

  private static List<String> line(Process where, String... command) {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=/proc/" + where.pid() + "/ns/net", "--"));
    line.addAll(List.of(command));
    return line;
  }

  private static String in(Process where, String... command) {
    return Host.says(line(where, command).toArray(new String[0]));
  }

  /** What a command prints there. */
  String onHost(String... command) {
    return in(host, command);
  }

  /** The same, for what uses Carrel from a JVM of its own. */
  String onHostWithState(String... command) {
    List<String> line = new ArrayList<>(List.of("env", "CARREL_STATE=" + state()));
    line.addAll(List.of(command));
    return onHost(line.toArray(new String[0]));
  }

  /** A command line that does another one on the host. */
  List<String> hostLine(String... command) {
    return line(host, command);
  }

  /** A command line that does another one outside. */
  List<String> outsideLine(List<String> command) {
    return line(outside, command.toArray(String[]::new));
  }

  Carrel carrel(String... words) {
    Carrel carrel = Carrel.command(words).in(directory).withVariable("CARREL_STATE", state().toString()).under(line(host).toArray(new String[0]));
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      carrel = carrel.withVariable(variable.getKey(), variable.getValue());
    }
    return carrel;
  }

  /** Carrel has a variable from now on. */
  void set(String variable, String value) {
    variables.put(variable, value);
  }

  Path state() {
    return directory.resolve("state");
  }

  /** Answers at a port of the outside what address it sees. */
  void serveOutside(int port) throws IOException {
    Process server = new ProcessBuilder(line(outside, PYTHON, directory.resolve("serve.py").toString(), "" + port)).redirectErrorStream(true).start();
    started.add(server);
    server.inputReader().readLine();
  }

  /** Has the outside know a way to addresses behind the host. */
  void addOutsideRoute(String subnet) {
    in(outside, "ip", "route", "replace", subnet, "via", HOST);
  }

  private void startOnHost(String... command) throws IOException {
    started.add(new ProcessBuilder(line(host, command)).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** Starts a command on the host that listens at a TCP port there. */
  void listenOnHost(int port, String... command) throws IOException {
    startOnHost(command);
    Await.until("somebody at port " + port, () -> !onHost("ss", "-ltnH", "sport = " + port).isEmpty());
  }

  /** Waits until there are no more devices than these: the kernel takes namespaces down later. */
  void awaitDevices(List<String> devices) {
    Await.until(() -> "only " + devices + ": " + devices(), () -> devices().size() <= devices.size());
  }

  /** The answers to questions such as {@code tcp,192.0.2.2,7000}; with a {@code !} before it where none is awaited. */
  List<String> askFromHost(String... questions) {
    return ask(host, questions);
  }

  List<String> askFromOutside(String... questions) {
    return ask(outside, questions);
  }

  private List<String> ask(Process where, String... questions) {
    List<String> line = new ArrayList<>(List.of(PYTHON, directory.resolve("ask.py").toString()));
    line.addAll(List.of(questions));
    return in(where, line.toArray(new String[0])).lines().toList();
  }

  /** The same, asked in a container. */
  List<String> askFrom(String container, String... questions) {
    List<String> line = new ArrayList<>(List.of("exec", container, "--", PYTHON, "/lab/ask.py"));
    line.addAll(List.of(questions));
    return carrel(line.toArray(new String[0])).says().lines().toList();
  }

  /** A detached container that answers at port 80 and sees this lab's programs. */
  String serve(String name, String... options) throws IOException {
    return detach(name, List.of(PYTHON, "/lab/serve.py", "80"), options);
  }

  /** A detached container that waits. */
  String wait(String name, String... options) throws IOException {
    return detach(name, List.of("sleep", "4321"), options);
  }

  private String detach(String name, List<String> command, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--detach", "--no-cwd", "--name=" + name, "--expose=" + directory + "=/lab",
        "--dns=" + OUTSIDE)); // where nobody answers, and says so at once
    words.addAll(List.of(options));
    words.add("--");
    words.addAll(command);
    Carrel.Result result = carrel(words.toArray(new String[0])).run();
    if (result.status() != 0) {
      throw new AssertionError(result.err());
    }
    if (command.get(0).equals(PYTHON)) {
      awaitLog(name);
    }
    return result.out().strip();
  }

  private void awaitLog(String name) {
    Await.until(() -> name + " to serve: " + carrel("logs", name).run(), () -> carrel("logs", name).run().out().contains("serves"));
  }

  /** The host's interfaces but for the cable and the loopback interface. */
  List<String> devices() {
    return onHost("ip", "-o", "link", "show").lines().map(line -> line.split(": ")[1].replaceFirst("@.*", ""))
            .filter(name -> !name.equals("lo") && !name.equals("up0")).toList();
  }

  /** Names of files below the directory of networks. */
  List<String> leases() throws IOException {
    List<String> names = new ArrayList<>();
    Path networks = state().resolve("networks");
    if (Files.isDirectory(networks)) {
      try (var files = Files.walk(networks)) {
        files.filter(file -> file.getParent().endsWith("leases") || file.getParent().endsWith(".ids")).forEach(file -> names.add(file.getFileName().toString()));
      }
    }
    return names;
  }

  @Override
  public void close() {
    for (String id : carrel("list", "--quiet").run().out().lines().toList()) {
      carrel("kill", id).run();
    }
    carrel("clean").run();
    started.forEach(Process::destroyForcibly);
    host.destroyForcibly();
    outside.destroyForcibly();
  }
}
