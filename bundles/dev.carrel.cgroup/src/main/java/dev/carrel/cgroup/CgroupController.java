package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Limits by the kernel's control groups. */
@Component(property = ResourceController.NAME + "=cgroup")
public final class CgroupController implements ResourceController {
  private final Bases bases;
  private final Spares spares;
  private final Set<String> ready = ConcurrentHashMap.newKeySet();
  private Optional<String> unavailable;

  /** For this host and this user. */
  @Activate
  public CgroupController() throws IOException {
    this(bases());
  }

  CgroupController(Bases bases) {
    this.bases = bases;
    this.spares = new Spares(bases);
  }

  /** Those of this host and this user. */
  static Bases bases() throws IOException {
    long uid = Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    return new Bases(Hierarchies.ofHost(), uid, new SystemdScopes(System.getenv(), uid));
  }

  @Deactivate
  void deactivate() {
    spares.close();
    bases.removeEmpty();
  }

  @Override
  public String name() {
    return "cgroup";
  }

  /** What stands in the way once does so always: it is found out once. */
  @Override
  public synchronized Optional<String> unavailable() {
    if (unavailable == null) {
      unavailable = bases.unavailable();
    }
    return unavailable;
  }

  @Override
  public String reserve(String owner, Limits limits) {
    Optional<GroupName> spare = spares.take(owner, limits);
    if (spare.isPresent()) {
      String name = spare.get().toString();
      ready.add(name);
      return name;
    }
    return bases.reserve(owner, limits, true).toString();
  }

  @Override
  public ResourceGroup plan(String owner, Limits limits) {
    return new CgroupGroup(bases.reserve(owner, limits, false), bases);
  }

  @Override
  public ResourceGroup make(String reserved, Limits limits, Devices devices, boolean whole) {
    GroupName name = GroupName.parse(reserved);
    CgroupGroup group = new CgroupGroup(name, bases);
    boolean spare = ready.remove(reserved);
    try {
      if (!spare) {
        bases.make(name, Controller.neededBy(limits));
      }
      List<Setting> settings = new ArrayList<>(group.settings(limits));
      settings.addAll(new FirstVersion(name.first()).devices(devices, spare));
      Path together = name.second().isPresent() ? name.second().get().resolve("memory.oom.group") : null;
      if (whole && together != null && Files.exists(together)) {
        settings.add(new Setting("end a container as a whole when it has no more memory", together, "1", ""));
      }
      Setting.apply(settings);
      return group;
    } catch (IOException e) {
      group.remove();
      throw CarrelException.failed("cannot make the control groups of a container: " + e.getMessage()
          + (bases.isRoot() ? "" : ". You may not have been given them: run carrel doctor"), e);
    } catch (RuntimeException e) {
      group.remove();
      throw e;
    }
  }

  @Override
  public ResourceGroup find(String reserved) {
    return new CgroupGroup(GroupName.parse(reserved), bases);
  }

  @Override
  public void removeUnused() {
    bases.removeEmpty();
  }

  @Override
  public List<String> clean(String owner, Set<String> kept) {
    Set<String> leaves = new HashSet<>();
    kept.forEach(name -> leaves.add(GroupName.parse(name).leaf()));
    List<String> removed = new ArrayList<>();
    for (GroupName name : bases.found(owner)) {
      CgroupGroup group = new CgroupGroup(name, bases);
      // What stands still with nobody to let it go on was about to be killed.
      if (!leaves.contains(name.leaf()) && !Maker.lives(name.leaf()) && (!group.isPopulated() || group.isFrozen())) {
        group.remove();
        removed.add(name.leaf());
      }
    }
    return removed;
  }
}
