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
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.ResourceLimit.Range;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.oci.HostFacts.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortableBundleTest {
  private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
      .getSchema(SchemaLocation.of("classpath:runtime-spec/config-schema.json"));
  private static final HostFacts HOST = new HostFacts(027, Optional.of(new OpenFiles(1024, 4096)), true, false);
  private static final Identity ONE = new Identity(new IdMapping(1000, 1000, 1), new IdMapping(1000, 1000, 1));
  private static final Identity MANY = new Identity(new IdMapping(0, 100000, 1), new IdMapping(0, 100000, 1), List.of(new IdMapping(1, 100001, 65535)),
      List.of(new IdMapping(1, 100001, 65535)));
  private static final Path WORK = Path.of("/work");

  @TempDir Path directory;
  private ProcessSpec process = new ProcessSpec(List.of("say", "it's"), Map.of("B", "2", "A", "1"), WORK, Stdio.pipes());
  private Identity identity = ONE;
  private Security security = Security.standard();
  private Optional<Limits> limits = Optional.empty();

  private LaunchPlan plan(PathProtection protection, Mount... mounts) {
    ContainerSpec spec = new ContainerSpec(process, Namespace.standard(), List.of(), Optional.empty(), identity, Optional.of("desk"), Map.of(),
        new RootSpec(List.of(mounts), List.of(), false), NetworkSpec.NONE, security, Life.unrecorded(), limits, Optional.empty());
    return new LaunchPlan("c0ffee00", spec, new MountPlan(List.of(mounts), false, protection), Optional.empty());
  }

  private JsonObject of(LaunchPlan plan) {
    String text = PortableBundle.configuration(plan, HOST, ToolBackend.filters(security));
    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isEmpty();
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private JsonObject of(Mount... mounts) {
    return of(plan(PathProtection.none(), mounts));
  }

  private List<String> commands(Mount... mounts) {
    return PortableBundle.steps(plan(PathProtection.none(), mounts), HOST, ToolBackend.filters(security)).stream().map(Step::call).toList();
  }

  private static JsonObject with(JsonElement array, String field, String value) {
    for (JsonElement element : array.getAsJsonArray()) {
      if (element.getAsJsonObject().get(field).getAsString().equals(value)) {
        return element.getAsJsonObject();
      }
    }
    throw new AssertionError(value + " is not in " + array);
  }

  @Test
  void its_program_is_the_containers_own() {
    process = new ProcessSpec(process.command(), process.environment(), WORK, Stdio.terminal(new TerminalSize(24, 80)));
    JsonObject said = of().getAsJsonObject("process");

    assertThat(said.get("args").toString()).isEqualTo("[\"say\",\"it's\"]");
    assertThat(said.get("env").toString()).isEqualTo("[\"A=1\",\"B=2\"]");
    assertThat(said.get("cwd").getAsString()).isEqualTo("/work");
    assertThat(said.get("terminal").getAsBoolean()).isTrue();
    assertThat(said.get("consoleSize").toString()).isEqualTo("{\"height\":24,\"width\":80}");
    assertThat(said.getAsJsonObject("user").get("umask").getAsInt()).isEqualTo(027);
    assertThat(of().get("hostname").getAsString()).isEqualTo("desk");
    assertThat(of().getAsJsonObject("root").get("readonly").getAsBoolean()).isTrue();
  }

  @Test
  void it_is_confined_as_the_container_is() {
    security = Security.standard().withLimit(ResourceLimit.NOFILE, new Range(10, Range.UNLIMITED));
    JsonObject said = of().getAsJsonObject("process");

    assertThat(said.get("noNewPrivileges").getAsBoolean()).isTrue();
    assertThat(said.getAsJsonObject("capabilities").get("bounding").getAsJsonArray()).isEmpty();
    assertThat(with(said.get("rlimits"), "type", "RLIMIT_NOFILE").get("hard").getAsString()).isEqualTo("18446744073709551615");
    assertThat(with(said.get("rlimits"), "type", "RLIMIT_CORE").get("hard").getAsInt()).isEqualTo(1);
    security = Security.standard().withCapabilities(Set.of(Capability.CHOWN));
    assertThat(of().getAsJsonObject("process").getAsJsonObject("capabilities").get("effective").toString()).isEqualTo("[\"CAP_CHOWN\"]");
    assertThat(of().getAsJsonObject("process").getAsJsonObject("capabilities").get("ambient").getAsJsonArray()).isEmpty(); // root's are not
  }

  @Test
  void its_filter_of_system_calls_is_the_containers() {
    JsonObject filter = of().getAsJsonObject("linux").getAsJsonObject("seccomp");

    assertThat(filter.get("defaultAction").getAsString()).isEqualTo("SCMP_ACT_ALLOW");
    assertThat(with(filter.get("syscalls"), "names", "keyctl").toString())
        .isEqualTo("{\"names\":[\"keyctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1}");
    assertThat(with(filter.get("syscalls"), "names", "unshare").get("args").toString())
        .isEqualTo("[{\"index\":0,\"value\":268435456,\"valueTwo\":268435456,\"op\":\"SCMP_CMP_MASKED_EQ\"}]");
    security = Security.standard().weakenedBy(Weakness.SYSTEM_CALLS);
    assertThat(of().getAsJsonObject("linux").has("seccomp")).isFalse();
  }

  @Test
  void a_profile_comes_out_as_it_went_in() {
    String calls = "[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"kill\"],\"action\":\"SCMP_ACT_TRACE\",\"errnoRet\":7},"
        + "{\"names\":[\"tkill\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"},{\"names\":[\"mlock\"],\"action\":\"SCMP_ACT_LOG\"},"
        + "{\"names\":[\"acct\"],\"action\":\"SCMP_ACT_NOTIFY\"},{\"names\":[\"sync\"],\"action\":\"SCMP_ACT_TRAP\"},"
        + "{\"names\":[\"alarm\"],\"action\":\"SCMP_ACT_KILL_THREAD\","
        + "\"args\":[{\"index\":1,\"value\":18446744073709551615,\"valueTwo\":0,\"op\":\"SCMP_CMP_GT\"}]}]";
    security = Security.standard().withSystemCalls(new SystemCallFilter.Oci(
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"listenerPath\":\"/run/x\",\"syscalls\":" + calls + "}", "profile"));
    JsonObject filter = of().getAsJsonObject("linux").getAsJsonObject("seccomp");

    assertThat(filter.get("syscalls").toString()).isEqualTo(calls);
    assertThat(filter.get("defaultErrnoRet").getAsInt()).isEqualTo(38);
    assertThat(filter.get("listenerPath").getAsString()).isEqualTo("/run/x");
  }

  @Test
  void its_limits_are_for_the_runtime_to_set() {
    limits = Optional.of(Limits.none().withMemory(new Bound(64 << 20)).withSwap(new Bound(0)).withCpus(new Bound(1500)).withCpuWeight(100)
        .withCpuset(NumberSet.of("0-1")).withProcesses(new Bound(30)).withIoWeight(10000).withMemoryHigh(new Bound(32 << 20))
        .withIo(List.of(new IoLimit(8, 0, Optional.of(new Bound(1000)), Optional.empty(), Optional.empty(), Optional.of(Bound.none()))))
        .withHugePages(Map.of("2MB", new Bound(0))));
    JsonObject resources = of().getAsJsonObject("linux").getAsJsonObject("resources");

    assertThat(resources.get("memory").toString()).isEqualTo("{\"limit\":67108864,\"swap\":67108864}");
    assertThat(resources.get("cpu").toString()).isEqualTo("{\"quota\":150000,\"period\":100000,\"shares\":2597,\"cpus\":\"0-1\"}");
    assertThat(resources.get("pids").toString()).isEqualTo("{\"limit\":30}");
    assertThat(resources.get("blockIO").toString())
        .isEqualTo("{\"weight\":1000,\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1000}]}");
    assertThat(resources.get("hugepageLimits").toString()).isEqualTo("[{\"pageSize\":\"2MB\",\"limit\":0}]");
    assertThat(resources.get("unified").toString()).isEqualTo("{\"memory.high\":\"33554432\"}");
  }

  @Test
  void who_is_alone_is_user_0_as_runtimes_want_and_that_is_told() {
    JsonObject linux = of().getAsJsonObject("linux");

    assertThat(linux.get("uidMappings").toString()).isEqualTo("[{\"containerID\":0,\"hostID\":1000,\"size\":1}]");
    assertThat(of().getAsJsonObject("process").getAsJsonObject("user").get("uid").getAsInt()).isZero();
    assertThat(commands()).anyMatch(command -> command.startsWith("# not in it: the program's ids inside, 1000 and 1000"));
  }

  @Test
  void the_hosts_directories_are_mounted_as_the_container_has_them() {
    identity = MANY;
    JsonArray mounts = of(new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
        new Mount.Bind(Path.of("/etc/hosts"), Path.of("/hosts"), Access.EXPOSE, Mapping.Kind.FILE, false),
        new Mount.Bind(WORK, WORK, Access.SHARE, Mapping.Kind.DIRECTORY, false)).getAsJsonArray("mounts");

    assertThat(with(mounts, "destination", "/usr").get("options").toString()).isEqualTo("[\"rbind\",\"nosuid\",\"nodev\",\"ro\",\"rro\",\"rprivate\"]");
    assertThat(with(mounts, "destination", "/hosts").get("options").toString()).doesNotContain("rro");
    assertThat(with(mounts, "destination", "/work").get("options").toString()).isEqualTo("[\"rbind\",\"nosuid\",\"nodev\",\"rprivate\"]");
    assertThat(with(mounts, "destination", "/work").get("uidMappings").getAsJsonArray()).hasSize(2);
    assertThat(with(mounts, "destination", "/usr").has("uidMappings")).isFalse();
  }

  @Test
  void what_is_covered_or_read_only_is_so_there() {
    JsonObject linux = of(plan(new PathProtection(List.of(Path.of("/a")), List.of(Path.of("/b"))), new Mount.Proc(Path.of("/proc")))).getAsJsonObject("linux");

    assertThat(linux.get("maskedPaths").toString()).contains("\"/a\"", "\"/proc/kcore\"");
    assertThat(linux.get("readonlyPaths").toString()).contains("\"/b\"", "\"/proc/sys\"");
  }

  @Test
  void in_memory_a_directory_of_its_own_is_mounted_and_a_link_is_missed() {
    Mount run = new Mount.Tmpfs(Path.of("/run"), OptionalInt.of(0755), "10%", 100);
    Mount[] mounts = {run, new Mount.Directory(Path.of("/run/user"), 0755), new Mount.Directory(Path.of("/run/user/0"), 0700),
        new Mount.Symlink(Path.of("/run/lock"), "x")};

    assertThat(of(mounts).getAsJsonArray("mounts")).hasSize(2);
    assertThat(with(of(mounts).get("mounts"), "destination", "/run/user/0").get("options").toString()).contains("mode=700", "size=10%", "nr_inodes=100");
    assertThat(commands(mounts)).anyMatch(command -> command.startsWith("# not in it: the symbolic link /run/lock"));
  }

  @Test
  void a_read_only_overlay_is_mounted_and_others_are_missed() {
    List<Path> lower = List.of(Path.of("/a"), Path.of("/b"));

    assertThat(with(of(new Mount.Overlay(WORK, lower, Optional.empty(), false, "10%")).get("mounts"), "destination", "/work").get("options").toString())
        .contains("lowerdir=/a:/b");
    assertThat(commands(new Mount.Overlay(WORK, lower, Optional.empty(), true, "10%"))).anyMatch(command -> command.startsWith("# not in it: the overlay at /work"));
    assertThat(commands(new Mount.Overlay(WORK, List.of(Path.of("/a:b"), Path.of("/c")), Optional.empty(), false, "10%")))
        .anyMatch(command -> command.startsWith("# not in it: the overlay at /work"));
  }

  @Test
  void a_shell_makes_it_whatever_the_names_are() throws Exception {
    String odd = "a 'b' $(c)\n;d";
    List<String> commands = commands(new Mount.Directory(Path.of("/" + odd), 0700), new Mount.Symlink(Path.of("/-l"), "-to " + odd),
        new Mount.GeneratedFile(Path.of("/" + odd, "f"), "text\n'", 0444), new Mount.Proc(Path.of("/proc")));
    Process shell = new ProcessBuilder("sh", "-e").directory(directory.toFile()).redirectErrorStream(true).start();
    try (var in = shell.outputWriter()) {
      in.write(String.join("\n", commands) + "\n");
    }
    assertThat(shell.inputReader().lines()).isEmpty();
    assertThat(shell.waitFor()).isZero();

    assertThat(entries(directory)).containsExactlyInAnyOrder("rootfs", "files", "config.json");
    assertThat(entries(directory.resolve("rootfs"))).containsExactlyInAnyOrder(odd, "-l", "proc");
    assertThat(Files.readSymbolicLink(directory.resolve("rootfs/-l"))).hasToString("-to " + odd);
    assertThat(directory.resolve("rootfs").resolve(odd).resolve("f")).isEmptyFile();
    assertThat(directory.resolve("files/0")).hasContent("text\n'");
    assertThat(SCHEMA.validate(Files.readString(directory.resolve("config.json")), InputFormat.JSON)).isEmpty();
  }

  private static List<String> entries(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.map(path -> path.getFileName().toString()).toList();
    }
  }
}
