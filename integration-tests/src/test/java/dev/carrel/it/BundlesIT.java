package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.container.Containers;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.launcher.OsgiRuntime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

@ExtendWith(FelixExtension.class)
class BundlesIT {
  private record Said(Object result, String text) {}

  @Test
  void every_bundle_runs_or_waits_to_be_used(BundleContext context) {
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getSymbolicName().equals("org.apache.felix.gogo.jline")) {
        assertThat(bundle.getState()).as("only a library: it would begin a session of its own").isEqualTo(Bundle.RESOLVED);
        continue;
      }
      if (bundle.getSymbolicName().equals("org.apache.felix.http.jetty12")) {
        assertThat(bundle.getState()).as("listens as soon as it is started: who serves pages does that").isEqualTo(Bundle.RESOLVED);
        continue;
      }
      boolean lazy = "lazy".equals(bundle.getHeaders().get(Constants.BUNDLE_ACTIVATIONPOLICY));
      List<Integer> good = lazy ? List.of(Bundle.STARTING, Bundle.ACTIVE) : List.of(Bundle.ACTIVE);
      assertThat(good).as("the state of " + bundle.getSymbolicName()).contains(bundle.getState());
    }
  }

  @Test
  void each_bundle_can_be_stopped_and_started_and_all_services_are_there_again(BundleContext context) throws BundleException {
    for (Bundle bundle : own(context)) {
      bundle.stop();
      assertThat(bundle.getState()).as(bundle.getSymbolicName()).isEqualTo(Bundle.RESOLVED);
      bundle.start();
      assertThat(bundle.getState()).as(bundle.getSymbolicName()).isEqualTo(Bundle.ACTIVE);
    }
    for (Class<?> service : List.of(Containers.class, Workplaces.class, IsolationBackend.class)) {
      assertThat(context.getServiceReference(service)).as(service.getName()).isNotNull();
    }
  }

  /** Only what no bundle of Carrel's offers is looked for among add-ons: each of these starts would take a second longer. */
  @Test
  void the_launcher_knows_every_command_that_a_bundle_offers(BundleContext context) throws Exception {
    for (ServiceReference<?> reference : context.getAllServiceReferences(null, "(osgi.command.scope=carrel)")) {
      Object functions = reference.getProperty("osgi.command.function");
      for (String name : functions instanceof String[] names ? names : new String[] {functions.toString()}) {
        assertThat(OsgiRuntime.mayNeedAddons(List.of(name))).as(name).isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true, greet", "true, shell --source=tarballs hello", "true, shell --source tarballs hello", "true, shell tarballs:hello -- x", "true, config list",
    "true, run --backend=other -- x", "true, run --network=other -- x", "true, plan shell --source=other hello",
    "false, shell --source=debian hello", "false, shell hello:arm64 nix:hello", "false, run -- greet --source=other", "false, run --network -- x",
    "false, run --network=host --backend=namespace -- x", "false, run --network x:y"})
  void add_ons_are_needed_where_something_is_named_that_carrel_does_not_have(boolean needed, String line) {
    assertThat(OsgiRuntime.mayNeedAddons(List.of(line.split(" ")))).isEqualTo(needed);
  }

  @Test
  void gogo_runs_a_command_without_its_scope(CommandProcessor processor) throws Exception {
    Said said = say(processor, "backend list");

    assertThat(said.result()).isEqualTo(0);
    assertThat(said.text()).contains("namespace");
  }

  @ParameterizedTest
  @CsvSource({
    "dev.carrel.mount, run --no-cwd -- true",
    "dev.carrel.engine, run --no-cwd -- true",
    "dev.carrel.environment, run --no-cwd -- true",
    "dev.carrel.cgroup, run --no-cwd --pids=50 -- true",
    "dev.carrel.linux, run --no-cwd -- true",
    "dev.carrel.store, plan shell hello",
    "dev.carrel.store.debian, plan shell hello",
    "dev.carrel.network.veth, run --no-cwd --network=veth -- true",
    "dev.carrel.network.pasta, run --no-cwd --network=pasta -- true",
    "dev.carrel.store.nix, plan shell nix:hello",
    "dev.carrel.store.nix, plan shell --source=guix hello",
    "dev.carrel.store.nix, plan shell /nix/store/x",
    "dev.carrel.addon, addon list",
    "dev.carrel.configuration, config list",
    "dev.carrel.metrics, metrics",
    "dev.carrel.web, web",
    "dev.carrel.resident, serve --directory=/tmp/carrel-no-runtime",
    "dev.carrel.toml, plan shell --manifest=/etc/passwd",
    "dev.carrel.toml, system describe /etc/passwd",
    "dev.carrel.system, system list-generations"})
  void while_a_bundle_is_stopped_commands_name_it_and_tell_how_to_start_it(
      String name, String line, BundleContext context, CommandProcessor processor) throws Exception {
    Bundle bundle = own(context).stream().filter(one -> one.getSymbolicName().equals(name)).findAny().orElseThrow();
    bundle.stop();
    try {
      Said said = say(processor, line);

      assertThat(said.result()).as(said.text()).isEqualTo(125);
      assertThat(said.text()).contains("start the bundle " + name + ",").contains("felix:start " + bundle.getBundleId());
    } finally {
      bundle.start();
    }
  }

  @Test
  void without_any_backend_commands_name_the_bundle_of_carrels_own(BundleContext context, CommandProcessor processor) throws Exception {
    List<Bundle> backends = own(context).stream().filter(one -> one.getSymbolicName().startsWith("dev.carrel.backend.")).toList();
    for (Bundle bundle : backends) {
      bundle.stop();
    }
    try {
      for (String line : List.of("run --no-cwd -- true", "backend list")) {
        Said said = say(processor, line);

        assertThat(said.result()).as(said.text()).isEqualTo(125);
        assertThat(said.text()).contains("start the bundle dev.carrel.backend.namespace,").contains("felix:start ");
      }
    } finally {
      for (Bundle bundle : backends) {
        bundle.start();
      }
    }
  }

  @Test
  void while_carrels_own_backend_is_stopped_the_next_one_that_works_is_used(BundleContext context, CommandProcessor processor) throws Exception {
    assumeTrue(Host.can("bwrap", "--version"), "needs bwrap (bubblewrap)");
    Bundle bundle = own(context).stream().filter(one -> one.getSymbolicName().equals("dev.carrel.backend.namespace")).findAny().orElseThrow();
    bundle.stop();
    try {
      Said done = say(processor, "run --no-cwd --ids=1 -- true");
      Said refused = say(processor, "run --no-cwd --ids=1 --mask=/etc/passwd -- true");

      assertThat(done.result()).as(done.text()).isEqualTo(0);
      assertThat(refused.result()).isEqualTo(125);
      assertThat(refused.text()).contains("the backend bubblewrap cannot give a container paths that are covered");
    } finally {
      bundle.start();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev.carrel.api", "dev.carrel.mount", "dev.carrel.engine", "dev.carrel.backend.namespace", "dev.carrel.backend.bubblewrap",
    "dev.carrel.backend.oci", "dev.carrel.environment", "dev.carrel.linux", "dev.carrel.store", "dev.carrel.store.debian", "dev.carrel.store.nix", "dev.carrel.toml", "dev.carrel.cgroup",
    "dev.carrel.network.veth", "dev.carrel.network.pasta", "dev.carrel.addon", "dev.carrel.configuration", "dev.carrel.metrics", "dev.carrel.web", "dev.carrel.resident", "dev.carrel.health", "dev.carrel.silent", "dev.carrel.system", "dev.carrel.system.init",
    "dev.carrel.shell"})
  void after_a_bundle_was_stopped_and_started_containers_start_again(String name, BundleContext context, CommandProcessor processor)
      throws Exception {
    Bundle bundle = own(context).stream().filter(one -> one.getSymbolicName().equals(name)).findAny().orElseThrow();
    bundle.stop();
    bundle.start();

    Said said = say(processor, "run --no-cwd -- true");
    assertThat(said.result()).as(said.text()).isEqualTo(0);
  }

  /** Java would wait 300 ms for a thread that is in native code. */
  @Test
  void nothing_holds_up_the_end_of_carrel_though_a_container_goes_on(BundleContext context, CommandProcessor processor) throws Exception {
    String id = say(processor, "run --no-cwd --detach -- sleep 4321").text().strip();
    try {
      assertThat(watching()).isTrue();
      for (ServiceReference<?> atEnd : context.getAllServiceReferences(null, "(carrel.at.end=true)")) {
        ((Runnable) context.getService(atEnd)).run();
      }
      Await.until("the end of watching", () -> !watching());
    } finally {
      assertThat(Carrel.run("remove", "--force", id).status()).isZero(); // by another process: this one does not hear of it any more
    }
  }

  private static boolean watching() {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals("carrel-exit-watcher"));
  }

  private static List<Bundle> own(BundleContext context) {
    return Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().startsWith("dev.carrel.")).toList();
  }

  private static Said say(CommandProcessor processor, String line) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Object result;
    try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), text, text)) {
      session.put("SCOPE", "carrel:gogo:felix:*");
      result = session.execute(line);
    }
    return new Said(result, text.toString(StandardCharsets.UTF_8));
  }
}
