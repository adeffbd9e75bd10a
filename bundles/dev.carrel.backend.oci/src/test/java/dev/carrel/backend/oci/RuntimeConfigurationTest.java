package dev.carrel.backend.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
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
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.oci.HostFacts.OpenFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuntimeConfigurationTest {
  private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
      .getSchema(SchemaLocation.of("classpath:runtime-spec/config-schema.json"));
  private static final HostFacts HOST = new HostFacts(027, Optional.of(new OpenFiles(1024, 4096)), true, false);
  private static final Path DEVICES = Path.of("/dev");

  private static JsonObject of(Identity identity, boolean ownKernel) {
    List<Mount> mounts = List.of(new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
        new Mount.Proc(Path.of("/proc")), new Mount.Sys(Path.of("/sys")), new Mount.Dev(DEVICES, false));
    ContainerSpec spec = new ContainerSpec(new ProcessSpec(List.of("say", "it's"), Map.of("A", "1"), Path.of("/work"), Stdio.pipes()), Namespace.standard(),
        identity, Optional.empty(), new RootSpec(mounts, List.of(), false), NetworkSpec.NONE, Optional.empty());
    LaunchPlan plan = new LaunchPlan("c0ffee00", spec, new MountPlan(mounts, false), Optional.empty());
    String text = RuntimeConfiguration.of(plan, HOST, ToolBackend.filters(Security.standard()), DEVICES, ownKernel);
    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isEmpty();
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static Identity one(long inside, long outside) {
    return new Identity(new IdMapping(inside, outside, 1), new IdMapping(inside, outside, 1));
  }

  private static List<String> destinations(JsonObject all) {
    List<String> destinations = new ArrayList<>();
    for (JsonElement mount : all.getAsJsonArray("mounts")) {
      destinations.add(mount.getAsJsonObject().get("destination").getAsString());
    }
    return destinations;
  }

  private static JsonArray optionsOfDevices(JsonObject all) {
    for (JsonElement mount : all.getAsJsonArray("mounts")) {
      if (mount.getAsJsonObject().get("destination").getAsString().equals("/dev")) {
        return mount.getAsJsonObject().getAsJsonArray("options");
      }
    }
    throw new AssertionError("no /dev in " + all);
  }

  @Test
  void the_runtime_executes_what_starts_the_program_and_confines_it_as_the_program() {
    JsonObject process = of(one(0, 0), false).getAsJsonObject("process");

    assertThat(process.get("args").toString()).isEqualTo("[\"/dev/carrel-init\"]");
    assertThat(process.get("cwd").getAsString()).isEqualTo("/work");
    assertThat(process.get("noNewPrivileges").getAsBoolean()).isTrue();
    assertThat(process.getAsJsonObject("capabilities").getAsJsonArray("bounding")).isEmpty();
    assertThat(of(one(0, 0), false).getAsJsonObject("linux").has("seccomp")).isTrue();
  }

  @Test
  void only_what_shows_the_containers_own_namespaces_is_mounted_by_the_runtime() {
    assertThat(destinations(of(one(0, 0), false))).contains("/proc", "/dev", "/dev/carrel-init").doesNotContain("/usr");
  }

  @Test
  void a_user_other_than_root_has_a_root_beside_it_who_is_nobody() {
    JsonObject linux = of(one(42, 1000), false).getAsJsonObject("linux");

    assertThat(linux.get("uidMappings").toString())
        .isEqualTo("[{\"containerID\":0,\"hostID\":65534,\"size\":1},{\"containerID\":42,\"hostID\":1000,\"size\":1}]");
    assertThat(of(one(42, 65534), false).getAsJsonObject("linux").get("gidMappings").toString()).contains("\"hostID\":65533");
    assertThat(of(one(0, 0), false).getAsJsonObject("linux").getAsJsonArray("uidMappings")).hasSize(1);
    assertThat(of(one(42, 1000), false).getAsJsonObject("process").getAsJsonObject("user").get("uid").getAsInt()).isEqualTo(42);
  }

  @Test
  void a_kernel_of_its_own_gets_a_directory_of_devices_that_can_be_written() {
    assertThat(optionsOfDevices(of(one(0, 0), false)).toString()).contains("\"ro\"");
    assertThat(optionsOfDevices(of(one(0, 0), true)).toString()).doesNotContain("\"ro\"");
  }
}
