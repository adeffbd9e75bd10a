package dev.carrel.system.init;

import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.ServiceLog;
import dev.carrel.api.system.ServiceStop;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import dev.carrel.api.system.SystemName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Declarations for tests. */
final class Declared {
  private Declared() {}

  static Service service(String name, String... dependsOn) {
    return service(name, "root", Restart.When.ALWAYS, new Readiness.Started(), List.of("sleep", "infinity"), dependsOn);
  }

  static Service service(String name, String user, Restart.When when, Readiness readiness, List<String> command, String... dependsOn) {
    return new Service(name, command, false, user, Optional.empty(), Map.of("GREETING", "it's \"$HOME\""), Path.of("/"), List.of(dependsOn),
        new Restart(when, Duration.ofSeconds(1), Duration.ofSeconds(5)), readiness, Optional.of(new ServiceLog(8192, 3)), ServiceStop.standard());
  }

  static Service running(String name, String... command) {
    return service(name, "root", Restart.When.ALWAYS, new Readiness.Started(), List.of(command));
  }

  static Service once(String name) {
    return new Service(name, List.of("true"), true, "root", Optional.empty(), Map.of(), Path.of("/"), List.of(),
        new Restart(Restart.When.NEVER, Duration.ZERO, Duration.ZERO), new Readiness.Started(), Optional.empty(),
        new ServiceStop("INT", Duration.ofSeconds(3)));
  }

  static SystemDeclaration system(List<String> packages, Service... services) {
    return new SystemDeclaration(new SystemName("test"), "test", Optional.empty(), "C.UTF-8", List.of(), List.of(), packages, List.of(),
        List.of(services), List.of(), List.of(), List.of(), "s6");
  }

  /** The text of a file below /etc/carrel; empty if it is not there. */
  static String text(InitTree tree, String path) {
    for (SystemFile file : tree.files()) {
      if (file instanceof SystemFile.Regular regular && file.path().equals(Path.of("/etc/carrel", path).normalize())) {
        return regular.content().toString();
      }
    }
    return "";
  }
}
