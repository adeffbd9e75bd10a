package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.IdMapping;
import org.junit.jupiter.api.Test;

class InsideRootTest {
  @Test
  void it_is_user_0_or_else_the_first_there_is() throws Exception {
    assertThat(InsideRoot.first("      1000  100000          1\n         0  100001       1000\n")).isEqualTo(new IdMapping(0, 100001, 1));
    assertThat(InsideRoot.first("      1000       1001          1\n")).isEqualTo(new IdMapping(1000, 1001, 1));
  }
}
