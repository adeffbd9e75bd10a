package dev.carrel.web;

import dev.carrel.api.CarrelException;
import dev.carrel.api.metrics.Metrics;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers requests: each is looked at by the guard first. */
final class Pages extends HttpServlet {
  private static final Pattern CONTAINER = Pattern.compile("/container/([0-9a-f]{1,16})(/plan)?");
  /** No script, nothing from elsewhere, in no frame. */
  private static final String POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final String STYLE = """
      body { font: 14px/1.4 sans-serif; margin: 1em 2em; color: #222; background: #fff; }
      nav a { margin-right: 1em; }
      table { border-collapse: collapse; }
      th, td { border: 1px solid #ccc; padding: 2px 8px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
      figure { display: inline-block; margin: 0 1em 1em 0; }
      """;

  private final transient Guard guard;
  private final transient Sources sources;
  private final transient Samples samples;
  private final transient StorePage store = new StorePage();

  Pages(Guard guard, Sources sources, Samples samples) {
    this.guard = guard;
    this.sources = sources;
    this.samples = samples;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer"); // the address has the token
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cache-Control", "no-store");
    Guard.Request looked = guard.look(request.getMethod(), Optional.ofNullable(request.getHeader("Host")), request.getRequestURI(),
        Optional.ofNullable(request.getHeader("Authorization")));
    if (looked.refusal() != 0) {
      send(response, looked.refusal(), new Page(PLAIN, refusal(looked.refusal())));
      return;
    }
    try {
      Optional<Page> page = page(looked.page());
      send(response, page.isPresent() ? 200 : 404, page.orElse(new Page(PLAIN, "There is no such page, or no such container any more.\n")));
    } catch (CarrelException e) {
      send(response, 503, new Page(PLAIN, e.getMessage() + "\n"));
    }
  }

  private static String refusal(int status) {
    return switch (status) {
      case 401 -> "Use the address that carrel web has printed: it has the token.\n";
      case 405 -> "These pages change nothing: they can be read, and nothing else.\n";
      default -> "Use the address that carrel web has printed.\n";
    };
  }

  private Optional<Page> page(String path) {
    switch (path) {
      case "/":
        return Optional.of(new ContainerPages(sources.containers(), samples).all());
      case "/store":
        return Optional.of(store.page(sources.store()));
      case "/metrics":
        return Optional.of(new Page(Metrics.CONTENT_TYPE, sources.metrics().text()));
      case "/style.css":
        return Optional.of(new Page("text/css; charset=utf-8", STYLE));
      default:
        Matcher container = CONTAINER.matcher(path);
        if (!container.matches()) {
          return Optional.empty();
        }
        ContainerPages pages = new ContainerPages(sources.containers(), samples);
        return container.group(2) == null ? pages.one(container.group(1)) : pages.plan(container.group(1));
    }
  }

  private static void send(HttpServletResponse response, int status, Page page) throws IOException {
    byte[] text = page.text().getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    if (status == 401) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    response.setContentType(page.type());
    response.setContentLength(text.length);
    response.getOutputStream().write(text);
  }
}
