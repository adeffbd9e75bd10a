package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.linux.seccomp.FilterPolicy;
import dev.carrel.linux.seccomp.FilterPolicy.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The same container as a bundle for any runtime of the Open Container Initiative and without Carrel: all that a config.json can say is in it.
 * Of what it cannot say, there is a list. Pure functions.
 */
final class PortableBundle {
  /** Who does it, in a plan. */
  static final String ACTOR = "bundle";

  private final LaunchPlan plan;
  private final ContainerSpec spec;
  private final Security security;
  private final HostFacts host;
  private final List<FilterPolicy> filters;
  private final Views made;
  private final PortableRoot root;

  private PortableBundle(LaunchPlan plan, HostFacts host, List<FilterPolicy> filters) {
    this.plan = plan;
    this.spec = plan.spec();
    this.security = spec.security();
    this.host = host;
    this.filters = filters;
    this.made = new Views(spec, host);
    this.root = new PortableRoot(spec, plan.mounts(), made);
  }

  /**
   * The commands of a shell that make it in the current directory, and comments on what is not as in Carrel's container.
   *
   * @param filters of its system calls
   */
  static List<Step> steps(LaunchPlan plan, HostFacts host, List<FilterPolicy> filters) {
    PortableBundle bundle = new PortableBundle(plan, host, filters);
    List<Step> steps = new ArrayList<>();
    bundle.root.commands().forEach(command -> steps.add(new Step(ACTOR, command)));
    steps.add(new Step(ACTOR, "printf '%s\\n' " + PortableRoot.quoted(Json.text(bundle.configuration())) + " > config.json"));
    bundle.missing().forEach(what -> steps.add(new Step(ACTOR, "# not in it: " + what.replace('\n', ' '))));
    return steps;
  }

  /** The object in its config.json, to be changed. */
  static JsonObject object(LaunchPlan plan, HostFacts host, List<FilterPolicy> filters) {
    return new PortableBundle(plan, host, filters).configuration();
  }

  /** Its config.json. */
  static String configuration(LaunchPlan plan, HostFacts host, List<FilterPolicy> filters) {
    return Json.text(object(plan, host, filters));
  }

  private JsonObject configuration() {
    JsonObject tree = new JsonObject();
    tree.addProperty("path", "rootfs");
    tree.addProperty("readonly", !plan.mounts().writableRoot());
    JsonObject all = new JsonObject();
    all.addProperty("ociVersion", Json.VERSION);
    spec.hostname().ifPresent(name -> all.addProperty("hostname", name));
    all.add("root", tree);
    all.add("process", ProcessObject.of(spec.process(), identity(), security, host));
    all.add("mounts", made.mounts());
    all.add("linux", linux());
    if (!spec.life().annotations().isEmpty()) {
      JsonObject annotations = new JsonObject();
      new TreeMap<>(spec.life().annotations()).forEach(annotations::addProperty);
      all.add("annotations", annotations);
    }
    return all;
  }

  /** Runtimes want user 0 inside: who is the only one there is called that. */
  private Identity identity() {
    Identity wanted = spec.identity();
    return wanted.ranged() ? wanted
        : new Identity(new IdMapping(0, wanted.user().outside(), 1), new IdMapping(0, wanted.group().outside(), 1));
  }

  private JsonObject linux() {
    JsonObject linux = new JsonObject();
    linux.add("namespaces", Json.namespaces(spec.namespaces()));
    linux.add("uidMappings", Json.mappings(identity().users()));
    linux.add("gidMappings", Json.mappings(identity().groups()));
    if (!filters.isEmpty()) {
      JsonObject filter = SystemCalls.of(filters.get(0), System.getProperty("os.arch"));
      if (filters.get(0).rules().stream().anyMatch(rule -> rule.action().equals(Action.NOTIFY))
          && security.systemCalls().parts().get(0) instanceof SystemCallFilter.Oci profile) {
        listener(JsonParser.parseString(profile.json()).getAsJsonObject(), filter);
      }
      linux.add("seccomp", filter);
    }
    spec.limits().ifPresent(limits -> linux.add("resources", Resources.of(limits)));
    linux.add("maskedPaths", made.masked());
    linux.add("readonlyPaths", made.readOnly());
    linux.addProperty("rootfsPropagation", "slave"); // what is private stays private
    return linux;
  }

  private static void listener(JsonObject profile, JsonObject filter) {
    for (String field : List.of("listenerPath", "listenerMetadata")) {
      if (profile.has(field)) {
        filter.add(field, profile.get(field));
      }
    }
  }

  /** Each as a person would say it. */
  private List<String> missing() {
    List<String> missing = new ArrayList<>(root.missing());
    note(missing, !spec.identity().ranged() && (spec.identity().user().inside() != 0 || spec.identity().group().inside() != 0),
        "the program's ids inside, " + spec.identity().user().inside() + " and " + spec.identity().group().inside() + ": it is 0 there, as a runtime wants");
    note(missing, filters.size() > 1, filters.size() - 1 + " of its filters of system calls: a bundle has one");
    boolean own = security.systemCalls().parts().stream().anyMatch(filter -> !(filter instanceof SystemCallFilter.Oci));
    note(missing, own && !filters.isEmpty(), "that system calls which are newer than Carrel do not exist");
    note(missing, !security.rules().isEmpty(), "rules of Landlock");
    note(missing, !spec.namespaces().contains(Namespace.NETWORK) && !security.has(Weakness.ABSTRACT_SOCKETS),
        "that abstract sockets of the host cannot be reached");
    note(missing, spec.network() instanceof NetworkSpec.Attached, "its networks: it has only a loopback interface");
    note(missing, spec.limits().isPresent() && spec.limits().get().swap().isPresent() && spec.limits().get().memory().isEmpty(),
        "the limit of swap without one of memory");
    note(missing, !spec.process().traits().scheduling().equals(Scheduling.standard()), "how processors, disks and memory are shared with others");
    note(missing, !spec.process().traits().personality().isEmpty(), "what the kernel pretends to be");
    note(missing, spec.process().traits().argumentZero().isPresent(), "what the program is called");
    note(missing, !spec.process().stdio().more().isEmpty(), "descriptors beside the three streams: see the runtime's option --preserve-fds");
    note(missing, spec.life().detached(), "that it goes on alone, with its output kept: see the runtime's option --detach");
    note(missing, spec.life().restart().attempts() != 0, "that it is started again when it fails");
    return missing;
  }

  private static void note(List<String> missing, boolean applies, String what) {
    if (applies) {
      missing.add(what);
    }
  }
}
