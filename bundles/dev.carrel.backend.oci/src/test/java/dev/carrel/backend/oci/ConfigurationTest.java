package dev.carrel.backend.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.backend.oci.HostFacts.OpenFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
  /** That of the runtime specification. */
  private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
      .getSchema(SchemaLocation.of("classpath:runtime-spec/config-schema.json"));
  private static final HostFacts HOST = new HostFacts(027, Optional.of(new OpenFiles(1024, 4096)), true, false);
  private static final List<Mount> VIEWS =
      List.of(new Mount.Proc(Path.of("/proc")), new Mount.Sys(Path.of("/sys")), new Mount.Dev(Path.of("/dev"), true));

  private static JsonObject of(HostFacts host, Set<Namespace> namespaces, Security security, Mount... more) {
    List<Mount> mounts = new ArrayList<>(VIEWS);
    mounts.addAll(List.of(more));
    ContainerSpec spec = new ContainerSpec(new ProcessSpec(List.of("true"), Map.of("A", "b"), Path.of("/"), Stdio.pipes()), namespaces, List.of(),
        Optional.empty(), new Identity(new IdMapping(42, 1000, 1), new IdMapping(77, 1000, 1)),
        namespaces.contains(Namespace.UTS) ? Optional.of("desk") : Optional.empty(), Map.of(), new RootSpec(mounts, List.of(), false),
        namespaces.contains(Namespace.NETWORK) ? NetworkSpec.NONE : NetworkSpec.HOST, security, Life.unrecorded(), Optional.empty());
    String text = Configuration.of(new LaunchPlan("c0ffee00", spec, new MountPlan(mounts, false), Optional.empty()), host);
    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isEmpty();
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static JsonObject standard(Mount... more) {
    return of(HOST, Namespace.standard(), Security.standard(), more);
  }

  private static List<String> each(JsonElement array, String name) {
    return StreamSupport.stream(array.getAsJsonArray().spliterator(), false).map(one -> one.getAsJsonObject().get(name).getAsString()).toList();
  }

  @Test
  void the_schema_notices_what_is_wrong() {
    assertThat(SCHEMA.validate("{\"ociVersion\": \"1.0.2\", \"linux\": {\"namespaces\": [{\"type\": \"none\"}]}}", InputFormat.JSON)).isNotEmpty();
    assertThat(SCHEMA.validate("{\"ociVersion\": \"1.0.2\", \"process\": {\"args\": [], \"cwd\": 5}}", InputFormat.JSON)).isNotEmpty();
  }

  @Test
  void namespaces_and_host_name_are_the_specifications() {
    assertThat(each(standard().getAsJsonObject("linux").get("namespaces"), "type"))
        .containsExactlyInAnyOrder("user", "mount", "pid", "network", "ipc", "uts"); // Carrel makes that of control groups, which it joins before
    assertThat(standard().get("hostname").getAsString()).isEqualTo("desk");
    assertThat(each(of(HOST, Namespace.standardBut(Namespace.NETWORK), Security.standard()).getAsJsonObject("linux").get("namespaces"), "type"))
        .doesNotContain("network");
  }

  @Test
  void what_is_executed_is_carrels_own_first_process_which_no_name_or_variable_of_the_program_reaches() {
    JsonObject process = standard().getAsJsonObject("process");

    assertThat(process.getAsJsonArray("args").toString()).matches("\\[\"/proc/self/fd/\\d+\"]");
    assertThat(process.getAsJsonArray("env")).isEmpty();
    assertThat(process.get("noNewPrivileges").getAsBoolean()).isTrue();
  }

  @Test
  void what_runtimes_change_for_themselves_is_as_it_was() {
    JsonObject process = standard().getAsJsonObject("process");

    assertThat(process.getAsJsonObject("user").get("umask").getAsInt()).isEqualTo(027);
    JsonObject limit = process.getAsJsonArray("rlimits").get(0).getAsJsonObject();
    assertThat(limit.get("type").getAsString()).isEqualTo("RLIMIT_NOFILE");
    assertThat(limit.get("soft").getAsLong()).isEqualTo(1024);
    assertThat(limit.get("hard").getAsLong()).isEqualTo(4096);
    assertThat(of(new HostFacts(0, Optional.empty(), true, false), Namespace.standard(), Security.standard()).getAsJsonObject("process").has("rlimits")).isFalse();
  }

  @Test
  void what_proc_and_sys_tell_of_the_kernel_is_covered_unless_it_is_to_be_seen() {
    JsonObject linux = standard().getAsJsonObject("linux");

    assertThat(linux.get("maskedPaths").toString()).contains("\"/proc/kcore\"", "\"/sys/firmware\"");
    assertThat(linux.get("readonlyPaths").toString()).contains("\"/proc/sys\"");
    JsonObject open = of(HOST, Namespace.standard(), Security.standard().weakenedBy(Weakness.KERNEL_FILES)).getAsJsonObject("linux");
    assertThat(open.getAsJsonArray("maskedPaths")).isEmpty();
    assertThat(open.getAsJsonArray("readonlyPaths")).isEmpty();
  }

  @Test
  void sys_is_left_out_where_the_kernel_would_refuse_it() {
    assertThat(each(standard().get("mounts"), "destination")).contains("/sys");
    assertThat(each(of(new HostFacts(0, Optional.empty(), false, false), Namespace.standard(), Security.standard()).get("mounts"), "destination"))
        .doesNotContain("/sys");
    assertThat(each(of(HOST, Namespace.standardBut(Namespace.NETWORK), Security.standard()).get("mounts"), "destination")).doesNotContain("/sys");
  }

  @Test
  void what_is_mounted_in_dev_comes_after_it_from_where_it_was_put() {
    JsonObject all = standard(new Mount.Bind(Path.of("/dev/fuse"), Path.of("/dev/fuse"), Access.SHARE, Mapping.Kind.FILE, true),
        new Mount.Bind(Path.of("/srv"), Path.of("/work"), Access.SHARE, Mapping.Kind.DIRECTORY, false));

    assertThat(each(all.get("mounts"), "destination")).containsSubsequence("/dev", "/dev/fuse").doesNotContain("/work");
    assertThat(each(all.get("mounts"), "source")).contains("/tmp/devices/0").doesNotContain("/dev/fuse", "/srv");
  }
}
