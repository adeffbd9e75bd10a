package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.IdMapping;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HelperProgramTest {
  private static final HelperCommand PASTA = new HelperCommand(Path.of("/usr/bin/pasta"), List.of("pasta", "--quiet"), false);
  private static final HelperCommand SLIRP = new HelperCommand(Path.of("/usr/bin/slirp4netns"), List.of("slirp4netns"), true);

  @Test
  void the_helper_dies_with_its_guard_and_gains_no_rights_by_its_file() {
    List<String> helper = calls(PASTA, Optional.empty(), "helper");
    assertThat(helper.get(0)).contains("PR_SET_NO_NEW_PRIVS");
    assertThat(helper).anyMatch(call -> call.contains("PR_SET_PDEATHSIG, SIGKILL"));
    assertThat(helper.get(helper.size() - 1)).contains("execve(\"/usr/bin/pasta\", [\"pasta\", \"--quiet\"], []");
  }

  @Test
  void it_joins_a_user_namespace_and_not_the_containers_network() {
    assertThat(calls(PASTA, Optional.empty(), "helper")).filteredOn(call -> call.startsWith("setns")).isNotEmpty()
        .allMatch(call -> call.contains("CLONE_NEWUSER") && !call.contains("CLONE_NEWNET"));
  }

  @Test
  void it_keeps_no_descriptor_but_the_three_streams_and_where_it_says_that_it_is_ready() {
    assertThat(calls(PASTA, Optional.empty(), "helper")).contains("close_range(3, ~0, CLOSE_RANGE_CLOEXEC)");
    assertThat(calls(SLIRP, Optional.empty(), "helper")).contains("dup3(1, 4, 0)", "dup3(2, 1, 0)", "close_range(3, 3, CLOSE_RANGE_CLOEXEC)",
        "close_range(5, ~0, CLOSE_RANGE_CLOEXEC)");
  }

  @Test
  void started_by_root_it_is_who_is_root_inside() {
    InsideRoot root = new InsideRoot(new IdMapping(0, 1285881856, 1), new IdMapping(0, 1285881856, 1));
    assertThat(calls(PASTA, Optional.of(root), "helper")).contains("setresuid(0, 0, 0)", "setresgid(0, 0, 0)");
    assertThat(calls(PASTA, Optional.empty(), "helper")).noneMatch(call -> call.startsWith("setres"));
  }

  @Test
  void the_guard_removes_the_records_in_the_end() {
    List<String> guard = calls(PASTA, Optional.empty(), "guard");
    assertThat(guard).contains("unlinkat(AT_FDCWD, \"/run/carrel/pasta/a1\", 0) else next");
  }

  private static List<String> calls(HelperCommand command, Optional<InsideRoot> root, String actor) {
    Program program = HelperProgram.of(4711, command, List.of(Path.of("/run/carrel/pasta/a1")), root);
    List<String> calls = new ArrayList<>();
    for (Instruction instruction : program.instructions()) {
      if (instruction.actor().equals(actor)) {
        calls.add(instruction.toString());
      }
    }
    return calls;
  }
}
