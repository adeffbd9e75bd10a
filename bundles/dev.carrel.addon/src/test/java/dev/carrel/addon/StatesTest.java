package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.addon.Addon;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

class StatesTest {
  @TempDir Path directory;
  private Framework framework;

  @BeforeEach
  void start() throws Exception {
    framework = new org.apache.felix.framework.FrameworkFactory().newFramework(Map.of("org.osgi.framework.storage",
        directory.resolve("storage").toString(), "felix.extensions.disable", "true"));
    framework.start();
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private Path jar(String... headers) throws Exception {
    return Jars.bundle(directory.resolve("a.jar"), "a", "1.0", headers);
  }

  private Bundle install(Path jar) throws BundleException {
    return framework.getBundleContext().installBundle(jar.toFile().toURI().toString());
  }

  private Addon of(Path jar, String... refused) {
    Map<String, String> reasons = refused.length == 0 ? Map.of() : Map.of(refused[0], refused[1]);
    return new States(framework.getBundleContext(), path -> reasons.getOrDefault(path, "")).of(jar, false);
  }

  @Test
  void where_the_start_has_failed_the_reason_is_told() throws Exception {
    Path jar = jar("Bundle-Activator", "no.such.Activator");
    Bundle bundle = install(jar);
    assertThatThrownBy(bundle::start).isInstanceOf(BundleException.class);
    assertThat(of(jar).state()).startsWith("its start failed: ").contains("no.such.Activator").doesNotContain("\n");
    assertThat(of(jar).sound()).isFalse();
    assertThat(bundle.getState()).isEqualTo(Bundle.RESOLVED);
  }

  @Test
  void what_was_stopped_on_purpose_stays_so() throws Exception {
    Path jar = jar();
    Bundle bundle = install(jar);
    bundle.start();
    assertThat(of(jar)).satisfies(addon -> assertThat(addon.state()).isEqualTo("runs")).satisfies(addon -> assertThat(addon.sound()).isTrue());
    bundle.stop();
    assertThat(of(jar).state()).isEqualTo("stopped");
    assertThat(bundle.getState()).isEqualTo(Bundle.RESOLVED);
  }

  @Test
  void what_nobody_starts_is_kept() throws Exception {
    assertThat(of(jar())).satisfies(addon -> assertThat(addon.state()).isEqualTo("kept")).satisfies(addon -> assertThat(addon.sound()).isTrue());
  }

  @Test
  void what_is_refused_is_told_with_the_reason_and_so_is_what_lies_in_a_folder_that_is() throws Exception {
    Path jar = jar();
    assertThat(of(jar, jar.toString(), "it is odd")).isEqualTo(new Addon("a", "1.0.0", jar, false, "refused: it is odd", false));
    assertThat(of(jar, directory.toString(), "odd place")).isEqualTo(new Addon("a", "1.0.0", jar, false, "kept, but not started: odd place", false));
  }
}
