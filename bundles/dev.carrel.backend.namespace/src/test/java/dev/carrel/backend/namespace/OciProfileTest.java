package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.linux.seccomp.FilterPolicy;
import dev.carrel.linux.seccomp.FilterPolicy.Action;
import dev.carrel.linux.seccomp.FilterPolicy.Comparison;
import dev.carrel.linux.seccomp.FilterPolicy.Condition;
import dev.carrel.linux.seccomp.FilterPolicy.Rule;
import dev.carrel.linux.seccomp.LibSeccompCompiler;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OciProfileTest {
  private static FilterPolicy read(String json, Capability... capabilities) {
    return new OciProfile(new SystemCallFilter.Oci(json, "profile.json"), Set.of(capabilities)).policy();
  }

  private static String problem(String json) {
    return assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> read(json)).actual().getMessage();
  }

  private static FilterPolicy call(String entry, Capability... capabilities) {
    return read("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" + entry + "]}", capabilities);
  }

  @Test
  void rules_have_an_action_for_each_name() {
    FilterPolicy policy = call("{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}");
    assertThat(policy.otherwise()).isEqualTo(Action.errno(1));
    assertThat(policy.rules()).containsExactly(new Rule("read", Action.ALLOW, List.of()), new Rule("write", Action.ALLOW, List.of()));
  }

  @Test
  void the_errno_is_the_profiles_own() {
    FilterPolicy policy = read("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":["
        + "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}");
    assertThat(policy.otherwise()).isEqualTo(Action.errno(38));
    assertThat(policy.rules()).containsExactly(new Rule("bpf", Action.errno(13), List.of()));
  }

  @Test
  void conditions_on_different_arguments_hold_together_and_on_one_argument_each_for_itself() {
    FilterPolicy together = call("{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
        + "{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,\"value\":2,\"valueTwo\":3,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}");
    assertThat(together.rules()).containsExactly(new Rule("socket", Action.ALLOW,
        List.of(new Condition(0, Comparison.EQ, 1, 0), new Condition(1, Comparison.MASKED_EQ, 2, 3))));
    FilterPolicy apart = call("{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
        + "{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_EQ\"},{\"index\":0,\"value\":4294967295,\"op\":\"SCMP_CMP_EQ\"}]}");
    assertThat(apart.rules()).hasSize(2);
  }

  @Test
  void what_is_included_for_a_capability_counts_with_it_only() {
    String entry = "{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}},"
        + "{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}";
    assertThat(call(entry).rules()).extracting(Rule::call).containsExactly("clone");
    assertThat(call(entry, Capability.SYS_ADMIN).rules()).extracting(Rule::call).containsExactly("mount");
  }

  @Test
  void kernels_and_architectures_can_be_conditions() {
    String entry = "{\"names\":[\"old\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"4.8\"}},"
        + "{\"names\":[\"future\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"99.0\"}},"
        + "{\"names\":[\"other\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"arches\":[\"s390x\"]}}";
    assertThat(call(entry).rules()).extracting(Rule::call).containsExactly("old");
  }

  @Test
  void a_mistake_is_told_with_the_field_it_is_in() {
    assertThat(problem("{")).contains("profile.json", "it is no JSON");
    assertThat(problem("[]")).contains("the profile is no object");
    assertThat(problem("{}")).contains("lacks defaultAction");
    assertThat(problem("{\"defaultAction\":\"SCMP_ACT_OK\"}")).contains("'SCMP_ACT_OK' is no action");
    assertThat(problem("{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}")).contains("would tell of the call by which the listener is handed over");
    assertThat(problem("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}")).contains("syscalls is no list");
    assertThat(problem("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\"}]}")).contains("syscalls[0] names no system call");
    assertThat(problem("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[7],\"action\":\"SCMP_ACT_ALLOW\"}]}")).contains("names is no string");
    String argument = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[%s]}]}";
    assertThat(problem(argument.formatted("{\"index\":6,\"op\":\"SCMP_CMP_EQ\"}"))).contains("args[0].index", "0 to 5");
    assertThat(problem(argument.formatted("{\"index\":0,\"op\":\"EQ\"}"))).contains("'EQ' is no comparison");
    assertThat(problem(argument.formatted("{\"index\":0.5,\"op\":\"SCMP_CMP_EQ\"}"))).contains("no whole number");
  }

  @Test
  void a_call_that_is_not_known_may_be_permitted_but_not_forbidden() {
    LibSeccompCompiler compiler = new LibSeccompCompiler();
    assertThat(compiler.compile(call("{\"names\":[\"no_such_call\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}"))).isNotEmpty();
    FilterPolicy forbidding = read("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"no_such_call\"],\"action\":\"SCMP_ACT_KILL\"}]}");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> compiler.compile(forbidding)).withMessageContaining("no_such_call");
  }
}
