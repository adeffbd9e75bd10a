package dev.carrel.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Programs that talk over a network: command lines of python3. */
final class NetworkTalk {
  /** What is heard where nobody answers. */
  static final String SILENCE = "no answer";
  /** How long somebody is asked who is to answer, and how long one who is not to, in seconds. */
  private static final String PATIENCE = "20";
  private static final String DOUBT = "1";
  private static final String PYTHON = "/usr/bin/python3";

  private static final String ANSWERER = """
      import socket, sys, threading
      def bound(kind):
          one = socket.socket(socket.AF_INET6, kind)
          one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
          one.bind(("::", int(sys.argv[1])))
          return one
      tcp, udp = bound(socket.SOCK_STREAM), bound(socket.SOCK_DGRAM)
      tcp.listen(50)
      def answer():
          while True:
              data, who = udp.recvfrom(2000)
              udp.sendto(b"udp of the container", who)
      threading.Thread(target=answer, daemon=True).start()
      print("serves", flush=True)
      while True:
          one, who = tcp.accept()
          one.recv(100)
          one.sendall(b"tcp of the container")
          one.close()
      """;
  private static final String ASKER = """
      import concurrent.futures, socket, sys, time
      def ask(question):
          patience = DOUBT if question[0] == "!" else PATIENCE
          kind, host, port = question.lstrip("!").split(",")
          end = time.monotonic() + patience
          while True:
              try:
                  where = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)[0]
                  with socket.socket(where[0], where[1]) as one:
                      one.settimeout(1)
                      one.connect(where[4])
                      one.send(b"?")
                      said = one.recv(100).decode().strip()
                      if said:
                          return said
              except OSError:
                  pass
              if time.monotonic() > end:
                  return "no answer"
              time.sleep(0.02)
      with concurrent.futures.ThreadPoolExecutor() as threads:
          for said in threads.map(ask, sys.argv[1:]):
              print(said)
      """.replace("DOUBT", DOUBT).replace("PATIENCE", PATIENCE);

  private NetworkTalk() {}

  /** A program that answers at a port over TCP and UDP, once it has said so. */
  static String[] answering(int port) {
    return python(ANSWERER, Integer.toString(port));
  }

  /** A program that prints what it hears; where a question begins with an exclamation mark, nobody is expected to answer. */
  static String[] asking(String... questions) {
    return python(ASKER, questions);
  }

  /** What is heard by this process's host. */
  static List<String> heardByHost(String... questions) throws IOException {
    Process process = new ProcessBuilder(asking(questions)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
  }

  /** A program of python3. */
  static String[] python(String program, String... arguments) {
    List<String> line = new ArrayList<>(List.of(PYTHON, "-c", program));
    line.addAll(List.of(arguments));
    return line.toArray(String[]::new);
  }
}
