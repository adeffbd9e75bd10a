package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a program in a container sees. */
@ExtendWith(TestStore.Extension.class)
class InsideViewIT {
  @Test
  void programs_of_the_named_packages_run(TestStore store) {
    Carrel.Result result = store.shell("--no-cwd", "--", "hello").run();

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("Hello, world!\n");
  }
}
