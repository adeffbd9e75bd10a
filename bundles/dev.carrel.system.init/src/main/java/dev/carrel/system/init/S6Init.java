package dev.carrel.system.init;

import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/**
 * s6: s6-svscan is PID 1, and each service has its s6-supervise. A service waits by itself for those that it depends on, until they have told
 * that they are ready (s6-svwait), so that all start at the same time.
 */
@Component(property = InitSystem.NAME + "=s6")
public final class S6Init implements InitSystem {
  private static final int READY = 3;
  /** What ends a system. */
  private static final String[] SIGNALS = {"SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"};
  /** After this status s6-supervise leaves a service down. */
  private static final String STAY = "exit 125";

  @Override
  public String name() {
    return "s6";
  }

  @Override
  public InitTree tree(SystemDeclaration declaration) {
    BareMetal fitting = BareMetal.of(declaration);
    TreeFiles files = new TreeFiles();
    for (String script : new String[] {"boot", "stop", "service", "change"}) {
      files.program(script, Resource.text("s6/" + script));
    }
    for (String signal : SIGNALS) {
      files.program("svscan/" + signal, "#!/bin/sh\nexec /etc/carrel/stop\n");
    }
    files.program("svscan/finish", Resource.text("s6/finish"));
    files.program("svscan/crash", Resource.text("s6/finish"));
    files.order(StartOrder.steps(fitting.services()));
    for (Service service : fitting.services()) {
      add(service, declaration, files);
    }
    List<String> packages = new ArrayList<>(fitting.packages());
    packages.add("s6");
    return new InitTree(packages, files.files(), List.of("/etc/carrel/boot"), "TERM", fitting.omitted());
  }

  private static void add(Service service, SystemDeclaration declaration, TreeFiles files) {
    String place = "services/" + service.name() + "/";
    ServiceScripts scripts = new ServiceScripts(service, declaration);
    files.program(place + "run", run(service, scripts));
    files.program(place + "finish", "#!/bin/sh\n" + scripts.afterEnd(STAY));
    int descriptor = service.readiness() instanceof Readiness.Notification told ? told.descriptor() : READY;
    files.plain(place + "notification-fd", descriptor + "\n");
    files.plain(place + "timeout-kill", service.stop().timeout().toMillis() + "\n");
    if (!service.once() && !service.stop().signal().equals("TERM")) {
      files.plain(place + "down-signal", "SIG" + service.stop().signal() + "\n");
    }
    String check = scripts.check("[ \"$(s6-svstat -o ready /run/service/" + service.name() + ")\" = true ]");
    if (!check.isEmpty()) {
      files.program(place + "check", check);
    }
    if (service.log().isPresent()) {
      files.program(place + "log/run", "#!/bin/sh\nexec s6-log -b n%d s%d T /var/log/%s\n".formatted(
          service.log().get().files(), service.log().get().bytes(), service.name()));
    }
  }

  private static String run(Service service, ServiceScripts scripts) {
    StringBuilder text = new StringBuilder(scripts.shell()).append(": >started\n");
    String last = ""; // all at once
    for (String name : service.dependsOn()) {
      last += " /run/service/" + name;
    }
    if (!last.isEmpty()) {
      text.append("until s6-svok ").append(last.trim().replace(" ", " && s6-svok ")).append("; do sleep 0.05; done\n");
      text.append("s6-svwait -U").append(last).append(" || exit 111\n");
    }
    text.append(scripts.backOff()).append(": >started\n");
    if (service.once()) {
      return text.append(scripts.once("echo >&3")).toString();
    }
    String watch = scripts.watch("/run/service/" + service.name() + "/check", "echo >&3");
    text.append(watch).append(scripts.directory());
    if (service.readiness() instanceof Readiness.Started) {
      text.append("echo >&3\n");
    }
    return text.append("exec ").append(scripts.program())
        .append(service.readiness() instanceof Readiness.Notification ? "" : " 3>&-").append('\n').toString();
  }

  @Override
  public List<String> state(Service service) {
    return control("state", service);
  }

  @Override
  public List<String> start(Service service) {
    return control("start", service);
  }

  @Override
  public List<String> stop(Service service) {
    return control("stop", service);
  }

  private static List<String> control(String verb, Service service) {
    return List.of("/etc/carrel/service", verb, service.name());
  }

  @Override
  public Optional<Path> log(Service service) {
    return service.log().map(log -> Path.of("/var/log", service.name(), "current"));
  }

  @Override
  public List<List<String>> change() {
    return List.of(List.of("/etc/carrel/change"));
  }
}
