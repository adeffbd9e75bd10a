package dev.carrel.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.resource.Usage;
import dev.carrel.web.Mounts.Mount;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What pages are made of. */
class PagePartsTest {
  private final Samples samples = new Samples();

  private static Usage usage(long cpuMillis) {
    return new Usage(Optional.of(Duration.ofMillis(cpuMillis)), Optional.empty(), OptionalLong.of(cpuMillis), OptionalLong.empty(), OptionalLong.empty(),
        OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), 0, Map.of());
  }

  @Test
  void words_of_others_are_no_markup() {
    assertThat(new Html().element("td", "<script>alert(\"1\")</script>'&\u202e\n").toString())
        .isEqualTo("<td>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\\u202e\\u000a</td>");
    assertThat(new Html().link("\" onclick=\"x", "y").toString()).isEqualTo("<a href=\"&quot; onclick=&quot;x\">y</a>");
  }

  @Test
  void a_graph_has_gaps_where_nothing_is_known() {
    Html html = new Html();
    new Chart("a<b", List.of(Optional.of(0.0), Optional.of(10.0), Optional.empty(), Optional.of(5.0)), Units::number).addTo(html);

    assertThat(html.toString()).contains("a&lt;b: 5, at most 10", "d=\"M0.0 80.0 L200.0 0.0 M600.0 40.0\"");
  }

  @Test
  void a_graph_of_nothing_or_of_zeros_is_one_too() {
    Html html = new Html();
    new Chart("none", List.of(), Units::number).addTo(html);
    new Chart("zero", List.of(Optional.of(0.0)), Units::number).addTo(html);

    assertThat(html.toString()).contains("none: -, at most 0", "d=\"\"", "zero: 0, at most 0", "d=\"M0.0 80.0\"").doesNotContain("NaN");
  }

  @Test
  void processor_time_is_a_share_of_the_time_since_the_moment_before() {
    samples.add("a", 0, usage(100));
    samples.add("a", 1_000_000_000, usage(600));

    assertThat(samples.of("a")).extracting(Samples.Sample::share).containsExactly(Optional.empty(), Optional.of(50.0));
    assertThat(samples.of("b")).isEmpty();
  }

  @Test
  void samples_are_kept_for_minutes_and_only_of_what_is_there() {
    for (int i = 0; i < 1000; i++) {
      samples.add("a", i, usage(i));
    }
    samples.add("b", 0, usage(0));
    samples.retain(Set.of("a"));

    assertThat(samples.of("a")).hasSize(300);
    assertThat(samples.of("a").get(299).time()).isEqualTo(999);
    assertThat(samples.of("b")).isEmpty();
  }

  @Test
  void mounts_are_read_as_the_kernel_writes_them() {
    Mounts mounts = Mounts.parse(List.of("36 35 98:0 /store/a\\040b /usr\\134x ro,nosuid master:1 - ext4 /dev/root rw",
        "37 35 0:5 / /tmp rw,nodev - tmpfs tmpfs rw", "damaged"));

    assertThat(mounts.all()).containsExactly(new Mount("/usr\\x", "ext4", "/store/a b", "ro,nosuid"), new Mount("/tmp", "tmpfs", "tmpfs", "rw,nodev"));
    assertThat(Mounts.of(List.of(-1L)).all()).isEmpty();
    assertThat(Mounts.of(List.of(-1L, ProcessHandle.current().pid())).all()).isNotEmpty();
  }
}
