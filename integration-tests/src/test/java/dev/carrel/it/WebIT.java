package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pages of {@code carrel web}, asked for by programs and by a browser. */
@Timeout(300)
class WebIT {
  /** What a page would do if its text were taken for markup. */
  private static final String HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>";

  @TempDir static Path directory;

  private static Process serving;
  private static Path printed;
  private static Path token;
  private static URI address;
  private static String id;

  @BeforeAll
  static void serve() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    printed = directory.resolve("printed");
    token = directory.resolve("token");
    Files.writeString(directory.resolve("tool"), "#!/bin/sh\n");
    carrel("store", "add", directory.resolve("tool").toString(), "--name=tool").says();
    List<String> run = new ArrayList<>(List.of("run", "-d", "--no-cwd", "--name=shown", "--hostname=seen", "--env=SECRET=confidential", "--annotation=note=" + HOSTILE));
    if (User.weAreRoot()) {
      run.add("--memory=64m"); // what has limits is counted
    }
    run.addAll(List.of("--", "sh", "-c", "sleep 4321; : '" + HOSTILE.replace("'", "") + "'"));
    id = carrel(run.toArray(String[]::new)).says().strip();
    serving = carrel("web", "--token-file=" + token).start(printed);
    while (!Files.readString(printed).endsWith("/\n")) {
      assertThat(serving.isAlive()).as(Files.readString(printed)).isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    address = URI.create(Files.readString(printed).strip());
  }

  @AfterAll
  static void end() throws Exception {
    if (serving != null) {
      serving.destroy();
      serving.waitFor();
    }
    if (id != null) {
      carrel("stop", "--time=0", id).says();
    }
  }

  private static Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STORE", directory.resolve("store").toString())
        .withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private static HttpResponse<String> get(URI page, String... headers) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(page);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** What a browser has made of a page in the end. */
  private static String dom(String page) throws Exception {
    assumeTrue(Host.can("chromium", "--version"), "needs a browser (chromium)");
    Path profile = Files.createTempDirectory(directory, "browser");
    Path out = directory.resolve("dom");
    List<String> line = List.of("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + profile, "--dump-dom",
        address.resolve(page).toString());
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).redirectOutput(out.toFile());
    builder.environment().put("HOME", profile.toString());
    Process browser = builder.start();
    try {
      assertThat(browser.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      browser.destroyForcibly();
    }
    return Files.readString(out);
  }

  @Test
  void a_browser_shows_the_containers() throws Exception {
    assertThat(dom("")).contains("<title>Containers</title>", "<a href=\"container/" + id + "\">shown</a>", "<td>running</td>");
  }

  @Test
  void a_browser_shows_the_plan_of_a_container_and_takes_no_word_of_it_for_markup() throws Exception {
    String dom = dom("container/" + id);
    assertThat(dom).contains("<title>shown</title>", "<h2>Mounts</h2>", "<td>/usr</td>", "&lt;script&gt;").doesNotContain("<img", "<script", "taken</title>");
  }

  @Test
  void a_browser_shows_the_steps_by_which_a_container_was_made_as_carrel_plan_tells_them_and_no_secret_of_it() throws Exception {
    assertThat(get(address.resolve("container/" + id)).body()).contains("<a href=\"" + id + "/plan\">");
    String dom = dom("container/" + id + "/plan");
    assertThat(dom).contains("<title>How shown was made</title>", "By the backend namespace, with ", "<td>jvm</td><td>posix_spawn(", "\"SECRET=...\"")
        .doesNotContain("confidential", "<script");
    List<String> planned = carrel("plan", "run", "-d", "--no-cwd", "--name=other", "--hostname=seen", "--", "sh").says().lines()
        .map(line -> line.strip().replaceFirst("^[a-z0-9]+ +", "")).filter(WebIT::makesTheRoot).toList();
    assertThat(planned).hasSizeGreaterThan(50).contains("sethostname(\"seen\", 4)");
    assertThat(steps(dom)).filteredOn(WebIT::makesTheRoot).isEqualTo(planned);
  }

  private static boolean makesTheRoot(String step) {
    return step.matches(".*\\b(open_tree|move_mount|mount_setattr|fsconfig|mount|symlinkat|mkdirat|sethostname)\\(.*");
  }

