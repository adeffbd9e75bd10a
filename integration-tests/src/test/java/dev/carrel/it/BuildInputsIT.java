package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Building a package of Debian's from source in a container that has what this needs. */
@ExtendWith(TestStore.Extension.class)
class BuildInputsIT {
  @TempDir Path directory;

  /** Other tests begin with a profile that is known, and the lists of packages are others than before. */
  @AfterEach
  void resolve_what_all_tests_use_with_the_lists_of_now(TestStore store) {
    store.shell("--no-cwd", "--", "true").says();
  }

  private Carrel.Result run(TestStore store, String... words) {
    return store.command(words).in(directory).run();
  }

  /** By the host's apt, with the lists and sources that Carrel's has of them: the container has no network. */
  private void fetchSource(TestStore store) {
    Path apt = store.directory().resolve("debian");
    assertThat(Host.says("sh", "-c", "cd '" + directory + "' && apt-get -q -o Dir::State::lists='" + apt + "/lists' -o Dir::Cache='" + directory
        + "/cache' -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts='" + apt + "/sources.list.d' -o APT::Sandbox::User= source --download-only hello"))
        .contains("hello");
  }

  @Test
  void the_source_package_of_hello_is_unpacked_built_and_tested_with_what_its_build_needs(TestStore store) throws IOException {
    assumeTrue(Host.can("apt-get", "--version"), "needs apt");
    Carrel.Result made = run(store, "environment", "hello", "--no-cwd", "--", "sh", "-c", "for name in hello cc make dpkg-buildpackage jq; do command -v $name; done; true");
    assertThat(made.out()).as(made.err()).isEqualTo("/usr/bin/cc\n/usr/bin/make\n/usr/bin/dpkg-buildpackage\n");
    fetchSource(store);

    Carrel.Result built = run(store, "environment", "hello", "--", "sh", "-c", "dpkg-source -x hello_*.dsc hello && cd hello"
        + " && dpkg-buildpackage -b -us -uc && debian/hello/usr/bin/hello");
    assertThat(built.status()).as(built.err() + built.out()).isZero();
    assertThat(built.out()).contains("# PASS:").endsWith("Hello, world!\n");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).anyMatch(name -> name.matches("hello_.*\\.deb"));
    }

    assertThat(run(store, "shell", "-D", "hello", "--no-cwd", "--", "cc", "--version").err()).isEmpty(); // is known, by the other name, too
    assertThat(run(store, "plan", "environment", "hello", "--ad-hoc", "jq").out()).contains("debhelper", "build-essential", "  jq ").doesNotContain("  hello ");
    assertThat(run(store, "environment", "helol", "--", "true")).satisfies(unknown -> {
      assertThat(unknown.status()).isEqualTo(125);
      assertThat(unknown.err()).contains("source package helol is unknown", "hello").hasLineCount(1);
    });
  }
}
