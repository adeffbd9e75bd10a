package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNamesTest {
  private static final List<String> KNOWN = List.of("python3", "python3-pip", "python3-venv", "jython", "cowsay", "hello", "hello-traditional", "jq", "yq");

  @Test
  void few_edits_come_before_what_begins_alike() {
    assertThat(NearestNames.of("pyhton3", KNOWN)).first().isEqualTo("python3");
    assertThat(NearestNames.of("helo", KNOWN)).containsExactly("hello");
    assertThat(NearestNames.of("hell", KNOWN)).startsWith("hello").contains("hello-traditional");
    assertThat(NearestNames.of("jqq", KNOWN)).contains("jq");
  }

  @Test
  void what_has_nothing_in_common_is_not_proposed() {
    assertThat(NearestNames.of("zzzzzzzz", KNOWN)).isEmpty();
  }

  @Test
  void there_are_at_most_five() {
    assertThat(NearestNames.of("aa", List.of("a1", "a2", "a3", "a4", "a5", "a6", "a7"))).hasSize(5);
  }

  @Test
  void edits_are_counted_up_to_the_limit() {
    assertThat(NearestNames.distance("abc", "abc", 3)).isZero();
    assertThat(NearestNames.distance("abc", "acb", 3)).isEqualTo(1);
    assertThat(NearestNames.distance("kitten", "sitting", 3)).isEqualTo(3);
    assertThat(NearestNames.distance("abcdef", "ghijkl", 3)).isEqualTo(4);
  }
}
