package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many containers with limits from one JVM. */
@ExtendWith(FelixExtension.class)
class ManyLimitsIT {
  private static final int AT_ONCE = 50;

  private static ContainerSpec spec(String script) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (String name : List.of("usr", "bin", "lib", "lib64")) {
      Path path = Path.of("/", name);
      if (Files.isSymbolicLink(path)) {
        mounts.add(new Mount.Symlink(path, "usr/" + name));
      } else if (Files.isDirectory(path)) {
        mounts.add(new Mount.Bind(path.toRealPath(), path, Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
      }
    }
    long uid = Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    long gid = Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    return new ContainerSpec(new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin"), Path.of("/"), Stdio.pipes()), Namespace.standard(),
        new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Optional.empty(), new RootSpec(mounts, List.of(), false), NetworkSpec.NONE,
        Optional.empty()).withLimits(Limits.none().withProcesses(new Bound(10)).withMemory(new Bound(64 << 20)));
  }

  /** What it printed. */
  private static String run(Containers containers, ContainerSpec spec) throws Exception {
    Container container = containers.start(spec);
    try {
      container.process().getOutputStream().close();
      String out = new String(container.process().getInputStream().readAllBytes());
      container.process().getErrorStream().readAllBytes();
      assertThat(container.exit().join().code()).isZero();
      return out;
    } finally {
      container.close();
    }
  }

  @Test
  void each_of_fifty_that_start_at_once_has_its_own_group_which_is_gone_with_it(Containers containers, ResourceController controller) throws Exception {
    assumeTrue(controller.unavailable().isEmpty(), "needs control groups that this user may have");
    // Of ten processes one is Carrel's and one the shell: it can start others, but not as many as would fit into all groups together.
    ContainerSpec spec = spec("n=0; for i in 1 2 3 4 5 6; do sleep 0.3 & n=$((n+1)); done; echo $n; wait");
    ResourceGroup probe = controller.plan("probe", Limits.none().withProcesses(new Bound(1)));
    Path base = (probe.birth().born().isPresent() ? probe.birth().born().get() : probe.birth().joined().get(0).getParent()).getParent();
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Callable<String> start = () -> run(containers, spec);
      for (Future<String> said : threads.invokeAll(Collections.nCopies(AT_ONCE, start))) {
        assertThat(said.get()).isEqualTo("6\n");
      }
    } finally {
      threads.shutdownNow();
    }
    String mine = "-" + ProcessHandle.current().pid() + "-";
    String[] left = base.toFile().list((place, name) -> name.contains(mine));
    assertThat(left == null ? 0 : left.length).as("a spare one at most").isLessThanOrEqualTo(1);
  }
}
