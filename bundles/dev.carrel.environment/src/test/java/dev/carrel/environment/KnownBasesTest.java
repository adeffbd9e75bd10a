package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.StorePath;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a profile is likely to be made on. */
class KnownBasesTest {
  private final KnownBases bases = new KnownBases();

  private static List<PackageRequest> wanted(String... names) {
    return Stream.of(names).map(PackageRequest::parse).toList();
  }

  private static StorePath base(String name) {
    return StorePath.of("0".repeat(32), name, "");
  }

  @Test
  void who_asks_for_more_is_likely_to_need_the_same() {
    bases.add("debian", wanted("gcc", "git"), base("one"));

    assertThat(bases.likely("debian", wanted("git", "hello", "gcc"))).contains(base("one"));
    assertThat(bases.likely("debian", wanted("gcc", "git"))).contains(base("one"));
  }

  @Test
  void who_asks_for_less_or_of_another_source_or_version_is_not() {
    bases.add("debian", wanted("gcc", "git=1"), base("one"));

    assertThat(bases.likely("debian", wanted("gcc"))).isEmpty();
    assertThat(bases.likely("debian", wanted("gcc", "git=2"))).isEmpty();
    assertThat(bases.likely("nix", wanted("gcc", "git=1"))).isEmpty();
  }

  @Test
  void the_last_one_counts_and_the_oldest_are_forgotten() {
    bases.add("debian", wanted("gcc"), base("one"));
    bases.add("debian", wanted("git"), base("two"));
    assertThat(bases.likely("debian", wanted("gcc", "git"))).contains(base("two"));

    for (int i = 0; i < 15; i++) {
      bases.add("debian", wanted("package" + i), base("more"));
    }
    assertThat(bases.likely("debian", wanted("gcc"))).isEmpty();
    assertThat(bases.likely("debian", wanted("git"))).contains(base("two"));
  }
}
