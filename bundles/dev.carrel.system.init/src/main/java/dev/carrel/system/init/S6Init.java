package dev.carrel.system.init;

import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Service;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * s6: s6-svscan is PID 1, and each service has its s6-supervise. A service waits by itself for those that it depends on, until they have told
 * that they are ready (s6-svwait), so that all start at the same time.
 */
@Component(service = InitSystem.class, property = InitSystem.NAME + "=s6")
public final class S6Init extends ScriptedInit {
  private static final int READY = 3;
  /** What ends a system. */
  private static final String[] SIGNALS = {"SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"};
  /** Where s6-svscan looks for what it does on signals and at its end. */
  private static final String OWN = "services/.s6-svscan/";
  /** After this status s6-supervise leaves a service down. */
  private static final String STAY = "exit 125";

  /** As a service of its bundle. */
  public S6Init() {
    super("s6");
  }

  @Override
  void addOwn(List<Service> services, TreeFiles files) {
    files.beginning();
    for (String signal : SIGNALS) {
      files.program(OWN + signal, "#!/bin/sh\nexec /etc/carrel/stop\n");
    }
    files.program(OWN + "finish", text("finish"));
    files.program(OWN + "crash", text("finish"));
  }

  @Override
  void add(Service service, ServiceScripts scripts, String place, TreeFiles files) {
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
}
