package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.AccessTimes;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.TreeOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a container's mounts is the same at its first start, at the one that makes a template, and at those from it. */
class FinishedTreeTest {
  private static final int STARTS = 3;
  private static final Path INSIDE = Path.of("/data");

  private final Fixture containers = new Fixture();
  @TempDir Path data;

  @BeforeEach
  void files() throws IOException {
    data = data.toRealPath();
    Files.writeString(data.resolve("file"), "content");
    Files.createDirectories(data.resolve("directory/below"));
    Files.createSymbolicLink(data.resolve("link"), Path.of("directory"));
    Files.setPosixFilePermissions(data.resolve("directory"), PosixFilePermissions.fromString("rwx--x--x"));
  }

  private Mount.Bind bind(TreeOptions options, Optional<FileIdentity> identity) {
    return new Mount.Bind(data, INSIDE, Access.SHARE, Mapping.Kind.DIRECTORY, false, options, identity);
  }

  private Mount.Bind bind() {
    return bind(TreeOptions.standard(), Optional.empty());
  }

  private LaunchPlan plan(PathProtection protection, String script, Mount... mounts) {
    LaunchPlan plan = containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c", script), mounts);
    return new LaunchPlan("test", plan.spec(), new MountPlan(plan.mounts().mounts(), false, protection), Optional.empty());
  }

  private void alwaysSays(LaunchPlan plan, String text) {
    for (int i = 0; i < STARTS; i++) {
      Fixture.Result result = containers.run(plan);
      assertThat(result.out()).as("start " + i + ": " + result.err()).isEqualTo(text);
    }
  }

  @Test
  void what_is_covered_is_empty_and_what_is_read_only_is_not_written() {
    PathProtection protection = new PathProtection(List.of(INSIDE.resolve("file"), Path.of("/proc/version")),
        List.of(INSIDE.resolve("directory"), Path.of("/tmp")));
    alwaysSays(plan(protection, "cat /data/file /proc/version; for f in /data/file /data/directory/x /tmp/x /data/x; do"
        + " (echo x > $f) 2>/dev/null && echo $f; done; rm /data/x", bind()), "/data/file\n/data/x\n");
    assertThat(data.resolve("file")).hasContent("content");
    alwaysSays(plan(new PathProtection(List.of(INSIDE.resolve("directory")), List.of()), "ls /data/directory; stat -c %h /data/directory;"
        + " touch /data/directory/x 2>/dev/null || echo no", bind()), "2\nno\n");
  }

  @Test
  void devices_can_be_covered_together_with_files() {
    alwaysSays(plan(new PathProtection(List.of(Path.of("/dev"), INSIDE.resolve("file")), List.of()), "ls /dev; stat -c %s /data/file", bind()), "0\n");
  }

