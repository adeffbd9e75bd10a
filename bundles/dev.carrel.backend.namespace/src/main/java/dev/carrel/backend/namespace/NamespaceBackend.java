package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.host.Host;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.isolation.Step;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Carrel's own backend: user, mount, pid and other namespaces, made by the system-call machine. */
@Component(property = {IsolationBackend.NAME + "=namespace", "service.ranking:Integer=100"})
public final class NamespaceBackend implements IsolationBackend {
  /** Images of the newest specifications: one is compiled once and started many times. */
  private static final int KEPT_IMAGES = 32;

  private final Launcher launcher;
  private final Host host;
  private final UserNamespaces userNamespaces = new UserNamespaces();
  private final Map<Key, Image> images = new LinkedHashMap<>(16, 0.75f, true);
  private SetupProgram.Account account;

  /** What an image depends on. */
  private record Key(ContainerSpec spec, MountPlan mounts) {}

  @Activate
  public NamespaceBackend(@Reference Launcher launcher, @Reference Host host) {
    this.launcher = launcher;
    this.host = host;
  }

  @Deactivate
  void deactivate() {
    synchronized (images) {
      images.values().forEach(Image::close);
      images.clear();
    }
  }

  @Override
  public String name() {
    return "namespace";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public Optional<String> unavailable() {
    return userNamespaces.forbidden();
  }

  @Override
  public Running launch(LaunchPlan plan) {
    check(plan.spec());
    try {
      while (true) {
        Image image = image(plan);
        try {
          return launcher.launch(image, plan.spec().process().stdio());
        } catch (IllegalStateException closed) {
          // It fell out of the cache between being found and being started: compile it again.
        }
      }
    } catch (LaunchFailure failure) {
      throw new Failures(plan.spec(), userNamespaces).explain(failure);
    }
  }

  private void check(ContainerSpec spec) {
    if (!spec.namespaces().contains(Namespace.MOUNT) || !spec.namespaces().contains(Namespace.PID)) {
      throw CarrelException.usage("cannot start a container that shares the host's mounts or processes:"
          + " the backend namespace always gives a container a mount and a pid namespace of its own");
    }
    if (!spec.namespaces().contains(Namespace.USER) && !account().root()) {
      throw CarrelException.usage("cannot start a container without a user namespace of its own:"
          + " only root may make the other namespaces without one");
    }
  }

  private Image image(LaunchPlan plan) {
    Key key = new Key(plan.spec(), plan.mounts());
    synchronized (images) {
      Image known = images.get(key);
      if (known != null) {
        return known;
      }
    }
    Image made = launcher.image(SetupProgram.compile(plan, account()));
    synchronized (images) {
      Image other = images.put(key, made);
      if (other != null) {
        other.close(); // another thread compiled the same; whoever starts it now has acquired it
      }
      if (images.size() > KEPT_IMAGES) {
        var eldest = images.entrySet().iterator();
        eldest.next().getValue().close();
        eldest.remove();
      }
    }
    return made;
  }

  private SetupProgram.Account account() {
    synchronized (images) {
      if (account == null) {
        account = new SetupProgram.Account(host.account().uid(), host.account().gid());
      }
      return account;
    }
  }

  @Override
  public List<Step> explain(LaunchPlan plan) {
    check(plan.spec());
    Program program = SetupProgram.compile(plan, account());
    List<Step> steps = new ArrayList<>(program.instructions().size() + 8);
    steps.add(new Step("jvm", "memfd_create(\"carrel\", MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC) = image"));
    steps.add(new Step("jvm", "fcntl(image, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE)"));
    steps.add(new Step("jvm", "pipe2(status, O_CLOEXEC)"));
    steps.add(new Step("jvm", "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, control)"));
    steps.add(new Step("jvm", "posix_spawn(\"/proc/self/fd/<image>\", [\"carrel\"], [], {3: status, 4: control})"));
    for (Instruction instruction : program.instructions()) {
      steps.add(new Step(instruction.actor(), instruction.toString()));
    }
    steps.add(new Step("jvm", "pidfd_open(pid, 0)"));
    return steps;
  }
}
