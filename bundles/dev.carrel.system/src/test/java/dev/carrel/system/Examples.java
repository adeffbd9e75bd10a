package dev.carrel.system;

import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.ServiceLog;
import dev.carrel.api.system.ServiceStop;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemGroup;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemUser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Declarations for tests. */
final class Examples {
  private Examples() {}

  static SystemDeclaration system(List<SystemGroup> groups, List<SystemUser> users, List<Service> services) {
    return new SystemDeclaration(new SystemName("web"), "web", Optional.empty(), "C.UTF-8", groups, users, List.of("jq"), List.of(), services, List.of(),
        List.of(), List.of("--publish=80:80"), "plain");
  }

  static Service service(String name, String... command) {
    return new Service(name, List.of(command), false, "root", Optional.empty(), Map.of(), Path.of("/"), List.of(), Restart.standard(),
        new Readiness.Started(), Optional.of(ServiceLog.standard()), ServiceStop.standard());
  }
}