  @Test
  void a_container_of_a_template_follows_the_host_as_well() throws Exception {
    Path mounted = Files.createDirectory(data.resolve("mounted"));
    assumeTrue(containers.account.uid() == 0 && host("mount", "-t", "tmpfs", "test", mounted.toString()), "needs root, to mount something");
    try {
      Path below = Files.createDirectory(mounted.resolve("below"));
      assertThat(host("mount", "--make-shared", mounted.toString())).isTrue();
      TreeOptions slave = new TreeOptions(Set.of(), Optional.empty(), Propagation.SLAVE);
      LaunchPlan plan = plan(PathProtection.none(), "read word; ls /data/below",
          new Mount.Bind(mounted, INSIDE, Access.EXPOSE, Mapping.Kind.DIRECTORY, false, slave, Optional.empty()));
      assertThat(containers.run(plan).out()).isEmpty();
      Running running = containers.backend.launch(plan); // from a template, which a change of the host's mounts would end
      assertThat(host("mount", "-t", "tmpfs", "test", below.toString())).isTrue();
      Files.createFile(below.resolve("here"));
      running.process().getOutputStream().close();
      assertThat(new String(running.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("here\n");
      running.exit().get(60, TimeUnit.SECONDS);
    } finally {
      host("umount", "-R", "-l", mounted.toString());
    }
  }

  private static boolean host(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }

  @Test
  void what_a_link_leads_to_is_not_protected_by_its_name() {
    for (String path : List.of("link", "link/below")) {
      for (PathProtection protection : List.of(new PathProtection(List.of(INSIDE.resolve(path)), List.of()),
          new PathProtection(List.of(), List.of(INSIDE.resolve(path))))) {
        assertThatThrownBy(() -> containers.run(plan(protection, "true", bind()))).isInstanceOf(CarrelException.class)
            .hasMessageContainingAll("/data/" + path, "A symbolic link leads there");
      }
    }
  }

  @Test
  void memory_over_a_directory_has_its_mode_and_is_the_programs() {
    Mount memory = new Mount.Tmpfs(INSIDE.resolve("directory"), OptionalInt.empty(), "64k", 3);
    String script = "stat -c '%a %u' /data/directory; cd /data/directory; touch 1 2 3 2>/dev/null; ls";
    long user = containers.account.uid();
    alwaysSays(plan(PathProtection.none(), script, bind(), memory), "711 " + user + "\n1\n2\n");
    alwaysSays(plan(PathProtection.none(), script, bind(), new Mount.Tmpfs(INSIDE.resolve("directory"), OptionalInt.of(0700), "64k", 2)),
        "700 " + user + "\n1\n");
  }

  @Test
  void and_belongs_to_a_user_who_is_nobody_on_the_host() {
    assumeTrue(containers.account.uid() == 0, "only root gives a container ids of its own without newuidmap");
    Identity identity = new Identity(new IdMapping(5, 200005, 1), new IdMapping(5, 200005, 1), List.of(new IdMapping(0, 200000, 5)),
        List.of(new IdMapping(0, 200000, 5)));
    LaunchPlan plan = plan(PathProtection.none(), "stat -c '%a %u' /data/directory; touch /data/directory/x && echo made", bind(),
        new Mount.Tmpfs(INSIDE.resolve("directory"), OptionalInt.empty(), "64k", 3));
    ContainerSpec spec = plan.spec();
    alwaysSays(new LaunchPlan("test", new ContainerSpec(spec.process(), spec.namespaces(), identity, spec.hostname(), spec.root(),
        spec.network(), Optional.empty()), plan.mounts(), Optional.empty()), "711 5\nmade\n");
  }

  @Test
  void another_file_than_was_opened_is_not_mounted() throws IOException {
    FileIdentity identity = identity(data);
    alwaysSays(plan(PathProtection.none(), "cat /data/file", bind(TreeOptions.standard(), Optional.of(identity))), "content");
    FileIdentity other = new FileIdentity(identity.device(), identity.inode() ^ 1L << 40);
    for (FileIdentity wrong : List.of(other, identity(Path.of("/proc")), identity(data.resolve("file")))) {
      assertThatThrownBy(() -> containers.run(plan(PathProtection.none(), "true", bind(TreeOptions.standard(), Optional.of(wrong)))))
          .isInstanceOf(CarrelException.class).hasMessageContainingAll(data.toString(), "something else lies there now");
    }
  }

  private static FileIdentity identity(Path file) throws IOException {
    return new FileIdentity((long) Files.getAttribute(file, "unix:dev"), (long) Files.getAttribute(file, "unix:ino"));
  }

  @Test
  void the_numbers_of_a_device_are_those_of_makedev() {
    assertThat(new FileIdentity(0xFFFF_FFFF_FFFF_FFFFL, 1)).extracting(FileIdentity::major, FileIdentity::minor)
        .containsExactly(0xFFFF_FFFFL, 0xFFFF_FFFFL);
    assertThat(new FileIdentity(0x1234_5000_0678_9AbcL, 1)).extracting(FileIdentity::major, FileIdentity::minor)
        .containsExactly(0x1234_5000L | 0x9AL | (0x0678_9AbcL >>> 8 & 0xF00), 0x0678_9AbcL >>> 12 & 0xFFF00L | 0xBC);
  }

  @Test
  void options_of_a_tree_hold_at_every_start() {
    boolean root = containers.account.uid() == 0;
    TreeOptions options = new TreeOptions(Set.of(MountFlag.NO_EXEC, MountFlag.NO_SYMLINKS),
        root ? Optional.of(AccessTimes.NEVER) : Optional.empty(), Propagation.UNBINDABLE);
    List<String> words = new ArrayList<>(List.of("noexec", "nosuid", "nodev", "nosymfollow"));
    if (root) {
      words.add("noatime");
    }
    LaunchPlan plan = plan(PathProtection.none(), "grep ' /data ' /proc/self/mountinfo", bind(options, Optional.empty()));
    for (int i = 0; i < STARTS; i++) {
      assertThat(containers.run(plan).out()).contains(words).contains(" unbindable ").doesNotContain("relatime,relatime");
    }
  }
}
