package dev.carrel.web;

import java.util.Optional;
import java.util.Set;

/**
 * Who may see the pages: whoever knows the token, and asks for them by a name of the loopback interface. A page elsewhere whose own name
 * suddenly leads here (DNS rebinding) has another one. There are no cookies, which browsers would show to servers at other ports, too.
 */
final class Guard {
  private static final String BEARER = "Bearer ";

  private final Token token;
  private final Set<String> hosts;

  Guard(Token token, int port) {
    this.token = token;
    this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
  }

  /**
   * What was asked for.
   *
   * @param refusal a status of HTTP, or 0
   * @param page without the token
   */
  record Request(int refusal, String page) {}

  /**
   * Takes the token out of a request.
   *
   * @param path the undecoded path: the token, and behind it the page
   * @param authorization instead of that, for programs
   */
  Request look(String method, Optional<String> host, String path, Optional<String> authorization) {
    if (host.isEmpty() || !hosts.contains(host.get())) {
      return new Request(421, "");
    }
    if (authorization.isPresent()) {
      String word = authorization.get();
      return word.startsWith(BEARER) && token.is(word.substring(BEARER.length())) ? page(method, path) : new Request(401, "");
    }
    int end = path.indexOf('/', 1);
    if (end < 0 || !token.is(path.substring(1, end))) {
      return new Request(401, "");
    }
    return page(method, path.substring(end));
  }

  private static Request page(String method, String page) {
    return method.equals("GET") || method.equals("HEAD") ? new Request(0, page) : new Request(405, "");
  }
}
