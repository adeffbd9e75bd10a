package dev.carrel.backend.namespace;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Life.FirstProcess;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.linux.Image;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.Launcher.Given;
import dev.carrel.linux.Launcher.IdMaps;
import dev.carrel.linux.Launcher.Launch;
import dev.carrel.linux.Launcher.Listener;
import dev.carrel.linux.MountTemplate;
import java.util.ArrayList;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything about the starts of one specification that can be done once: its image, and from the second start on a
 * template of its mounts. A template that the host has outgrown is thrown away; the next start but one makes another.
 */
final class PreparedStart implements AutoCloseable {
  private final Launcher launcher;
  private final Account account;
  private final Filters filters;
  private final LaunchPlan plan;
  private final boolean templatable;
  private Image direct;
  private MountTemplate template;
  private boolean used;
  private boolean closed;

  PreparedStart(Launcher launcher, Account account, Filters filters, LaunchPlan plan) {
    this.launcher = launcher;
    this.account = account;
    this.filters = filters;
    this.plan = plan;
    // The process of a template cannot guard a container.
    this.templatable = plan.spec().namespaces().contains(Namespace.MOUNT) && plan.spec().life().first() == FirstProcess.INIT && Places.canBeTemplate(plan.mounts());
  }

  /**
   * Starts a container.
   *
   * @param now like the first one of this specification, with its own id and record
   * @throws IllegalStateException if this was closed
   */
  Running start(LaunchPlan now) throws LaunchFailure {
    Given given = given(now, account);
    MountTemplate mounts;
    synchronized (this) {
      check();
      mounts = currentTemplate();
      used = true;
    }
    if (mounts != null) {
      try {
        return launcher.launch(mounts, given);
      } catch (IllegalStateException ended) {
        // Somebody has killed its process, or it was closed just now: this start is made without.
      }
    }
    Image image;
    synchronized (this) {
      check();
      image = direct();
    }
    return launcher.launch(new Launch(image, given, Optional.empty(), outer(plan, account)));
  }

  private void check() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
  }

  /** What a container is given. */
  static Given given(LaunchPlan plan, Account account) {
    ContainerSpec spec = plan.spec();
    return new Given(spec.process().stdio(), files(plan), plan.group(), MappedIds.owner(spec.identity(), account.root()), plan.held(),
        spec.life().first() == FirstProcess.PROGRAM, spec.life().detached(), listener(plan.id(), spec.security()), spec.life().pidfdSocket());
  }

  /** Who decides about system calls: nobody about those of Carrel's own filter, and so nothing is loaded to find out. */
  static Optional<Listener> listener(String id, Security security) {
    return security.systemCalls() instanceof SystemCallFilter.Standard ? Optional.empty() : CallListeners.of(id, security);
  }

  /** The ids that are mapped by others for who has no privileges. */
  static Optional<IdMaps> outer(LaunchPlan plan, Account account) {
    return plan.spec().identity().ranged() ? MappedIds.of(plan.spec().identity(), account.root()).outer() : Optional.empty();
  }

  /** In the order in which a program expects them. */
  static List<Path> files(LaunchPlan plan) {
    if (plan.record().isEmpty()) {
      return List.of();
    }
    Path directory = plan.record().get();
    List<Path> files = new ArrayList<>(List.of(directory.resolve(ContainerRecord.EXIT), directory.resolve(ContainerRecord.LOG),
        directory.resolve(ContainerRecord.OTHER_LOG), directory.resolve(ContainerRecord.RESTARTS)));
    if (plan.held()) {
      files.add(directory.resolve(ContainerRecord.START));
    }
    return files;
  }

  private Image direct() {
    if (direct == null) {
      direct = launcher.image(SetupProgram.start(plan, account, filters.of(plan.spec().security())));
    }
    return direct;
  }

  /** The template if there is one that holds; makes one if this is not the first start; else null, which stays inside. */
  private MountTemplate currentTemplate() throws LaunchFailure {
    if (template != null && !template.isCurrent()) {
      template.close();
      template = null;
      used = false; // where the host's mounts keep changing, a template is not worth its making
    }
    if (template == null && used && templatable) {
      try (Image builder = launcher.image(SetupProgram.template(plan, account, filters.of(plan.spec().security())))) {
        template = launcher.template(builder, sources(plan.mounts()), outer(plan, account));
      }
    }
    return template;
  }

  private static List<String> sources(MountPlan plan) {
    List<String> sources = new ArrayList<>();
    for (Mount mount : plan.mounts()) {
      if (mount instanceof Mount.Bind bind) {
        sources.add(bind.source().toString());
      }
    }
    return sources;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (direct != null) {
      direct.close();
    }
    if (template != null) {
      template.close();
    }
  }
}
