package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.IdRange;
import dev.carrel.api.host.SubordinateIds;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.linux.host.LinuxHost;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamespaceBackendTest {
  /** The first start is made directly, the second builds the template, the third uses it. */
  private static final int STARTS = 3;

  private final Fixture containers = new Fixture();

  @Test
  void a_program_ends_with_its_own_status() {
    for (int i = 0; i < STARTS; i++) {
      assertThat(containers.run("exit 42").status().code()).isEqualTo(42);
    }
  }

  @Test
  void every_start_gives_its_program_all_ids_of_its_range() {
    SubordinateIds ids = new LinuxHost().subordinateIds();
    assumeTrue(!ids.users().isEmpty() && !ids.groups().isEmpty(), "needs subordinate ids of this user in /etc/subuid and /etc/subgid");
    boolean root = containers.account.uid() == 0;
    IdRange users = ids.users().get(0);
    IdRange groups = ids.groups().get(0);
    Identity identity = root
        ? new Identity(new IdMapping(0, users.first(), 1), new IdMapping(0, groups.first(), 1),
            List.of(new IdMapping(1, users.first() + 1, 99)), List.of(new IdMapping(1, groups.first() + 1, 99)))
        : new Identity(new IdMapping(0, containers.account.uid(), 1), new IdMapping(0, containers.account.gid(), 1),
            List.of(new IdMapping(1, users.first(), 99)), List.of(new IdMapping(1, groups.first(), 99)));
    LaunchPlan plan = containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c",
        "id -u; id -g; n=0; while read a b c; do n=$((n + c)); done < /proc/self/uid_map; echo $n; stat -c %u:%g /; cat /proc/self/setgroups; echo said > /dev/stderr"));
    ContainerSpec spec = plan.spec();
    ContainerSpec ranged = new ContainerSpec(spec.process(), spec.namespaces(), identity, spec.hostname(), spec.root(), spec.network(),
        Optional.empty());
    for (int i = 0; i < STARTS; i++) {
      Fixture.Result result = containers.run(new LaunchPlan("test", ranged, plan.mounts(), Optional.empty()));
      assertThat(result.out()).isEqualTo("0\n0\n100\n0:0\nallow\n");
      assertThat(result.err()).isEqualTo("said\n");
      assertThat(result.status().code()).isZero();
    }
  }

  @Test
  void files_that_can_be_written_change_places_with_those_of_the_programs_user() {
    assertThat(MappedIds.exchanged(List.of(new IdMapping(1000, 5000, 1), new IdMapping(0, 4000, 1000), new IdMapping(1001, 5001, 5))))
        .containsExactly(new IdMapping(0, 5000, 1), new IdMapping(1000, 4000, 1), new IdMapping(1, 4001, 999), new IdMapping(1001, 5001, 5));
    assertThat(MappedIds.exchanged(List.of(new IdMapping(0, 4000, 1), new IdMapping(1, 4001, 5))))
        .containsExactly(new IdMapping(0, 4000, 1), new IdMapping(1, 4001, 5));
  }
}
