package dev.carrel.system.init;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * systemd: refused, and why. It keeps each service in a control group, and as PID 1 ends at once where it finds no hierarchy of these that it
 * may write to; a container of Carrel's has none in its file system.
 */
@Component(property = InitSystem.NAME + "=systemd")
public final class SystemdInit implements InitSystem {
  @Override
  public String name() {
    return "systemd";
  }

  @Override
  public InitTree tree(SystemDeclaration declaration) {
    throw refusal();
  }

  @Override
  public List<String> state(Service service) {
    throw refusal();
  }

  @Override
  public List<String> start(Service service) {
    throw refusal();
  }

  @Override
  public List<String> stop(Service service) {
    throw refusal();
  }

  @Override
  public Optional<Path> log(Service service) {
    throw refusal();
  }

  @Override
  public List<List<String>> change() {
    throw refusal();
  }

  private static CarrelException refusal() {
    return CarrelException.usage("cannot have systemd as the init: it needs control groups inside that it may change, and containers of Carrel's"
        + " have none. Write init = \"s6\" or \"runit\"");
  }
}
