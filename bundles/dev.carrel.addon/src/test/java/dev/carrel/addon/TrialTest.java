package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

class TrialTest {
  @TempDir Path directory;

  /** As the launcher lends one, with one bundle of its own. */
  private void lend(Consumer<BundleContext> work) {
    Framework framework = new org.apache.felix.framework.FrameworkFactory().newFramework(Map.of("org.osgi.framework.storage",
        directory.resolve("storage").toString(), "org.osgi.framework.storage.clean", "onFirstInit", "felix.extensions.disable", "true"));
    try {
      framework.init();
      try {
        framework.getBundleContext().installBundle(own().toUri().toString());
        work.accept(framework.getBundleContext());
      } finally {
        framework.stop();
      }
    } catch (BundleException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path own() {
    try {
      Path file = directory.resolve("own.jar");
      return Files.exists(file) ? file : Jars.bundle(file, "dev.carrel.own", "1.0", "Export-Package", "own.words;version=1.4");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path bundle(String name, String... headers) throws Exception {
    return Jars.bundle(directory.resolve(name + ".jar"), name, "1.0", headers);
  }

  private void check(Path wanted, Path... kept) {
    new Trial(this::lend).check(Map.of(wanted, wanted.getFileName().toString()), List.of(kept));
  }

  @Test
  void what_finds_all_it_needs_with_others_that_are_kept_passes() throws Exception {
    Path needy = bundle("needy", "Import-Package", "own.words;version=\"[1.0,2)\",of.another");
    assertThatThrownBy(() -> check(needy)).hasMessage("cannot install needy.jar: needy 1.0.0 needs the package of.another, which no bundle here offers");
    assertThatCode(() -> check(needy, bundle("another", "Export-Package", "of.another"))).doesNotThrowAnyException();
  }

  @Test
  void everything_that_is_missing_is_told() throws Exception {
    Path needy = bundle("needy", "Import-Package", "own.words;version=\"[2.0,3)\"", "Require-Bundle", "no.such.bundle;bundle-version=\"[1.1,2)\"",
        "Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\",some.thing");
    assertThatThrownBy(() -> check(needy)).isInstanceOf(CarrelException.class)
        .hasMessageContaining("the package own.words of version 2.0.0 or later and before 3.0.0 (there is 1.4.0)")
        .hasMessageContaining("the bundle no.such.bundle").hasMessageContaining("Java 99").hasMessageContaining("what offers some.thing");
  }

  @Test
  void a_bundle_of_carrels_own_is_refused_in_any_version() throws Exception {
    assertThatThrownBy(() -> check(Jars.bundle(directory.resolve("x.jar"), "dev.carrel.own", "2.0"))).hasMessageContaining("Carrel's own");
    assertThatThrownBy(() -> check(Jars.bundle(directory.resolve("x.jar"), "dev.carrel.own", "1.0"))).hasMessageContaining("Carrel has a bundle");
  }

  @Test
  void a_kept_file_that_is_damaged_hinders_nobody() throws Exception {
    Path broken = Files.writeString(directory.resolve("broken.jar"), "no jar");
    assertThatCode(() -> check(bundle("plain"), broken)).doesNotThrowAnyException();
  }

  @Test
  void others_that_lack_something_by_it_are_told_and_those_that_lacked_it_before_are_not() throws Exception {
    Path offering = bundle("offering", "Export-Package", "of.another;version=1.0");
    Path needy = bundle("needy", "Import-Package", "of.another");
    Path hopeless = bundle("hopeless", "Import-Package", "of.nobody");
    Path bare = Jars.bundle(directory.resolve("bare.jar"), "offering", "2.0");
    Trial trial = new Trial(this::lend);

    List<Trial.Lacking> lacking = trial.check(Map.of(bare, "bare.jar"), List.of(needy, hopeless));
    assertThat(lacking).extracting(Trial.Lacking::name).containsExactly("needy", "hopeless");
    assertThat(trial.spoilt(lacking, List.of(offering, needy, hopeless))).singleElement().satisfies(one -> {
      assertThat(one.what()).isEqualTo("needy 1.0.0");
      assertThat(one.lacks()).isEqualTo("the package of.another, which no bundle here offers");
    });
    assertThat(trial.check(Map.of(), List.of(offering, needy))).isEmpty();
  }
}
