package dev.carrel.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
  private final Token token = Token.fresh();
  private final Guard guard = new Guard(token, 9000);

  private Guard.Request look(String host, String path) {
    return guard.look("GET", Optional.of(host), path, Optional.empty());
  }

  @Test
  void who_knows_the_token_gets_the_page() {
    assertThat(look("127.0.0.1:9000", "/" + token + "/")).isEqualTo(new Guard.Request(0, "/"));
    assertThat(look("localhost:9000", "/" + token + "/container/1a")).isEqualTo(new Guard.Request(0, "/container/1a"));
  }

  @Test
  void a_program_may_say_it_as_bearer() {
    assertThat(guard.look("GET", Optional.of("127.0.0.1:9000"), "/metrics", Optional.of("Bearer " + token))).isEqualTo(new Guard.Request(0, "/metrics"));
    assertThat(guard.look("GET", Optional.of("127.0.0.1:9000"), "/metrics", Optional.of("Bearer x")).refusal()).isEqualTo(401);
    assertThat(guard.look("GET", Optional.of("127.0.0.1:9000"), "/metrics", Optional.of(token.toString())).refusal()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "", "//", "/x/", "/metrics", "/%2e/", "/../", "/style.css", "/x/../"})
  void who_does_not_gets_nothing(String path) {
    assertThat(look("127.0.0.1:9000", path)).isEqualTo(new Guard.Request(401, ""));
    assertThat(look("127.0.0.1:9000", "/" + token).refusal()).as("no page behind it").isEqualTo(401);
    assertThat(look("127.0.0.1:9000", "/" + token + "x/").refusal()).isEqualTo(401);
    assertThat(look("127.0.0.1:9000", "/" + token.toString().substring(1) + "/").refusal()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:9000", "127.0.0.1", "127.0.0.1:9001", "127.0.0.1:9000.evil.example", "localhost.:9000", ""})
  void a_name_that_was_bent_to_the_loopback_gets_nothing_even_with_the_token(String host) {
    assertThat(look(host, "/" + token + "/").refusal()).isEqualTo(421);
    assertThat(guard.look("GET", Optional.empty(), "/" + token + "/", Optional.empty()).refusal()).isEqualTo(421);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"})
  void nothing_can_be_changed(String method) {
    assertThat(guard.look(method, Optional.of("127.0.0.1:9000"), "/" + token + "/", Optional.empty()).refusal()).isEqualTo(405);
  }
}
