package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.linux.seccomp.FilterPolicy;
import dev.carrel.linux.seccomp.FilterPolicy.Action;
import dev.carrel.linux.seccomp.FilterPolicy.Condition;
import dev.carrel.linux.seccomp.FilterPolicy.Rule;
import java.util.List;

/** A filter of system calls as the runtime specification writes it (config-linux.md, "Seccomp"). Pure functions. */
final class SystemCalls {
  private static final int WHAT = 0x7fff0000;
  private static final int DATA = 0xffff;

  private SystemCalls() {}

  /** @param architecture the processor's name in {@code os.arch} */
  static JsonObject of(FilterPolicy policy, String architecture) {
    boolean arm = architecture.equals("aarch64");
    JsonArray architectures = Json.array(List.of(arm ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64"));
    if (policy.foreignAbi()) {
      architectures.add(arm ? "SCMP_ARCH_ARM" : "SCMP_ARCH_X86");
    }
    JsonObject filter = new JsonObject();
    action(filter, "defaultAction", "defaultErrnoRet", policy.otherwise());
    filter.add("architectures", architectures);
    JsonArray calls = new JsonArray();
    for (Rule rule : policy.rules()) {
      if (!rule.action().equals(policy.otherwise())) { // runtimes refuse what changes nothing
        calls.add(call(rule));
      }
    }
    filter.add("syscalls", calls);
    return filter;
  }

  private static JsonObject call(Rule rule) {
    JsonObject call = new JsonObject();
    call.add("names", Json.array(List.of(rule.call())));
    action(call, "action", "errnoRet", rule.action());
    if (!rule.conditions().isEmpty()) {
      JsonArray conditions = new JsonArray();
      rule.conditions().forEach(condition -> conditions.add(of(condition)));
      call.add("args", conditions);
    }
    return call;
  }

  private static JsonObject of(Condition condition) {
    JsonObject argument = new JsonObject();
    argument.addProperty("index", condition.argument());
    argument.addProperty("value", Json.unsigned(condition.value()));
    argument.addProperty("valueTwo", Json.unsigned(condition.other()));
    argument.addProperty("op", "SCMP_CMP_" + condition.comparison().name());
    return argument;
  }

  private static void action(JsonObject object, String field, String errnoField, Action action) {
    if (action.equals(Action.KILL_PROCESS)) {
      object.addProperty(field, "SCMP_ACT_KILL_PROCESS");
      return;
    }
    Action what = new Action(action.code() & WHAT);
    boolean fails = what.equals(Action.errno(0));
    boolean traced = what.equals(Action.trace(0));
    object.addProperty(field, "SCMP_ACT_" + (fails ? "ERRNO" : traced ? "TRACE" : what.equals(Action.ALLOW) ? "ALLOW" : what.equals(Action.LOG) ? "LOG"
        : what.equals(Action.TRAP) ? "TRAP" : what.equals(Action.NOTIFY) ? "NOTIFY" : "KILL_THREAD"));
    if (fails || traced) {
      object.addProperty(errnoField, action.code() & DATA);
    }
  }
}