  /** What they do. */
  private static List<String> steps(String dom) {
    List<String> steps = new ArrayList<>();
    Matcher step = Pattern.compile("<tr><td>[a-z0-9]+</td><td>(.*?)</td></tr>").matcher(dom);
    while (step.find()) {
      steps.add(step.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    }
    return steps;
  }

  @Test
  @Tag(User.ROOT)
  void usage_over_time_is_a_graph() throws Exception {
    while (!get(address.resolve("container/" + id)).body().matches("(?s).*Memory: [^-].*<path [^>]*d=\"M[0-9. ]+ L.*")) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
    assertThat(dom("container/" + id)).contains("<svg viewBox=\"0 0 600 80\"", "Memory: ", "Processes: ");
  }

  @Test
  void a_browser_shows_the_store_and_what_keeps_its_items() throws Exception {
    assertThat(dom("store")).contains("<title>Store</title>", "<h2>1 items, ", "<td>added</td><td>tool</td>");
  }

  @Test
  void figures_are_there_for_programs_that_say_the_token() throws Exception {
    String secret = Files.readString(token).strip();
    HttpResponse<String> figures = get(address.resolve("/metrics"), "Authorization", "Bearer " + secret);
    assertThat(figures.statusCode()).isEqualTo(200);
    assertThat(figures.headers().firstValue("content-type").orElse("")).matches("text/plain; ?version=0.0.4; ?charset=utf-8");
    assertThat(figures.body()).contains("\ncarrel_containers{state=\"running\"} 1.0\n", "\ncarrel_store_items 1.0\n");
  }

  @Test
  void who_does_not_know_the_token_learns_nothing() throws Exception {
    for (String page : List.of("/", "/metrics", "/store", "/style.css", "/" + "a".repeat(32) + "/")) {
      HttpResponse<String> refused = get(address.resolve(page));
      assertThat(refused.statusCode()).as(page).isEqualTo(401);
      assertThat(refused.body()).isEqualTo("Use the address that carrel web has printed: it has the token.\n");
    }
    assertThat(get(address.resolve("/metrics"), "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
  }

  @Test
  void no_page_elsewhere_can_read_these_or_frame_them() throws Exception {
    HttpResponse<String> page = get(address, "Origin", "http://evil.example");
    assertThat(page.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-")).doesNotContain("set-cookie", "server");
    assertThat(page.headers().firstValue("content-security-policy")).hasValueSatisfying(policy ->
        assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'"));
    assertThat(page.headers().firstValue("referrer-policy")).contains("no-referrer");
    assertThat(raw("GET " + address.getPath() + " HTTP/1.1", "Host: evil.example:" + address.getPort())).startsWith("HTTP/1.1 421 ");
    assertThat(raw("GET " + address.getPath() + " HTTP/1.1", "Host: localhost:" + address.getPort())).startsWith("HTTP/1.1 200 ");
    assertThat(raw("POST " + address.getPath() + " HTTP/1.1", "Host: localhost:" + address.getPort(), "Content-Length: 0")).startsWith("HTTP/1.1 405 ");
  }

  /** The first line of the answer. */
  private static String raw(String... lines) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", address.getPort())) {
      socket.getOutputStream().write((String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return String.valueOf(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine());
    }
  }

  @Test
  void it_listens_on_the_loopback_interface_alone_and_its_token_is_private() throws Exception {
    String port = String.format(":%04X", address.getPort());
    List<String> listening = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      if (Files.exists(Path.of(table))) {
        for (String line : Files.readAllLines(Path.of(table))) {
          String[] fields = line.strip().split("\\s+");
          if (fields[1].endsWith(port) && fields[3].equals("0A")) {
            listening.add(fields[1].substring(0, fields[1].length() - port.length()));
          }
        }
      }
    }
    assertThat(listening).isNotEmpty().allMatch(address -> address.equals("0100007F") || address.equals("0000000000000000FFFF00000100007F"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token))).isEqualTo("rw-------");
    assertThat(address.getPath()).isEqualTo("/" + Files.readString(token).strip() + "/");
  }

  @Test
  void what_makes_no_sense_is_refused() throws Exception {
    assertThat(carrel("web", "--port=65536").run().err()).contains("carrel web: --port=65536 is no port");
    assertThat(carrel("web", "x").run().status()).isEqualTo(125);
    Carrel.Result taken = carrel("web", "--port=" + address.getPort()).run();
    assertThat(taken.status()).isEqualTo(125);
    assertThat(taken.err()).contains("cannot listen on 127.0.0.1:" + address.getPort(), "Choose another with --port");
    Files.setPosixFilePermissions(Files.writeString(directory.resolve("open"), "a".repeat(40)), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(carrel("web", "--token-file=open").run().err()).contains("nobody else may read (chmod 600)");
    assertThat(carrel("web", "--help").says()).startsWith("Usage: carrel web");
  }
}
