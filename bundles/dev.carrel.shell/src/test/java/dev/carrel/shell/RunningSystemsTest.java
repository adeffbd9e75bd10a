package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RunningSystemsTest {
  private static final String DIGEST = "0123456789abcdfghijklmnpqrsvwxyz";
  private static final Path STARTED = Path.of("/store/items/" + DIGEST + "-web-system");

  @Test
  void what_a_container_has_taken_up_is_an_item_beside_that_which_it_was_started_from() {
    String next = "/store/items/" + DIGEST.replace('0', '1') + "-web-system";
    assertThat(RunningSystems.present(STARTED, next)).isEqualTo(Path.of(next));
    assertThat(RunningSystems.present(STARTED, "")).isEqualTo(STARTED);
  }

  @Test
  void who_is_inside_cannot_have_anything_else_of_the_host_read() {
    for (String noted : new String[] {"/etc/shadow", "/tmp/" + DIGEST + "-web-system", "/store/items/../" + DIGEST + "-web-system", "/store/items/..", "a\0b",
        DIGEST + "-web-system", "/store/items/" + DIGEST + "-a b"}) {
      assertThat(RunningSystems.present(STARTED, noted)).as(noted).isEqualTo(STARTED);
    }
  }
}
